package bridge

import (
	"context"
	"strings"
	"testing"
	"time"

	"shmbridge/internal/local"
	"shmbridge/internal/natstest"
)

var (
	reading = local.Want{Kind: local.Topic, Read: true}
	writing = local.Want{Kind: local.Topic, Write: true}
)

func TestATopicReachesAnotherSite(t *testing.T) {
	server := natstest.Start(t)
	a, b := newSite(t, "a"), newSite(t, "b")
	a.broker.Add("ticks", local.Topic, 64, false)
	b.broker.Add("ticks of a", local.Topic, 64, false)
	a.start(server, `{"topic": "ticks", "direction": "out", "subject": "{site}.{channel}"}`)
	b.start(server, `{"topic": "ticks of a", "direction": "in", "subject": "a.ticks"}`)
	b.await()
	conn, _ := server.Connect()
	watch, err := conn.SubscribeSync("a.ticks")
	if err != nil {
		t.Fatal(err)
	}
	conn.Flush()
	reader := b.open("ticks of a", reading)
	writer := a.open("ticks", writing)
	written := write(writer, "tick", 1000)
	expect(t, reader, "tick", 0, 1000)
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	message, err := watch.NextMsg(patience)
	if err != nil {
		t.Fatal(err)
	}
	for name, wanted := range map[string]string{"Shm-Origin": "a", "Shm-Channel": "ticks", "Shm-Sequence": "1"} {
		if got := message.Header.Get(name); got != wanted {
			t.Errorf("header %s is '%s', not '%s'", name, got, wanted)
		}
	}
	if status := a.status(0); status.In != 1000 || status.Out != 1000 || status.Lost != 0 {
		t.Errorf("%+v", status)
	}
	if status := b.status(0); status.Out != 1000 || status.Bytes == 0 {
		t.Errorf("%+v", status)
	}
}

func TestATopicReachesAnotherSiteInBatches(t *testing.T) {
	server := natstest.Start(t)
	a, b := newSite(t, "a"), newSite(t, "b")
	a.broker.Add("ticks", local.Topic, 500, false)
	b.broker.Add("ticks of a", local.Topic, 64, false)
	a.start(server, `{"topic": "ticks", "direction": "out", "subject": "{site}.{channel}", "batch": true}`)
	b.start(server, `{"topic": "ticks of a", "direction": "in", "subject": "a.ticks"}`)
	a.await()
	b.await()
	reader := b.open("ticks of a", reading)
	written := write(a.open("ticks", writing), "tick", 5000)
	expect(t, reader, "tick", 0, 5000)
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	out, in := a.status(0), b.status(0)
	if out.Out != 5000 || in.In != 5000 || in.Out != 5000 || out.Lost+in.Lost != 0 || out.Bytes != in.Bytes {
		t.Errorf("%+v\n%+v", out, in)
	}
}

// A bridge that starts again sends nothing twice through a subject.
func TestWhatWasSentIsNotSentAgain(t *testing.T) {
	server := natstest.Start(t)
	a := newSite(t, "a")
	a.broker.Add("ticks", local.Topic, 1000, false)
	conn, _ := server.Connect()
	watch, _ := conn.SubscribeSync("ticks")
	conn.Flush()
	writer := a.open("ticks", writing)
	const rule = `{"topic": "ticks", "direction": "out", "subject": "ticks"}`
	for round := 0; round < 3; round++ {
		a.start(server, rule)
		if err := <-write(writer, "tick", 10); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < 10; i++ {
			if _, err := watch.NextMsg(patience); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, "all are counted", func() bool { return a.status(0).Out == 10 })
		a.stop()
	}
	if message, err := watch.NextMsg(200 * time.Millisecond); err == nil {
		t.Errorf("'%s' came again", message.Data)
	}
}

