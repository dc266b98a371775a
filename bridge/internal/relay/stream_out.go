package relay

import (
	"context"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
)

// streamOut carries a topic to a stream: each message at least once, in order. One that is published again has the same
// id; and a session begins behind the last message that the stream has.
type streamOut struct {
	source
	pending []local.Message // read, and not known to be stored
}

func (w *streamOut) open() error {
	w.pending = nil
	return w.source.open()
}

func (w *streamOut) session(ctx context.Context, conn *nats.Conn) error {
	js, stream, err := findStream(conn, w.Rule.Stream, w.env.timeout())
	if err != nil {
		return err
	}
	if err := checkSize(w.channel.Info(), int64(w.Rule.MaxMessage), conn, stream.Config.MaxMsgSize); err != nil {
		return err
	}
	if err := w.resume(js); err != nil {
		return err
	}
	atOnce := mostToStream(stream.Config)
	publisher, err := newPublisher(conn, w.Rule.Stream, atOnce, w.env.timeout())
	if err != nil {
		return err
	}
	defer publisher.close()
	w.runs()
	for {
		if len(w.pending) == 0 {
			if w.pending, err = w.read(ctx); err != nil {
				return err
			}
			w.limit.pass(ctx, len(w.pending))
		}
		for len(w.pending) > 0 {
			some := w.pending
			if len(some) > atOnce {
				some = some[:atOnce]
			}
			if err := w.publish(ctx, publisher, some); err != nil {
				return err
			}
			w.pending = w.pending[len(some):]
		}
	}
}

func (w *streamOut) publish(ctx context.Context, publisher *publisher, messages []local.Message) error {
	out := make([]*nats.Msg, 0, len(messages))
	for _, message := range messages {
		if !w.allowed(message.Data) {
			continue
		}
		each := newMessage(w.env.Config.Site, w.Channel, w.Subject, w.at.Instance, message)
		each.Header[nats.MsgIdHdr] = []string{
			messageID(w.env.Config.Site, w.Channel, w.at.Instance, message.Sequence),
		}
		out = append(out, each)
	}
	if err := publisher.publish(ctx, out); err != nil {
		return err
	}
	w.count(out)
	return w.saved.Save(position{w.at.Instance, messages[len(messages)-1].Sequence})
}

// resume leaves out what the stream has already. The server itself knows ids for some minutes only.
func (w *streamOut) resume(js nats.JetStreamContext) error {
	stored, err := w.storedLast(js)
	if err != nil || stored.Instance != w.at.Instance {
		return err
	}
	for len(w.pending) > 0 && w.pending[0].Sequence <= stored.Sequence {
		w.pending = w.pending[1:]
		w.Counters.Dropped.Add(1)
	}
	if len(w.pending) == 0 && stored.Sequence > w.at.Sequence {
		w.at.Sequence, w.known = stored.Sequence, true
	}
	return nil
}

// storedLast gives the last message that the stream has of this link, if it is the subject's last one.
func (l *Link) storedLast(js nats.JetStreamContext) (position, error) {
	last, err := js.GetLastMsg(l.Rule.Stream, l.Subject)
	if err == nats.ErrMsgNotFound {
		return position{}, nil
	}
	if err != nil {
		return position{}, fmt.Errorf("stream '%s': %w", l.Rule.Stream, err)
	}
	stored, ok := positionOf(last.Header)
	if !ok || last.Header.Get(HeaderOrigin) != l.env.Config.Site || last.Header.Get(HeaderChannel) != l.Channel {
		return position{}, nil
	}
	return stored, nil
}

func positionOf(header nats.Header) (position, bool) {
	instance, err := strconv.ParseUint(header.Get(HeaderInstance), 16, 64)
	if err != nil {
		return position{}, false
	}
	sequence, err := strconv.ParseUint(header.Get(HeaderSequence), 10, 64)
	return position{instance, sequence}, err == nil
}
