package sites

import (
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/natstest"
)

func topic(name string) string {
	return fmt.Sprintf(`{"name": %q, "kind": "topic", "when_full": "wait", "capacity": "1 MiB", "max_message": "64 KiB"}`, name)
}

func stream(t *testing.T, server *natstest.Server, config nats.StreamConfig) nats.JetStreamContext {
	t.Helper()
	_, js := server.Connect()
	if _, err := js.AddStream(&config); err != nil {
		t.Fatal(err)
	}
	return js
}

// count is a number of messages, or what the environment says instead.
func count(variable string, normally int) string {
	if given := os.Getenv(variable); given != "" {
		return given
	}
	return strconv.Itoa(normally)
}

func TestATopicReachesAnotherMachine(t *testing.T) {
	both := sites(t)
	a, b := both[0], both[1]
	server := natstest.Start(t)
	a.start(server, topic("ticks"), `{"topic": "ticks", "direction": "out", "subject": "{site}.{channel}"}`)
	b.start(server, topic("ticks"), `{"topic": "ticks", "direction": "in", "subject": "a.ticks"}`)
	a.awaitBridge()
	b.awaitBridge()
	reader := b.run("flow.exe", "read", "topic", "ticks", "5000")
	b.await("the reader is ready", reader, "ready")
	a.expectDone(a.run("flow.exe", "write", "topic", "ticks", "5000", "64"))
	b.expectDone(reader)
}

func TestAStreamCarriesATopicByteForByte(t *testing.T) {
	both := sites(t)
	a, b := both[0], both[1]
	server := natstest.Start(t)
	stream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	a.start(server, topic("orders"), `{"topic": "orders", "direction": "out", "stream": "ORDERS", "subject": "orders.{site}"}`)
	b.start(server, topic("orders of a"),
		`{"topic": "orders of a", "direction": "in", "stream": "ORDERS", "subject": "orders.a"}`)
	a.awaitBridge()
	b.awaitBridge()
	messages := count("SHM_BRIDGE_COUNT", 20_000)
	reader := b.run("flow.exe", "read", "topic", "orders of a", messages)
	b.await("the reader is ready", reader, "ready")
	began := time.Now()
	a.expectDone(a.run("flow.exe", "write", "topic", "orders", messages, "64"))
	b.expectDone(reader)
	t.Logf("%s messages in %v", messages, time.Since(began))
}

func TestAQueueAndABlockReachAnotherMachine(t *testing.T) {
	both := sites(t)
	a, b := both[0], both[1]
	server := natstest.Start(t)
	stream(t, server, nats.StreamConfig{Name: "JOBS", Subjects: []string{"jobs"}, Retention: nats.WorkQueuePolicy})
	_, js := server.Connect()
	if _, err := js.CreateKeyValue(&nats.KeyValueConfig{Bucket: "PLANT"}); err != nil {
		t.Fatal(err)
	}
	const channels = `{"name": "jobs", "kind": "queue", "capacity": "1 MiB"}, {"name": "setpoints", "kind": "block", "capacity": 512}`
	const block = `, {"block": "setpoints", "direction": "both", "bucket": "PLANT", "key": "setpoints"}`
	a.start(server, channels, `{"queue": "jobs", "direction": "out", "stream": "JOBS", "subject": "jobs"}`+block)
	b.start(server, channels, `{"queue": "jobs", "direction": "in", "stream": "JOBS", "subject": "jobs"}`+block)
	a.awaitBridge()
	b.awaitBridge()
	reader := b.run("flow.exe", "read", "queue", "jobs", "2000")
	a.expectDone(a.run("flow.exe", "write", "queue", "jobs", "2000", "64"))
	b.expectDone(reader)
	a.expectDone(a.run("flow.exe", "set", "setpoints", "from a"))
	b.expectDone(b.run("flow.exe", "get", "setpoints", "from a"))
	b.expectDone(b.run("flow.exe", "set", "setpoints", "from b"))
	a.expectDone(a.run("flow.exe", "get", "setpoints", "from b"))
}