func TestWhileThereIsNoServerAWaitingTopicHoldsItsWriters(t *testing.T) {
	server := natstest.Start(t)
	a := newSite(t, "a")
	a.broker.Add("ticks", local.Topic, 16, false)
	a.start(server, `{"topic": "ticks", "direction": "out", "subject": "ticks"}`)
	a.await()
	server.Kill()
	eventually(t, "the bridge notices", func() bool { return !a.bridge.Status().Connected })
	written := write(a.open("ticks", writing), "tick", 100)
	select {
	case err := <-written:
		t.Fatalf("the writer was not held: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	server.Restart()
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are sent", func() bool { return a.status(0).Out == 100 })
	if status := a.bridge.Status(); status.Reconnects == 0 || status.Rules[0].Lost != 0 {
		t.Errorf("%+v", status)
	}
}

func TestWhileThereIsNoServerAnOverwritingTopicLosesAndTells(t *testing.T) {
	server := natstest.Start(t)
	a := newSite(t, "a")
	a.broker.Add("ticks", local.Topic, 16, true)
	a.start(server, `{"topic": "ticks", "direction": "out", "subject": "ticks"}`)
	a.await()
	writer := a.open("ticks", writing)
	if err := <-write(writer, "tick", 1); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first is sent", func() bool { return a.status(0).Out == 1 })
	server.Kill()
	eventually(t, "the bridge notices", func() bool { return !a.bridge.Status().Connected })
	if err := <-write(writer, "tick", 101); err != nil {
		t.Fatal(err)
	}
	server.Restart()
	eventually(t, "every message is sent or counted", func() bool {
		status := a.status(0)
		return status.Out+status.Lost == 102 && status.Lost >= 80
	})
	if !strings.Contains(a.logged(), "were overwritten before the bridge had read them") {
		t.Error(a.logged())
	}
}

// Three sites in a ring, each with both directions: a message goes round once, and comes home to nobody.
func TestARingOfThreeSitesEchoesNothing(t *testing.T) {
	server := natstest.Start(t)
	names := []string{"a", "b", "c"}
	var sites []*site
	var readers []local.Channel
	for i, name := range names {
		s := newSite(t, name)
		s.broker.Add("ticks", local.Topic, 4096, false)
		s.start(server, `{"topic": "ticks", "direction": "out", "subject": "ring.{site}", "forward": true},
			{"topic": "ticks", "direction": "in", "subject": "ring.`+names[(i+2)%3]+`"}`)
		sites = append(sites, s)
	}
	for _, s := range sites {
		s.await()
		readers = append(readers, s.open("ticks", reading))
	}
	for i, s := range sites {
		if err := <-write(s.open("ticks", writing), "of "+names[i], 200); err != nil {
			t.Fatal(err)
		}
	}
	for i := range sites {
		counts := map[string]int{}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		for total := 0; total < 600; {
			messages, err := readers[i].Read(ctx)
			if err != nil {
				t.Fatalf("site %s after %v: %v", names[i], counts, err)
			}
			for _, message := range messages {
				counts[string(message.Data)]++
				total++
			}
		}
		cancel()
		for text, count := range counts {
			if count != 1 {
				t.Errorf("site %s got '%s' %d times", names[i], text, count)
			}
		}
		expectNothing(t, readers[i])
	}
	for i, s := range sites {
		if in := s.status(1); in.Dropped == 0 {
			in = s.status(0)
			if in.Dropped == 0 {
				t.Errorf("site %s has dropped no echo", names[i])
			}
		}
	}
}

// Without "forward" what comes in does not go out again.
func TestBothDirectionsOfATopic(t *testing.T) { bothDirectionsOfATopic(t, "") }

func TestBothDirectionsOfATopicInBatches(t *testing.T) { bothDirectionsOfATopic(t, `, "batch": true`) }

func bothDirectionsOfATopic(t *testing.T, more string) {
	server := natstest.Start(t)
	a, b := newSite(t, "a"), newSite(t, "b")
	for _, s := range []*site{a, b} {
		s.broker.Add("ticks", local.Topic, 4096, false)
		s.start(server, `{"topic": "ticks", "direction": "both", "subject": "ticks"`+more+`}`)
	}
	a.await()
	b.await()
	readers := []local.Channel{a.open("ticks", reading), b.open("ticks", reading)}
	if err := <-write(a.open("ticks", writing), "tick", 500); err != nil {
		t.Fatal(err)
	}
	expect(t, readers[0], "tick", 0, 500)
	expect(t, readers[1], "tick", 0, 500)
}

func TestAPatternTakesChannelsThatComeLater(t *testing.T) {
	server := natstest.Start(t)
	a := newSite(t, "a")
	a.broker.Add("line 7/one", local.Topic, 64, false)
	a.broker.Add("other", local.Topic, 64, false)
	conn, _ := server.Connect()
	watch, _ := conn.SubscribeSync("plant.>")
	conn.Flush()
	a.start(server, `{"topic": "line 7/*", "direction": "out", "subject": "plant.{site}.{channel}"}`)
	a.await()
	a.broker.Add("line 7/two", local.Topic, 64, false)
	for _, name := range []string{"line 7/one", "line 7/two", "other"} {
		if err := <-write(a.open(name, writing), name, 1); err != nil {
			t.Fatal(err)
		}
	}
	subjects := map[string]bool{}
	for len(subjects) < 2 {
		message, err := watch.NextMsg(patience)
		if err != nil {
			t.Fatal(err)
		}
		subjects[message.Subject] = true
	}
	if !subjects["plant.a.line=207/one"] || !subjects["plant.a.line=207/two"] {
		t.Error(subjects)
	}
}

func TestWhatIsTooLargeForTheServerIsRefusedAtTheStart(t *testing.T) {
	server := natstest.Start(t)
	a := newSite(t, "a")
	a.broker.Add("frames", local.Topic, 64, false).SetMaxMessage(2 << 20)
	a.start(server, `{"topic": "frames", "direction": "out", "subject": "frames"}`)
	eventually(t, "the rule says why", func() bool {
		return strings.Contains(a.status(0).Condition, `give the rule a "max_message" of 1047552`)
	})
	a.stop()
	a.start(server, `{"topic": "frames", "direction": "out", "subject": "frames", "max_message": 1000}`)
	a.await()
	writer := a.open("frames", writing)
	for _, size := range []int{1000, 1001} {
		if _, err := writer.Write(context.Background(), [][]byte{make([]byte, size)}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "one is sent and one counted", func() bool {
		status := a.status(0)
		return status.Out == 1 && status.Lost == 1
	})
}
