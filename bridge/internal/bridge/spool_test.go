package bridge

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
	"shmbridge/internal/natstest"
)

func spooled(rule string, maxBytes int) string {
	return fmt.Sprintf(`%s, "spool": {"max_bytes": %d}}`, strings.TrimSuffix(rule, "}"), maxBytes)
}

const ticksOut = `{"topic": "ticks", "direction": "out", "subject": "ticks"}`

// withoutServer is a site with a small topic, whose bridge has lost its server.
func withoutServer(t *testing.T, rule string, overwrite bool) (*natstest.Server, nats.JetStreamContext, *site) {
	server := natstest.Start(t)
	js := addStream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	a := newSite(t, "a")
	a.broker.Add("orders", local.Topic, 16, overwrite)
	a.start(server, rule)
	a.await()
	server.Kill()
	eventually(t, "the bridge notices", func() bool { return !a.bridge.Status().Connected })
	return server, js, a
}

// stored gives what the stream has, and fails where an id is there twice.
func stored(t *testing.T, js nats.JetStreamContext, count int) (texts []string) {
	t.Helper()
	subscription, err := js.SubscribeSync("orders.a", nats.OrderedConsumer(), nats.DeliverAll())
	if err != nil {
		t.Fatal(err)
	}
	defer subscription.Unsubscribe()
	ids := map[string]bool{}
	for len(texts) < count {
		message, err := subscription.NextMsg(patience)
		if err != nil {
			t.Fatalf("after %d messages: %v", len(texts), err)
		}
		id := message.Header.Get(nats.MsgIdHdr)
		if ids[id] {
			t.Errorf("the id %s comes twice", id)
		}
		ids[id] = true
		texts = append(texts, string(message.Data))
	}
	if message, err := subscription.NextMsg(100 * time.Millisecond); err == nil {
		t.Errorf("one more came: %s", message.Data)
	}
	return texts
}

func expectStored(t *testing.T, js nats.JetStreamContext, prefix string, count int) {
	t.Helper()
	for i, text := range stored(t, js, count) {
		if wanted := fmt.Sprintf("%s %d", prefix, i); text != wanted {
			t.Fatalf("'%s' is there, and not '%s'", text, wanted)
		}
	}
}

// The writer of a small waiting topic is not held, whoever ends meanwhile: server, bridge, and both.
func TestASpoolTakesWhatIsWrittenWhileThereIsNoServer(t *testing.T) {
	server, js, a := withoutServer(t, spooled(ordersOut, 1<<20), false)
	writer := a.open("orders", writing)
	if err := <-write(writer, "order", 1000); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are in the spool", func() bool { return a.status(0).Spooled == 1000 })
	a.stop()
	a.start(server, spooled(ordersOut, 1<<20))
	eventually(t, "the spool is found again", func() bool { return a.status(0).Spooled == 1000 })
	server.Restart()
	expectStored(t, js, "order", 1000)
	eventually(t, "the spool is empty", func() bool { return a.status(0).Spooled == 0 })
	if status := a.status(0); status.Lost != 0 || status.Out != 1000 {
		t.Errorf("%+v", status)
	}
	<-write(writer, "later", 1)
	if texts := stored(t, js, 1001); texts[1000] != "later 0" {
		t.Error(texts[1000])
	}
}

