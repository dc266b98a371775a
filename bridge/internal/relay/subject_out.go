package relay

import (
	"context"

	"github.com/nats-io/nats.go"
)

// subjectOut carries a topic to a subject, each message once at most: what is sent into a connection that breaks is lost,
// and counted.
type subjectOut struct {
	source
}

func (w *subjectOut) session(ctx context.Context, conn *nats.Conn) error {
	if err := checkSize(w.channel.Info(), int64(w.Rule.MaxMessage), conn, 0); err != nil {
		return err
	}
	w.runs()
	for {
		messages, err := w.read(ctx)
		if err != nil {
			return err
		}
		w.limit.pass(ctx, len(messages))
		// Before they are sent: a bridge that ends now is not to send them again.
		if err := w.saved.Save(w.at); err != nil {
			return err
		}
		var batch []*nats.Msg
		for _, message := range messages {
			out := newMessage(w.env.Config.Site, w.Channel, w.Subject, w.at.Instance, message)
			if header, own := w.env.Own.take(w.Channel, message.Sequence, message.Data); own {
				if !w.Rule.Forward {
					w.Counters.Dropped.Add(1)
					continue
				}
				out.Header = forwarded(w.env.Config.Site, header)
			}
			if w.allowed(message.Data) {
				batch = append(batch, out)
			}
		}
		if err := w.sendOnce(conn, batch); err != nil {
			return err
		}
	}
}

// sendOnce sends messages to a subject. Those that a connection that breaks may not have brought are counted as lost.
func (l *Link) sendOnce(conn *nats.Conn, messages []*nats.Msg) (err error) {
	for i := 0; i < len(messages) && err == nil; i++ {
		err = conn.PublishMsg(messages[i])
	}
	if err == nil {
		err = conn.FlushTimeout(l.env.timeout()) // the server's answer: it has all of them
	}
	if err != nil {
		l.Counters.Lost.Add(uint64(len(messages)))
		l.log("warning", "%d messages may be lost with the connection: %v", len(messages), err)
		return err
	}
	l.count(messages)
	return nil
}
