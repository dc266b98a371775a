package bridge

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
	"shmbridge/internal/natstest"
)

const (
	ordersOut = `{"topic": "orders", "direction": "out", "stream": "ORDERS", "subject": "orders.{site}"}`
	ordersIn  = `{"topic": "orders of a", "direction": "in", "stream": "ORDERS", "subject": "orders.a"}`
)

func addStream(t *testing.T, server *natstest.Server, config nats.StreamConfig) nats.JetStreamContext {
	t.Helper()
	_, js := server.Connect()
	if _, err := js.AddStream(&config); err != nil {
		t.Fatal(err)
	}
	return js
}

func orderSites(t *testing.T) (*site, *site) {
	a, b := newSite(t, "a"), newSite(t, "b")
	a.broker.Add("orders", local.Topic, 256, false)
	b.broker.Add("orders of a", local.Topic, 256, false)
	return a, b
}

// Two sites whose bridges carry orders from the one to the other through a stream.
func streamedOrders(t *testing.T) (*natstest.Server, nats.JetStreamContext, *site, *site) {
	server := natstest.Start(t)
	js := addStream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	a, b := orderSites(t)
	a.start(server, ordersOut)
	b.start(server, ordersIn)
	return server, js, a, b
}

func TestAStreamCarriesATopicInOrder(t *testing.T) {
	_, js, a, b := streamedOrders(t)
	a.await()
	reader := b.open("orders of a", reading)
	written := write(a.open("orders", writing), "order", 20_000)
	expect(t, reader, "order", 0, 20_000)
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	last, err := js.GetLastMsg("ORDERS", "orders.a")
	if err != nil {
		t.Fatal(err)
	}
	id := last.Header.Get(nats.MsgIdHdr)
	if !strings.HasPrefix(id, "a.orders.") || !strings.HasSuffix(id, ".20000") {
		t.Errorf("the id is '%s'", id)
	}
}

// Server and bridges end again and again while messages are under way; the bridges at a moment of their own, as a stop
// does it. What kills them is tested with real processes.
func TestNothingIsLostOrComesTwiceWhateverIsRestarted(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewSource(seed))
	server, js, a, b := streamedOrders(t)
	a.await()
	const count = 4000
	reader := b.open("orders of a", reading)
	writer := a.open("orders", writing)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; i < count; i++ {
			if i%200 == 0 {
				// Not more than the channel keeps may be under way while no bridge reads it.
				eventually(t, "the stream follows", func() bool {
					info, err := js.StreamInfo("ORDERS")
					return err == nil && info.State.Msgs+100 > uint64(i)
				})
			}
			writer.Write(context.Background(), [][]byte{[]byte(fmt.Sprintf("order %d", i))})
		}
	}()
	t.Cleanup(func() {
		if t.Failed() {
			info, err := js.StreamInfo("ORDERS")
			t.Logf("a: %+v\nb: %+v\nstream: %+v %v\nlog of a:\n%s\nlog of b:\n%s", a.status(0), b.status(0), info, err, a.logged(), b.logged())
		}
	})
	troubled := make(chan struct{})
	go func() {
		defer close(troubled)
		for i := 0; i < 15; i++ {
			time.Sleep(time.Duration(random.Intn(150)) * time.Millisecond)
			switch random.Intn(3) {
			case 0:
				server.Kill()
				server.Restart()
			case 1:
				a.stop()
				a.start(server, ordersOut)
			case 2:
				b.stop()
				b.start(server, ordersIn)
			}
		}
	}()
	expect(t, reader, "order", 0, count)
	<-done
	<-troubled
	info, err := js.StreamInfo("ORDERS")
	if err != nil || info.State.Msgs != count {
		t.Errorf("the stream has %+v, %v", info, err)
	}
}

func TestAFullStreamHoldsTheWriters(t *testing.T) {
	server := natstest.Start(t)
	js := addStream(t, server, nats.StreamConfig{
		Name: "ORDERS", Subjects: []string{"orders.*"}, MaxMsgs: 50, Discard: nats.DiscardNew,
	})
	a, b := orderSites(t)
	a.start(server, ordersOut)
	a.await()
	reader := b.open("orders of a", reading)
	written := write(a.open("orders", writing), "order", 400)
	eventually(t, "the rule says why", func() bool {
		return strings.Contains(a.status(0).Condition, "stream 'ORDERS' refuses the message: maximum messages exceeded")
	})
	b.start(server, ordersIn)
	for from := 0; from < 400; from += 50 {
		expect(t, reader, "order", from, 50)
		if err := js.PurgeStream("ORDERS"); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
}

func TestAStreamThatIsMissing(t *testing.T) {
	server := natstest.Start(t)
	a, b := orderSites(t)
	a.start(server, ordersOut)
	b.start(server, ordersIn)
	for _, s := range []*site{a, b} {
		eventually(t, "the rule says what to do", func() bool {
			return strings.Contains(s.status(0).Condition, "the server has no stream 'ORDERS'; shmbridge create makes")
		})
	}
	addStream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	written := write(a.open("orders", writing), "order", 10)
	expect(t, b.open("orders of a", reading), "order", 0, 10)
	<-written
}

func TestAConsumerThatIsDeleted(t *testing.T) {
	_, js, a, b := streamedOrders(t)
	a.await()
	b.await()
	writer, reader := a.open("orders", writing), b.open("orders of a", reading)
	<-write(writer, "order", 10)
	expect(t, reader, "order", 0, 10)
	for name := range js.ConsumerNames("ORDERS") {
		if err := js.DeleteConsumer("ORDERS", name); err != nil {
			t.Fatal(err)
		}
	}
	<-write(writer, "again", 10)
	expect(t, reader, "again", 0, 10)
}

// What the bridge itself feeds from a stream it is the only writer of.
func TestAnotherWriterOfAFedChannelIsRefused(t *testing.T) {
	server := natstest.Start(t)
	addStream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	_, b := orderSites(t)
	b.start(server, ordersIn)
	b.await()
	if _, err := b.broker.Open("orders of a", writing); err == nil {
		t.Error("another writer was let in")
	}
}

func TestAChannelMadeAnewGetsWhatComesNext(t *testing.T) {
	_, _, a, b := streamedOrders(t)
	writer := a.open("orders", writing)
	<-write(writer, "order", 10)
	expect(t, b.open("orders of a", reading), "order", 0, 10)
	b.broker.Add("orders of a", local.Topic, 256, false)
	a.broker.Add("orders", local.Topic, 256, false)
	reader := b.open("orders of a", reading)
	<-write(a.open("orders", writing), "new", 10)
	expect(t, reader, "new", 0, 10)
}