// A bridge is killed whose spool has what was written while there was no server, and which takes more.
func TestASpoolSurvivesABridgeThatIsKilled(t *testing.T) {
	both := sites(t)
	a, b := both[0], both[1]
	server := natstest.Start(t)
	js := stream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	a.start(server, topic("orders"), `{"topic": "orders", "direction": "out", "stream": "ORDERS", "subject": "orders.{site}",
		"spool": {"max_bytes": "64 MiB"}}`)
	b.start(server, topic("orders of a"), `{"topic": "orders of a", "direction": "in", "stream": "ORDERS", "subject": "orders.a"}`)
	a.awaitBridge()
	b.awaitBridge()
	reader := b.run("flow.exe", "read", "topic", "orders of a", "36000")
	b.await("the reader is ready", reader, "ready")
	server.Kill()
	// More than the channel has room for: the writer ends only as the spool takes them.
	a.expectDone(a.run("flow.exe", "write", "topic", "orders", "30000", "64"))
	// Few enough for the channel to keep them while no bridge reads it, whether this writer begins before the kill or after.
	writer := a.run("flow.exe", "write", "topic", "orders", "36000", "64")
	time.Sleep(50 * time.Millisecond) // mostly the bridge is killed while it writes; either is right
	a.bridge.kill()
	a.startBridge()
	a.expectDone(writer)
	server.Restart()
	b.expectDone(reader)
	if info, err := js.StreamInfo("ORDERS"); err != nil || info.State.Msgs != 36_000 {
		t.Errorf("the stream has %+v, %v", info, err)
	}
}

// Bridges, server, services and programs are killed at random, in the midst of whatever they do. The writers of the topic are told
// by its capacity, which holds all of the messages, not to wait for a bridge that is gone.
func TestNothingIsLostOrComesTwiceWhoeverIsKilled(t *testing.T) {
	both := sites(t)
	a, b := both[0], both[1]
	seconds, _ := strconv.Atoi(count("SHM_BRIDGE_CHAOS", 0))
	if seconds == 0 {
		t.Skip("takes minutes: SHM_BRIDGE_CHAOS=SECONDS")
	}
	seed := time.Now().UnixNano()
	if given, err := strconv.ParseInt(os.Getenv("SHM_BRIDGE_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("SHM_BRIDGE_SEED=%d", seed)
	random := rand.New(rand.NewSource(seed))
	server := natstest.Start(t)
	js := stream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	stream(t, server, nats.StreamConfig{Name: "JOBS", Subjects: []string{"jobs"}, Retention: nats.WorkQueuePolicy})
	const big = `{"name": "orders", "kind": "topic", "when_full": "wait", "capacity": "64 MiB", "max_message": "64 KiB"}, {"name": "jobs", "kind": "queue", "capacity": "1 MiB"}`
	a.start(server, big, `{"topic": "orders", "direction": "out", "stream": "ORDERS", "subject": "orders.{site}"},
		{"queue": "jobs", "direction": "out", "stream": "JOBS", "subject": "jobs"}`)
	b.start(server, big, `{"topic": "orders", "direction": "in", "stream": "ORDERS", "subject": "orders.a"},
		{"queue": "jobs", "direction": "in", "stream": "JOBS", "subject": "jobs"}`)
	a.awaitBridge()
	b.awaitBridge()
	const orders, jobs = "200000", "2000"
	readers := []*program{b.run("flow.exe", "read", "topic", "orders", orders), b.run("flow.exe", "read", "queue", "jobs", jobs)}
	for _, reader := range readers {
		b.await("the reader is ready", reader, "ready")
	}
	write := func() *program { return a.run("flow.exe", "write", "topic", "orders", orders, "64") }
	writer := write()
	jobWriter := a.run("flow.exe", "write", "queue", "jobs", jobs, "64")
	kills := map[string]int{}
	for end := time.Now().Add(time.Duration(seconds) * time.Second); time.Now().Before(end); {
		time.Sleep(time.Duration(random.Intn(2000)) * time.Millisecond)
		switch random.Intn(6) {
		case 0:
			a.bridge.kill()
			a.startBridge()
			kills["bridge a"]++
		case 1:
			b.bridge.kill()
			b.startBridge()
			kills["bridge b"]++
		case 2:
			server.Kill()
			server.Restart()
			kills["server"]++
		case 3:
			writer.kill()
			writer = write()
			kills["writer"]++
		case 4:
			a.service.kill()
			a.startService()
			kills["service a"]++
		case 5:
			b.service.kill()
			b.startService()
			kills["service b"]++
		}
	}
	t.Logf("killed: %v", kills)
	a.expectDone(writer)
	a.expectDone(jobWriter)
	for _, reader := range readers {
		b.expectDone(reader)
	}
	if info, err := js.StreamInfo("ORDERS"); err != nil || fmt.Sprint(info.State.Msgs) != orders {
		t.Errorf("the stream has %+v, %v", info, err)
	}
}
