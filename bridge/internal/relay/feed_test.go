package relay

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"shmbridge/internal/config"
	"shmbridge/internal/local"
	"shmbridge/internal/local/memory"
	"shmbridge/internal/spool"
	"shmbridge/internal/state"
)

// A bridge is killed when a job is in the spool, and the queue's still: the next one does not spool it again.
func TestAJobThatIsInTheSpoolIsNotSpooledAgain(t *testing.T) {
	folder := t.TempDir()
	store, err := state.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	broker := memory.NewBroker()
	broker.Add("jobs", local.Queue, 16, false)
	writer, _ := broker.Open("jobs", local.Want{Kind: local.Queue, Write: true})
	writer.Write(context.Background(), [][]byte{[]byte("one"), []byte("two")})
	env := &Env{Config: &config.Config{Site: "a"}, Local: broker, State: store, Own: NewOwnWrites(nil),
		Log: func(string, string) {}, Now: time.Now}
	record, err := store.Record("spool")
	if err != nil {
		t.Fatal(err)
	}
	spooled, err := spool.Open(filepath.Join(folder, "spool"), 1<<20, record)
	if err != nil {
		t.Fatal(err)
	}
	defer spooled.Close()
	newFeed := func() *queueFeed {
		feed := &queueFeed{*newQueueOut(t, env)}
		return feed
	}
	killed := newFeed()
	entries, err := killed.take(context.Background(), spooled)
	if err != nil || len(entries) != 1 || string(entries[0].Data) != "one" {
		t.Fatalf("%v, %v", entries, err)
	}
	if _, err := spooled.Append(context.Background(), entries, func() {}); err != nil {
		t.Fatal(err)
	}
	killed.channel.Close()
	next := newFeed()
	if entries, err = next.take(context.Background(), spooled); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
	if err := next.taken(); err != nil {
		t.Fatal(err)
	}
	if entries, err = next.take(context.Background(), spooled); err != nil || len(entries) != 1 || string(entries[0].Data) != "two" {
		t.Errorf("%v, %v", entries, err)
	}
}
