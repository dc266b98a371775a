package relay

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// streamIn carries a stream to a topic: each message once, in order. How far it is the bridge knows itself, so that the
// server needs to keep no consumer: one that it loses, or that somebody deletes, is made again.
type streamIn struct {
	sink
}

func (w *streamIn) session(ctx context.Context, conn *nats.Conn) error {
	js, stream, err := findStream(conn, w.Rule.Stream, w.env.timeout())
	if err != nil {
		return err
	}
	done, err := w.position(stream)
	if err != nil {
		return err
	}
	if first := stream.State.FirstSeq; done > 0 && first > done+1 {
		w.log("warning", "the stream has dropped messages %d to %d before they were read, of this rule's or other subjects",
			done+1, first-1)
	}
	waiting := make(chan *nats.Msg, mostWaiting)
	subscription, err := js.ChanSubscribe(w.Subject, waiting, nats.OrderedConsumer(), nats.BindStream(w.Rule.Stream),
		nats.StartSequence(done+1))
	if err != nil {
		return err
	}
	defer subscription.Unsubscribe()
	w.runs()
	for {
		look, cancel := context.WithTimeout(ctx, w.env.timeout())
		messages, err := gather(look, waiting)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			// Nothing came, or nothing can come any more.
			if _, err := subscription.ConsumerInfo(); err != nil {
				return fmt.Errorf("stream '%s': its consumer is gone: %w", w.Rule.Stream, err)
			}
			continue
		}
		w.limit.pass(ctx, len(messages))
		if done, err = w.take(ctx, stream.Created, done, messages); err != nil {
			return err
		}
	}
}

// position gives the number of the last message of the stream that is done with.
func (w *streamIn) position(stream *nats.StreamInfo) (uint64, error) {
	if !w.noted.Created.Equal(stream.Created) {
		if w.noted.Created.IsZero() && w.Rule.Start == "new" {
			return stream.State.LastSeq, nil
		}
		return 0, nil
	}
	if len(w.noted.Batch) == 0 {
		return w.noted.Last, nil
	}
	written, err := w.written()
	switch {
	case err != nil:
		return 0, err
	case written == len(w.noted.Batch):
		return w.noted.Last, nil
	case written > 0:
		return w.noted.Batch[written-1], nil
	}
	return w.noted.Batch[0] - 1, nil
}

// take writes messages that come behind done, and gives the number that is done with then.
func (w *streamIn) take(ctx context.Context, created time.Time, done uint64, messages []*nats.Msg) (uint64, error) {
	var numbers []uint64
	kept := messages[:0]
	last := done
	for _, message := range messages {
		about, err := message.Metadata()
		if err != nil {
			return done, err
		}
		w.Counters.Lag.Store(about.NumPending)
		if about.Sequence.Stream <= last {
			w.Counters.Dropped.Add(1)
			continue
		}
		last = about.Sequence.Stream
		w.Counters.In.Add(1)
		if w.wanted(message) {
			kept, numbers = append(kept, message), append(numbers, last)
		}
	}
	written, err := w.write(ctx, handled{Created: created, Batch: numbers, Last: last}, kept)
	if err != nil {
		if written > 0 {
			done = numbers[written-1]
		}
		return done, err
	}
	return last, nil
}
