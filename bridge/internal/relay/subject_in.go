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
	batches batches
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
		w.Counters.Lag.Store(uint64(len(waiting)))
		if total, err := subscription.Dropped(); err == nil && total > dropped {
			if messages[0].Header.Get(HeaderBatch) == "" { // else the next batch tells how many
				w.lost(uint64(total - dropped))
			}
			dropped = total
		}
		messages = w.fresh(messages)
		w.limit.pass(ctx, len(messages))
		for begin := 0; begin < len(messages); begin += mostAtOnce {
			end := begin + mostAtOnce
			if end > len(messages) {
				end = len(messages)
			}
			if err := w.write(ctx, messages[begin:end]); err != nil {
				w.Counters.Lost.Add(uint64(len(messages) - end))
				return err
			}
		}
	}
}

func (w *subjectIn) lost(count uint64) {
	if count > 0 {
		w.Counters.Lost.Add(count)
		w.log("warning", "%d messages are lost on the way, or since the channel has been full", count)
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

// fresh unpacks batches, and leaves out what has been at this site before, and what does not fit.
func (w *subjectIn) fresh(messages []*nats.Msg) []*nats.Msg {
	kept := make([]*nats.Msg, 0, len(messages))
	var unpacked []*nats.Msg
	for _, message := range messages {
		if message.Header.Get(HeaderBatch) == "" {
			kept = w.keep(kept, message)
			continue
		}
		var lost uint64
		var err error
		unpacked, lost, err = w.batches.unpack(unpacked[:0], message, w.env.Own.covers(w.Channel))
		w.lost(lost)
		if err != nil {
			w.log("warning", "%v", err)
		}
		for _, each := range unpacked {
			kept = w.keep(kept, each)
		}
	}
	return kept
}

func (w *subjectIn) keep(kept []*nats.Msg, message *nats.Msg) []*nats.Msg {
	w.Counters.In.Add(1)
	switch {
	case hasBeenHere(w.env.Config.Site, message.Header):
		w.Counters.Dropped.Add(1)
	case tooLarge(w.Link, w.channel.Info(), message.Data):
		w.Counters.Lost.Add(1)
	default:
		kept = append(kept, message)
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
