package relay

import (
	"context"
	"crypto/sha256"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"shmbridge/internal/local"
	"shmbridge/internal/state"
)

// queueOut carries a queue to a work-queue stream. A message stays the queue's, and is another reader's if the bridge
// ends, until the stream has it. Its id is noted before it is published: so when the queue gives it out again, it is
// published with the same one.
type queueOut struct {
	*Link
	channel local.Channel
	saved   *state.Record
	held    *local.Message // peeked, and not known to be stored
	noted   []attempt      // the last is the one of what is held
	limit   limiter
}

// An attempt is a message that was about to be published. That of a bridge that was killed stays noted: the queue gives
// its message out again when it has learned of the death, perhaps behind others.
type attempt struct {
	ID  string
	Sum [sha256.Size]byte // of the payload
}

// mostAttempts is how many are noted. No clock says when one is forgotten: it could jump. An id that is older than what
// the server remembers does no harm.
const mostAttempts = 32

func (w *queueOut) open() (err error) {
	if w.saved, err = w.record(); err != nil {
		return err
	}
	w.noted = nil
	if _, err = w.saved.Load(&w.noted); err == nil {
		w.channel, err = w.openChannel(local.Want{Read: true})
	}
	if err != nil {
		w.saved.Close()
		return err
	}
	w.held = nil
	w.limit.rate = w.Rule.MaxRate
	return nil
}

func (w *queueOut) close() {
	w.channel.Close()
	w.saved.Close()
}

func (w *queueOut) session(ctx context.Context, conn *nats.Conn) error {
	_, stream, err := findStream(conn, w.Rule.Stream, w.env.timeout())
	if err != nil {
		return err
	}
	if err := checkSize(w.channel.Info(), int64(w.Rule.MaxMessage), conn, stream.Config.MaxMsgSize); err != nil {
		return err
	}
	publisher, err := newPublisher(conn, w.Rule.Stream, 1, w.env.timeout())
	if err != nil {
		return err
	}
	defer publisher.close()
	w.runs()
	for {
		if w.held == nil {
			if err := w.take(ctx); err != nil {
				return err
			}
			w.limit.pass(ctx, 1)
		}
		if w.allowed(w.held.Data) {
			message := newMessage(w.env.Config.Site, w.Channel, w.Subject, w.channel.Info().Instance, *w.held)
			message.Header.Del(HeaderSequence) // which a queue does not tell of a message that it may give to others
			message.Header[nats.MsgIdHdr] = []string{w.noted[len(w.noted)-1].ID}
			if err := publisher.publish(ctx, []*nats.Msg{message}); err != nil {
				return err
			}
			w.count([]*nats.Msg{message})
		}
		if err := w.done(); err != nil {
			return err
		}
	}
}

// take takes the next message, and notes the id with which it will be published.
func (w *queueOut) take(ctx context.Context) error {
	message, err := w.channel.Peek(ctx)
	if err != nil {
		return localError(err)
	}
	w.Counters.In.Add(1)
	next := attempt{nuid.Next(), sha256.Sum256(message.Data)}
	var others []attempt
	for _, each := range w.noted {
		switch {
		case message.Redelivered && each.Sum == next.Sum:
			next.ID = each.ID
		default:
			others = append(others, each)
		}
	}
	if len(others) >= mostAttempts {
		others = others[len(others)-mostAttempts+1:]
	}
	w.noted = append(others, next)
	if err := w.saved.Save(w.noted); err != nil {
		return localFailure{err} // the channel is closed, and the message the queue's again
	}
	w.held = &message
	return nil
}

// done takes the message from the queue, and forgets its id: a later one may have the same bytes.
func (w *queueOut) done() error {
	w.held = nil
	if err := w.channel.Release(); err != nil {
		return localError(err)
	}
	w.noted = w.noted[:len(w.noted)-1]
	return w.saved.Save(w.noted)
}
