package relay

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	jobsAtOnce   = 32
	ackPatience  = 30 * time.Second // after which the server gives a message to another bridge
	ackReminder  = ackPatience / 3  // how often it is told that we are at it
	fetchSeconds = 5 * time.Second
)

// queueIn carries a work-queue stream to a queue. A message is acknowledged when it is in the queue. One that comes again
// is not written again: its acknowledgement was lost, or the server was killed, and has the message back or got it anew.
// A work-queue stream forgets what it has given out, and its id.
type queueIn struct {
	sink
	done     *doneSet
	consumer string
}

func (w *queueIn) session(ctx context.Context, conn *nats.Conn) error {
	js, stream, err := findStream(conn, w.Rule.Stream, w.env.timeout())
	if err != nil {
		return err
	}
	if err := w.remember(stream.Created); err != nil {
		return err
	}
	subscription, err := w.subscribe(js)
	if err != nil {
		return err
	}
	defer subscription.Unsubscribe()
	w.runs()
	for {
		fetch, cancel := context.WithTimeout(ctx, fetchSeconds)
		messages, err := subscription.Fetch(jobsAtOnce, nats.Context(fetch))
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) {
			// Nothing came, or nothing can come any more.
			if _, err := js.ConsumerInfo(w.Rule.Stream, w.consumer); err != nil {
				return fmt.Errorf("consumer '%s': %w", w.consumer, err)
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("consumer '%s': %w", w.consumer, err)
		}
		w.limit.pass(ctx, len(messages))
		if err := w.take(ctx, conn, stream.Created, messages); err != nil {
			return err
		}
	}
}

// remember finds out what the last session has written and not acknowledged.
func (w *queueIn) remember(created time.Time) error {
	if w.done != nil && w.noted.Created.Equal(created) {
		return nil
	}
	if !w.noted.Created.Equal(created) {
		w.noted, w.done = handled{}, newDoneSet(nil)
		return nil
	}
	written, err := w.written()
	if err != nil {
		return err
	}
	w.done = newDoneSet(w.noted.Recent)
	for _, id := range w.noted.IDs[:len(w.noted.IDs)-len(w.noted.Batch)+written] {
		w.done.add(id)
	}
	return nil
}

// idOf gives what a message is known by: its publisher's id, or else its number in the stream.
func idOf(message *nats.Msg, number uint64) uint64 {
	id := message.Header.Get(nats.MsgIdHdr)
	if id == "" {
		id = "#" + strconv.FormatUint(number, 10)
	}
	hash := fnv.New64a()
	hash.Write([]byte(id))
	return hash.Sum64()
}

// subscribe uses the consumer that all bridges of this subject share, and makes it where there is none.
func (w *queueIn) subscribe(js nats.JetStreamContext) (*nats.Subscription, error) {
	w.consumer = "shmbridge-" + strings.NewReplacer(".", "-", "*", "any", ">", "all", "/", "-", "=", "-").Replace(w.Subject)
	_, err := js.ConsumerInfo(w.Rule.Stream, w.consumer)
	if errors.Is(err, nats.ErrConsumerNotFound) {
		_, err = js.AddConsumer(w.Rule.Stream, &nats.ConsumerConfig{
			Durable: w.consumer, FilterSubject: w.Subject, AckPolicy: nats.AckExplicitPolicy, AckWait: ackPatience,
			MaxAckPending: 16 * jobsAtOnce,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("consumer '%s': %w", w.consumer, err)
	}
	return js.PullSubscribe(w.Subject, w.consumer, nats.Bind(w.Rule.Stream, w.consumer))
}

func (w *queueIn) take(ctx context.Context, conn *nats.Conn, created time.Time, messages []*nats.Msg) error {
	next := handled{Created: created}
	var jobs []*nats.Msg
	for _, message := range messages {
		about, err := message.Metadata()
		if err != nil {
			return err
		}
		w.Counters.Lag.Store(about.NumPending)
		w.Counters.In.Add(1)
		id := idOf(message, about.Sequence.Stream)
		switch {
		case w.done.has(id):
			w.Counters.Dropped.Add(1)
		case isBatch(w.Link, message) || tooLarge(w.Link, w.channel.Info(), message.Data):
			w.Counters.Lost.Add(1)
		default:
			jobs = append(jobs, message)
			next.Batch, next.IDs = append(next.Batch, about.Sequence.Stream), append(next.IDs, id)
			continue
		}
		message.Ack()
	}
	for len(jobs) > 0 {
		next.Recent = w.done.recent
		some, cancel := context.WithTimeout(ctx, ackReminder)
		written, err := w.write(some, next, jobs)
		cancel()
		for i := 0; i < written; i++ {
			w.done.add(next.IDs[i])
			jobs[i].Ack()
		}
		jobs, next.Batch, next.IDs = jobs[written:], next.Batch[written:], next.IDs[written:]
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		for _, job := range jobs {
			job.InProgress() // the queue is full: they are still ours
		}
	}
	return conn.FlushTimeout(w.env.timeout())
}
