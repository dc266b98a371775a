package relay

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
)

// What is taken at once, and what waits here for a channel that is full.
const (
	mostAtOnce  = 256
	mostWaiting = 64 * 1024
)

// subjectIn carries a subject to a topic, each message once at most.
type subjectIn struct {
	*Link
	channel local.Channel
	limit   limiter
}

func (w *subjectIn) open() (err error) {
	w.limit.rate = w.Rule.MaxRate
	w.channel, err = w.openChannel(local.Want{Write: true})
	return err
}

func (w *subjectIn) close() { w.channel.Close() }

func (w *subjectIn) session(ctx context.Context, conn *nats.Conn) error {
	waiting := make(chan *nats.Msg, mostWaiting)
	subscription, err := conn.ChanSubscribe(w.Subject, waiting)
	if err != nil {
		return err
	}
	defer subscription.Unsubscribe()
	if err := conn.FlushTimeout(w.env.timeout()); err != nil {
		return err // the server does not know of it
	}
	w.runs()
	dropped := 0
	for {
		messages, err := gather(ctx, waiting)
		if err != nil {
			return err
		}
		w.Counters.In.Add(uint64(len(messages)))
		w.Counters.Lag.Store(uint64(len(waiting)))
		if total, err := subscription.Dropped(); err == nil && total > dropped {
			w.Counters.Lost.Add(uint64(total - dropped))
			w.log("warning", "%d messages are lost: the channel has been full", total-dropped)
			dropped = total
		}
		w.limit.pass(ctx, len(messages))
		if err := w.write(ctx, w.fresh(messages)); err != nil {
			return err
		}
	}
}

// gather waits for a message, and takes those that have come meanwhile.
func gather(ctx context.Context, waiting <-chan *nats.Msg) ([]*nats.Msg, error) {
	var messages []*nats.Msg
	select {
	case message := <-waiting:
		messages = append(messages, message)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for len(messages) < mostAtOnce {
		select {
		case message := <-waiting:
			messages = append(messages, message)
		default:
			return messages, nil
		}
	}
	return messages, nil
}

// fresh leaves out what has been at this site before, and what does not fit.
func (w *subjectIn) fresh(messages []*nats.Msg) []*nats.Msg {
	kept := messages[:0]
	for _, message := range messages {
		switch {
		case hasBeenHere(w.env.Config.Site, message.Header):
			w.Counters.Dropped.Add(1)
		case tooLarge(w.Link, w.channel.Info(), message.Data):
			w.Counters.Lost.Add(1)
		default:
			kept = append(kept, message)
		}
	}
	return kept
}

func tooLarge(link *Link, info local.Info, data []byte) bool {
	limit := info.MaxMessage
	if link.Rule.MaxMessage > 0 && int64(link.Rule.MaxMessage) < limit {
		limit = int64(link.Rule.MaxMessage)
	}
	if int64(len(data)) <= limit {
		return false
	}
	link.log("warning", "a message of %d bytes is left out: %d are allowed", len(data), limit)
	return true
}

func (w *subjectIn) write(ctx context.Context, messages []*nats.Msg) error {
	before, err := w.channel.Sequence()
	if err != nil {
		return localError(err)
	}
	own := w.env.Own.begin(w.Channel, before, messages)
	written, err := w.channel.Write(ctx, payloads(messages))
	now, sequenceErr := w.channel.Sequence()
	w.env.Own.end(w.Channel, own, written, now)
	w.count(messages[:written])
	if err != nil {
		w.Counters.Lost.Add(uint64(len(messages) - written))
		return localError(err)
	}
	if sequenceErr != nil && !errors.Is(sequenceErr, context.Canceled) {
		return localError(sequenceErr)
	}
	return nil
}

// count counts messages that were handed over.
func (l *Link) count(messages []*nats.Msg) {
	bytes := 0
	for _, message := range messages {
		bytes += len(message.Data)
	}
	l.Counters.Out.Add(uint64(len(messages)))
	l.Counters.Bytes.Add(uint64(bytes))
}

func payloads(messages []*nats.Msg) [][]byte {
	all := make([][]byte, len(messages))
	for i, message := range messages {
		all[i] = message.Data
	}
	return all
}
