package bridge

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
	"shmbridge/internal/natstest"
)

const setpoints = `{"block": "setpoints", "direction": "both", "bucket": "PLANT", "key": "setpoints"}`

func blockSites(t *testing.T, server *natstest.Server, names ...string) (sites []*site, bucket nats.KeyValue) {
	_, js := server.Connect()
	bucket, err := js.CreateKeyValue(&nats.KeyValueConfig{Bucket: "PLANT"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		s := newSite(t, name)
		s.broker.Add("setpoints", local.Block, 4, true)
		sites = append(sites, s)
	}
	return sites, bucket
}

func (s *site) set(value string) {
	s.t.Helper()
	writer, err := s.broker.Open("setpoints", local.Want{Kind: local.Block, Write: true})
	if err == nil {
		_, err = writer.Write(context.Background(), [][]byte{[]byte(value)})
		writer.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// has tells whether a value is the block's.
func (s *site) has(value string) bool {
	reader, err := s.broker.Open("setpoints", local.Want{Kind: local.Block, Read: true})
	if err != nil {
		return false
	}
	defer reader.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	messages, err := reader.Read(ctx)
	return err == nil && len(messages) > 0 && string(messages[len(messages)-1].Data) == value
}

func TestABlockHasTheSameValueEverywhere(t *testing.T) {
	server := natstest.Start(t)
	sites, bucket := blockSites(t, server, "a", "b")
	for _, s := range sites {
		s.start(server, setpoints)
	}
	for i := 0; i < 20; i++ {
		value := fmt.Sprintf("value %d", i)
		sites[i%2].set(value)
		eventually(t, value+" is everywhere", func() bool { return sites[0].has(value) && sites[1].has(value) })
	}
	entry, err := bucket.Get("setpoints")
	if err != nil || string(entry.Value()) != "value 19" {
		t.Errorf("%v, %v", entry, err)
	}
	if entry.Revision() > 20 {
		t.Errorf("20 values took %d revisions", entry.Revision())
	}
}

// Whoever writes at once with others: all agree in the end, and it ends.
func TestBlocksThatChangeAtOnceAgree(t *testing.T) { blocksThatChangeAtOnceAgree(t, nil) }

// blocksThatChangeAtOnceAgree: clock is the one of site a.
func blocksThatChangeAtOnceAgree(t *testing.T, clock func() time.Time) {
	server := natstest.Start(t)
	sites, bucket := blockSites(t, server, "a", "b", "c")
	sites[0].clock = clock
	for _, s := range sites {
		s.start(server, setpoints)
	}
	for round := 0; round < 50; round++ {
		for _, s := range sites {
			s.set(fmt.Sprintf("%d of %s", round, s.name))
		}
	}
	same := 0
	eventually(t, "all agree", func() bool {
		entry, err := bucket.Get("setpoints")
		if err != nil {
			return false
		}
		for _, s := range sites {
			if !s.has(string(entry.Value())) {
				same = 0
				return false
			}
		}
		same++
		return same > 40
	})
	for i, s := range sites {
		value := fmt.Sprintf("at last %d", i)
		s.set(value)
		eventually(t, value+" is everywhere", func() bool { return sites[0].has(value) && sites[1].has(value) && sites[2].has(value) })
	}
}

func TestANewerValueIsNotOverwrittenByAnOlderOneThatComesLate(t *testing.T) {
	server := natstest.Start(t)
	sites, bucket := blockSites(t, server, "a", "b")
	a, b := sites[0], sites[1]
	a.start(server, setpoints)
	a.set("old")
	eventually(t, "the bucket has it", func() bool {
		entry, err := bucket.Get("setpoints")
		return err == nil && string(entry.Value()) == "old"
	})
	a.stop()
	b.start(server, setpoints)
	eventually(t, "b has it", func() bool { return b.has("old") })
	b.set("new")
	eventually(t, "the bucket has the new one", func() bool {
		entry, err := bucket.Get("setpoints")
		return err == nil && string(entry.Value()) == "new"
	})
	a.start(server, setpoints)
	eventually(t, "a has the new one", func() bool { return a.has("new") })
	if !b.has("new") {
		t.Error("the old value came back")
	}
}

// While there is no server both change; the later one holds.
func TestTheLaterOfTwoChangesWithoutAServerHolds(t *testing.T) {
	server := natstest.Start(t)
	sites, bucket := blockSites(t, server, "a")
	a := sites[0]
	a.start(server, setpoints)
	a.await()
	if _, err := bucket.Put("setpoints", []byte("of others")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a has it", func() bool { return a.has("of others") })
	server.Kill()
	eventually(t, "the bridge notices", func() bool { return !a.bridge.Status().Connected })
	a.set("of a")
	server.Restart()
	eventually(t, "the bucket has the later one", func() bool {
		entry, err := bucket.Get("setpoints")
		return err == nil && string(entry.Value()) == "of a"
	})
	if !a.has("of a") {
		t.Error("the older value came back")
	}
}