func TestAFullSpoolHoldsTheWritersOfAWaitingTopic(t *testing.T) {
	server, js, a := withoutServer(t, spooled(ordersOut, 80<<10), false)
	written := write(a.open("orders", writing), "order", 3000)
	eventually(t, "the rule says that the spool is full", func() bool {
		return strings.HasPrefix(a.status(0).Condition, "the spool is full")
	})
	select {
	case err := <-written:
		t.Fatalf("the writer was not held: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	server.Restart()
	expectStored(t, js, "order", 3000)
	if err := <-written; err != nil || a.status(0).Lost != 0 {
		t.Errorf("%v, %+v", err, a.status(0))
	}
	a.await()
}

func TestOfAnOverwritingTopicAFullSpoolLosesAndCounts(t *testing.T) {
	server, js, a := withoutServer(t, spooled(ordersOut, 80<<10), true)
	writer := a.open("orders", writing)
	<-write(writer, "first", 1)
	eventually(t, "the first is in the spool", func() bool { return a.status(0).Spooled == 1 })
	if err := <-write(writer, "order", 5000); err != nil {
		t.Fatal(err)
	}
	server.Restart()
	eventually(t, "every message is sent or counted", func() bool {
		status := a.status(0)
		return status.Out+status.Lost == 5001 && status.Lost > 0 && status.Spooled == 0
	})
	last := -1
	for _, text := range stored(t, js, int(a.status(0).Out))[1:] {
		number := -1
		if fmt.Sscanf(text, "order %d", &number); number <= last {
			t.Fatalf("'%s' is behind %d", text, last)
		}
		last = number
	}
}

func TestASpoolOfASubject(t *testing.T) {
	server := natstest.Start(t)
	a := siteWithTicks(t)
	a.start(server, spooled(ticksOut, 1<<20))
	a.await()
	server.Kill()
	eventually(t, "the bridge notices", func() bool { return !a.bridge.Status().Connected })
	if err := <-write(a.open("ticks", writing), "tick", 500); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are in the spool", func() bool { return a.status(0).Spooled == 500 })
	a.stop()
	server.Restart()
	conn, _ := server.Connect()
	watch, err := conn.SubscribeSync("ticks")
	if err != nil {
		t.Fatal(err)
	}
	conn.Flush()
	a.start(server, spooled(ticksOut, 1<<20))
	for i := 0; i < 500; i++ {
		message, err := watch.NextMsg(patience)
		if err != nil || string(message.Data) != fmt.Sprintf("tick %d", i) {
			t.Fatalf("message %d: %v, %v", i, message, err)
		}
	}
	if message, err := watch.NextMsg(100 * time.Millisecond); err == nil {
		t.Errorf("one more came: %s", message.Data)
	}
}

func TestASpoolOfAQueue(t *testing.T) {
	server := natstest.Start(t)
	a, b, js := jobSites(t, server)
	a.start(server, spooled(jobsOut, 1<<20))
	a.await()
	server.Kill()
	eventually(t, "the bridge notices", func() bool { return !a.bridge.Status().Connected })
	if err := <-write(a.open("jobs", local.Want{Kind: local.Queue, Write: true}), "job", 300); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are in the spool", func() bool { return a.status(0).Spooled == 300 })
	a.stop()
	a.start(server, spooled(jobsOut, 1<<20))
	b.start(server, jobsIn)
	server.Restart()
	takeJobs(t, b.open("jobs here", local.Want{Kind: local.Queue, Read: true}), 300)
	eventually(t, "the stream is empty", func() bool {
		info, err := js.StreamInfo("JOBS")
		return err == nil && info.State.Msgs == 0
	})
}

// What the stream has acknowledged and the bridge has not noted, as it was killed, is published again, and dropped.
func TestWhatASpoolSendsAgainHasItsId(t *testing.T) {
	server, js, a := withoutServer(t, spooled(ordersOut, 1<<20), false)
	if err := <-write(a.open("orders", writing), "order", 100); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are in the spool", func() bool { return a.status(0).Spooled == 100 })
	a.stop()
	state := filepath.Join(a.folder, "state")
	before := t.TempDir()
	copyFiles(t, state, before)
	a.start(server, spooled(ordersOut, 1<<20))
	server.Restart()
	expectStored(t, js, "order", 100)
	// Another site's message is the stream's last one, so that it does not tell how far this one came.
	if _, err := js.PublishMsg(&nats.Msg{Subject: "orders.a", Data: []byte("order 100")}); err != nil {
		t.Fatal(err)
	}
	a.stop()
	copyFiles(t, before, state)
	a.start(server, spooled(ordersOut, 1<<20))
	eventually(t, "it has sent all of them again", func() bool { return a.status(0).Out == 100 })
	expectStored(t, js, "order", 101)
}

func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	files, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content := readFile(t, filepath.Join(from, file.Name()))
		if err := os.WriteFile(filepath.Join(to, file.Name()), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// While the channel's service is away, what is in the spool is sent.
func TestASpoolIsSentAlsoWithoutItsChannel(t *testing.T) {
	server, js, a := withoutServer(t, spooled(ordersOut, 1<<20), false)
	if err := <-write(a.open("orders", writing), "order", 50); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are in the spool", func() bool { return a.status(0).Spooled == 50 })
	a.stop()
	a.broker.Remove("orders")
	a.start(server, spooled(ordersOut, 1<<20))
	eventually(t, "the rule says what is missing", func() bool {
		return strings.Contains(a.logged(), "no topic is called 'orders'")
	})
	server.Restart()
	expectStored(t, js, "order", 50)
	a.broker.Add("orders", local.Topic, 16, false)
	a.await()
	<-write(a.open("orders", writing), "order", 10)
	eventually(t, "what comes next is sent", func() bool { return a.status(0).Out == 60 })
}
