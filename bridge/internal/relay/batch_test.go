package relay

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
)

func numbered(from, count int) (messages []local.Message) {
	for i := from; i < from+count; i++ {
		messages = append(messages, local.Message{
			Data: []byte(fmt.Sprintf("message %d", i)), Sequence: uint64(i), Time: time.Unix(int64(i), 7),
		})
	}
	return messages
}

func TestABatchHasTheMessagesAndTheirHeaders(t *testing.T) {
	sender := newBatcher()
	batches := batches{map[string]progress{}}
	next := 1
	for _, batch := range sender.pack("a", "ticks", "ticks", 0xC0FFEE, 500, numbered(1, 100)) {
		if len(batch.Data) > 500 {
			t.Errorf("%d bytes", len(batch.Data))
		}
		all, lost, err := batches.unpack(nil, batch, true)
		if err != nil || lost != 0 {
			t.Fatalf("%v, %d", err, lost)
		}
		for _, message := range all {
			wanted := newMessage("a", "ticks", "ticks", 0xC0FFEE, numbered(next, 1)[0])
			if string(message.Data) != string(wanted.Data) || fmt.Sprint(message.Header) != fmt.Sprint(wanted.Header) {
				t.Fatalf("got %v, and not %v", message, wanted)
			}
			next++
		}
	}
	if next != 101 {
		t.Errorf("%d came", next-1)
	}
}

func TestABatchThatDoesNotComeIsCounted(t *testing.T) {
	sender := newBatcher()
	batches := batches{map[string]progress{}}
	take := func(batch *nats.Msg) uint64 {
		_, lost, err := batches.unpack(nil, batch, false)
		if err != nil {
			t.Fatal(err)
		}
		return lost
	}
	pack := func(from, count int) *nats.Msg {
		return sender.pack("a", "ticks", "ticks", 1, 1<<20, numbered(from, count))[0]
	}
	first, _, third := pack(1, 10), pack(11, 20), pack(31, 5)
	if lost := take(first); lost != 0 {
		t.Error(lost)
	}
	if lost := take(third); lost != 20 {
		t.Error(lost)
	}
	sender = newBatcher() // a bridge that starts again
	sender.run = "another"
	if lost := take(pack(36, 5)); lost != 0 {
		t.Error(lost)
	}
}

// Whatever comes: it is taken as a whole, or not at all.
func TestABatchThatIsNone(t *testing.T) {
	sender := newBatcher()
	whole := sender.pack("a", "ticks", "ticks", 1, 1<<20, numbered(1, 3))[0]
	check := func(header string, data []byte) {
		t.Helper()
		batches := batches{map[string]progress{}}
		all, _, err := batches.unpack(nil, &nats.Msg{Header: nats.Header{HeaderBatch: {header}}, Data: data}, true)
		if err == nil || len(all) != 0 {
			t.Errorf("'%s' with %d bytes: %d messages", header, len(data), len(all))
		}
	}
	for size := 0; size < len(whole.Data); size++ {
		check("x 0 3", whole.Data[:size])
	}
	check("x 0 2", whole.Data)
	check("x 0", whole.Data)
	check("x 0 3", append([]byte{0xFF, 0xFF, 0xFF, 0xFF}, whole.Data[4:]...))
	check("x 0 3", append(whole.Data[:len(whole.Data):len(whole.Data)], 0))
}
