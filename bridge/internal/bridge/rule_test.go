package bridge

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/create"
	"shmbridge/internal/local"
	"shmbridge/internal/natstest"
)

func TestARateIsKept(t *testing.T) {
	server := natstest.Start(t)
	a := newSite(t, "a")
	a.broker.Add("ticks", local.Topic, 4, false)
	a.start(server, `{"topic": "ticks", "direction": "out", "subject": "ticks", "max_rate": 200}`)
	a.await()
	began := time.Now()
	if err := <-write(a.open("ticks", writing), "tick", 204); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 900*time.Millisecond {
		t.Errorf("200 messages took %v", took)
	}
}

func TestAStreamsFirstMessagesAreLeftOutWhereOnlyNewOnesAreWanted(t *testing.T) {
	server := natstest.Start(t)
	js := addStream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	js.Publish("orders.a", []byte("of yesterday"))
	_, b := orderSites(t)
	rule := strings.Replace(ordersIn, `"direction"`, `"start": "new", "direction"`, 1)
	b.start(server, rule)
	b.await()
	reader := b.open("orders of a", reading)
	for i := 0; i < 5; i++ {
		js.Publish("orders.a", []byte(fmt.Sprintf("order %d", i)))
	}
	expect(t, reader, "order", 0, 5)
}

// Programs of NATS' own give no headers.
func TestAChannelWithOtherWriters(t *testing.T) {
	server := natstest.Start(t)
	js := addStream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	_, b := orderSites(t)
	rule := strings.Replace(ordersIn, `"direction"`, `"exclusive": false, "direction"`, 1)
	reader := b.open("orders of a", reading)
	for round := 0; round < 3; round++ {
		b.start(server, rule)
		b.await()
		js.Publish("orders.a", []byte("order 0"))
		expect(t, reader, "order", 0, 1)
		<-write(b.open("orders of a", writing), "local", 1)
		expect(t, reader, "local", 0, 1)
		b.stop()
	}
}

func TestWhatTheRulesNameIsMade(t *testing.T) {
	server := natstest.Start(t)
	a, _ := orderSites(t)
	a.start(server, ordersOut+`, {"topic": "line 7/*", "direction": "out", "stream": "ORDERS", "subject": "lines.{site}.{channel}"},
		{"queue": "jobs", "direction": "in", "stream": "JOBS", "subject": "jobs"}, `+setpoints)
	_, js := server.Connect()
	for round := 0; round < 2; round++ {
		if err := create.Missing(a.bridge.env.Config, js, os.Stderr); err != nil {
			t.Fatal(err)
		}
	}
	orders, err := js.StreamInfo("ORDERS")
	if err != nil || fmt.Sprint(orders.Config.Subjects) != "[orders.a lines.a.*]" {
		t.Errorf("%+v, %v", orders, err)
	}
	jobs, err := js.StreamInfo("JOBS")
	if err != nil || jobs.Config.Retention != nats.WorkQueuePolicy {
		t.Errorf("%+v, %v", jobs, err)
	}
	if _, err := js.KeyValue("PLANT"); err != nil {
		t.Error(err)
	}
}
