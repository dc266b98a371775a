package relay

import (
	"context"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
)

// subjectOut carries a topic to a subject, each message once at most: what is sent into a connection that breaks is lost,
// and counted.
type subjectOut struct {
	source
	batcher batcher
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
		var all []*nats.Msg
		var packed []local.Message
		sent, bytes := 0, 0
		for _, message := range messages {
			header, own := w.env.Own.take(w.Channel, message.Sequence, message.Data)
			if own && !w.Rule.Forward {
				w.Counters.Dropped.Add(1)
				continue
			}
			if !w.allowed(message.Data) {
				continue
			}
			sent, bytes = sent+1, bytes+len(message.Data)
			if w.Rule.Batch {
				packed = append(packed, message)
				continue
			}
			out := newMessage(w.env.Config.Site, w.Channel, w.Subject, w.at.Instance, message)
			if own {
				out.Header = forwarded(w.env.Config.Site, header)
			}
			all = append(all, out)
		}
		if w.Rule.Batch {
			all = w.batcher.pack(w.env.Config.Site, w.Channel, w.Subject, w.at.Instance, conn.MaxPayload()-headerRoom, packed)
		}
		if err := w.sendOnce(conn, all, sent, bytes); err != nil {
			return err
		}
	}
}

// sendOnce sends so many of a channel's messages to a subject. Those that a connection that breaks may not have brought are
// counted as lost.
func (l *Link) sendOnce(conn *nats.Conn, all []*nats.Msg, messages, bytes int) (err error) {
	for i := 0; i < len(all) && err == nil; i++ {
		err = conn.PublishMsg(all[i])
	}
	if err == nil {
		err = conn.FlushTimeout(l.env.timeout()) // the server's answer: it has all of them
	}
	if err != nil {
		l.Counters.Lost.Add(uint64(messages))
		l.log("warning", "%d messages may be lost with the connection: %v", messages, err)
		return err
	}
	l.Counters.Out.Add(uint64(messages))
	l.Counters.Bytes.Add(uint64(bytes))
	return nil
}
