package relay

import (
	"context"
	"testing"
	"time"

	"shmbridge/internal/config"
	"shmbridge/internal/local"
	"shmbridge/internal/local/memory"
	"shmbridge/internal/state"
)

func newQueueOut(t *testing.T, env *Env) *queueOut {
	t.Helper()
	links, err := Links(env, config.Rule{Queue: "jobs", Direction: config.Out, Stream: "JOBS", Subject: "jobs"})
	if err != nil {
		t.Fatal(err)
	}
	way := links[0].way.(*queueOut)
	if err := way.open(); err != nil {
		t.Fatal(err)
	}
	return way
}

func take(t *testing.T, way *queueOut) (string, string) {
	t.Helper()
	if err := way.take(context.Background()); err != nil {
		t.Fatal(err)
	}
	return string(way.held.Data), way.noted[len(way.noted)-1].ID
}

// The queue learns of a bridge's death when the next one is at work already: the message comes back behind others.
func TestAJobThatComesBackLateHasItsID(t *testing.T) {
	store, err := state.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	broker := memory.NewBroker()
	broker.Add("jobs", local.Queue, 16, false)
	writer, _ := broker.Open("jobs", local.Want{Kind: local.Queue, Write: true})
	writer.Write(context.Background(), [][]byte{[]byte("one"), []byte("two"), []byte("three")})
	env := &Env{Config: &config.Config{Site: "a"}, Local: broker, State: store, Own: NewOwnWrites(nil),
		Log: func(string, string) {}, Now: time.Now}
	killed := newQueueOut(t, env)
	_, id := take(t, killed)
	next := newQueueOut(t, env)
	if data, another := take(t, next); data != "two" || another == id {
		t.Fatalf("'%s' has the id %s", data, another)
	}
	killed.channel.Close()
	if err := next.done(); err != nil {
		t.Fatal(err)
	}
	if data, again := take(t, next); data != "one" || again != id {
		t.Errorf("'%s' has the id %s, not %s", data, again, id)
	}
	if err := next.done(); err != nil {
		t.Fatal(err)
	}
	if data, another := take(t, next); data != "three" || another == id || len(next.noted) != 1 {
		t.Errorf("'%s' has the id %s of %d", data, another, len(next.noted))
	}
}
