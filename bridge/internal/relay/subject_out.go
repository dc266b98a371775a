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
		sent, bytes := 0, 0
		for _, message := range messages {
			out := newMessage(w.env.Config.Site, w.Channel, w.Subject, w.at.Instance, message)
			if header, own := w.env.Own.take(w.Channel, message.Sequence, message.Data); own {
				if !w.Rule.Forward {
					w.Counters.Dropped.Add(1)
					continue
				}
				out.Header = forwarded(w.env.Config.Site, header)
			}
			if !w.fits(message) {
				continue
			}
			if err = conn.PublishMsg(out); err != nil {
				break
			}
			sent++
			bytes += len(message.Data)
		}
		if err == nil {
			err = conn.FlushTimeout(w.env.timeout()) // the server's answer: it has all of them
		}
		if err != nil {
			w.Counters.Lost.Add(uint64(len(messages)))
			w.log("warning", "%d messages may be lost with the connection: %v", len(messages), err)
			return err
		}
		w.Counters.Out.Add(uint64(sent))
		w.Counters.Bytes.Add(uint64(bytes))
	}
}
