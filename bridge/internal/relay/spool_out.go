package relay

import (
	"context"
	"errors"
	"path/filepath"
	"sync"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
	"shmbridge/internal/spool"
	"shmbridge/internal/state"
)

// spoolOut carries a topic or a queue to NATS through a file: messages are taken from the channel also while there is no
// server, until the file is full. What fills the file goes on from open to close; a session empties it.
type spoolOut struct {
	*Link
	feed  feed
	spool *spool.Spool
	saved *state.Record
	limit limiter
	end   context.CancelFunc
	ended chan struct{}

	mutex     sync.Mutex
	info      local.Info // of the channel; no name: it has not been open yet
	trouble   string     // of the channel or the file; empty: none
	inSession bool
}

// A feed takes messages from a channel for the spool.
type feed interface {
	open() error
	info() local.Info
	// take waits for messages, which stay the channel's until taken.
	take(ctx context.Context, spooled *spool.Spool) ([]spool.Entry, error)
	taken() error
	close()
}

func newSpoolOut(link *Link) *spoolOut {
	w := &spoolOut{Link: link}
	w.limit.rate = link.Rule.MaxRate
	if link.Rule.Queue != "" {
		w.feed = &queueFeed{queueOut{Link: link}}
	} else {
		w.feed = &topicFeed{source{Link: link}}
	}
	return w
}

func (w *spoolOut) open() (err error) {
	name := w.recordName() + "|spool"
	if w.saved, err = w.env.State.Record(name); err != nil {
		return err
	}
	folder, err := spoolFolder(w.env, w.Rule.Spool.Folder)
	if err == nil {
		path := filepath.Join(folder, state.FileName(name)+".spool")
		w.spool, err = spool.Open(path, int64(w.Rule.Spool.MaxBytes), w.saved)
	}
	if err != nil {
		w.saved.Close()
		return err
	}
	w.Counters.Spooled.Store(uint64(w.spool.Len()))
	ctx, end := context.WithCancel(context.Background())
	w.end, w.ended = end, make(chan struct{})
	go w.fill(ctx)
	return nil
}

func (w *spoolOut) close() {
	w.end()
	<-w.ended
	w.spool.Close()
	w.saved.Close()
}

// fill brings messages from the channel to the file until ctx is done, and opens the channel as often as it must.
func (w *spoolOut) fill(ctx context.Context) {
	defer close(w.ended)
	pause := w.newPause()
	for ctx.Err() == nil {
		err := w.feed.open()
		if err == nil {
			err = w.fillFrom(ctx, pause)
			w.feed.close()
		}
		w.wait(ctx, pause, err)
	}
}

func (w *spoolOut) fillFrom(ctx context.Context, pause *Pause) error {
	info := w.feed.info()
	if largest := largestOf(info, int64(w.Rule.MaxMessage)); !w.spool.Fits(largest) {
		return errors.New("the spool's \"max_bytes\" is less than what the channel's largest message takes there")
	}
	w.mutex.Lock()
	w.info = info
	w.mutex.Unlock()
	w.tell("")
	for {
		entries, err := w.feed.take(ctx, w.spool)
		if err == nil {
			err = w.append(ctx, pause, entries)
		}
		if err == nil {
			err = w.feed.taken()
		}
		if err != nil {
			return err
		}
		pause.Reset()
	}
}

// append tries again as long as the file can't be written: what was taken from a topic can't be given back.
func (w *spoolOut) append(ctx context.Context, pause *Pause, entries []spool.Entry) error {
	full := func() {
		w.tell("the spool is full, and the channel holds what comes")
	}
	for {
		done, err := w.spool.Append(ctx, entries, full)
		w.Counters.Spooled.Store(uint64(w.spool.Len()))
		if err == nil {
			w.tell("")
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		entries = entries[done:]
		w.wait(ctx, pause, err)
	}
}

func (w *spoolOut) wait(ctx context.Context, pause *Pause, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	w.Counters.Retries.Add(1)
	w.tell(err.Error())
	pause.Wait(ctx)
}

// tell says how the filling is, and logs what is new.
func (w *spoolOut) tell(trouble string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if trouble == w.trouble {
		return
	}
	if w.trouble = trouble; trouble != "" {
		w.log("warning", "%s", trouble)
	}
	w.show()
}

func (w *spoolOut) show() {
	switch {
	case w.trouble != "":
		w.Counters.Set(w.trouble)
	case w.inSession:
		w.Counters.Set(Running)
	default:
		w.Counters.Set(waitsForServer)
	}
}

func (w *spoolOut) session(ctx context.Context, conn *nats.Conn) error {
	w.mutex.Lock()
	info := w.info
	w.mutex.Unlock()
	var send sender
	var err error
	most := 512
	if w.Rule.Stream == "" {
		send, err = w.toSubject(conn, info)
	} else {
		send, most, err = w.toStream(conn, info)
	}
	if err != nil {
		return err
	}
	defer send.close()
	w.setInSession(true)
	defer w.setInSession(false)
	for {
		entries, err := w.spool.Next(ctx, most)
		if errors.Is(err, spool.ErrDamaged) {
			err = w.drop()
		} else if err == nil {
			w.limit.pass(ctx, len(entries))
			err = send.send(ctx, entries)
		}
		w.Counters.Spooled.Store(uint64(w.spool.Len()))
		if err != nil {
			return err
		}
	}
}

func (w *spoolOut) setInSession(is bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.inSession = is
	if is {
		w.Link.trouble = ""
		w.show()
	}
}

func (w *spoolOut) drop() error {
	count, err := w.spool.Drop()
	w.Counters.Lost.Add(uint64(count))
	w.log("error", "%d messages are lost: the spool's file is not what was written", count)
	return err
}

func (w *spoolOut) messageOf(entry spool.Entry) *nats.Msg {
	message := newMessage(w.env.Config.Site, w.Channel, w.Subject, entry.Instance,
		local.Message{Data: entry.Data, Sequence: entry.Sequence, Time: entry.Time})
	if entry.Sequence == 0 {
		message.Header.Del(HeaderSequence) // of a queue
	}
	return message
}

// A sender sends what is next in the spool, and takes it out.
type sender interface {
	send(ctx context.Context, entries []spool.Entry) error
	close()
}

// subjectSender sends to a subject, each message once at most: it is taken out before it is sent.
type subjectSender struct {
	*spoolOut
	conn *nats.Conn
}

func (w *spoolOut) toSubject(conn *nats.Conn, info local.Info) (sender, error) {
	if err := checkSize(info, int64(w.Rule.MaxMessage), conn, 0); err != nil {
		return nil, err
	}
	return &subjectSender{w, conn}, nil
}

func (s *subjectSender) close() {}

func (s *subjectSender) send(ctx context.Context, entries []spool.Entry) error {
	out, bytes := make([]*nats.Msg, len(entries)), 0
	for i, entry := range entries {
		out[i] = s.messageOf(entry)
		bytes += len(entry.Data)
	}
	if err := s.spool.Done(len(entries)); err != nil {
		return err
	}
	return s.sendOnce(s.conn, out, len(out), bytes)
}

// streamSender sends to a stream, each message at least once: with the same id each time.
type streamSender struct {
	*spoolOut
	publisher *publisher
	stored    position // the last message that the stream had when the session began
}

func (w *spoolOut) toStream(conn *nats.Conn, info local.Info) (sender, int, error) {
	js, stream, err := findStream(conn, w.Rule.Stream, w.env.timeout())
	if err != nil {
		return nil, 0, err
	}
	if err := checkSize(info, int64(w.Rule.MaxMessage), conn, stream.Config.MaxMsgSize); err != nil {
		return nil, 0, err
	}
	s := &streamSender{spoolOut: w}
	if w.Rule.Topic != "" {
		if s.stored, err = w.storedLast(js); err != nil {
			return nil, 0, err
		}
	}
	most := mostToStream(stream.Config)
	s.publisher, err = newPublisher(conn, w.Rule.Stream, most, w.env.timeout())
	return s, most, err
}

func (s *streamSender) close() { s.publisher.close() }

func (s *streamSender) send(ctx context.Context, entries []spool.Entry) error {
	var out []*nats.Msg
	for _, entry := range entries {
		if entry.Sequence > 0 && entry.Instance == s.stored.Instance && entry.Sequence <= s.stored.Sequence {
			s.Counters.Dropped.Add(1) // published, and not known to be by the bridge that was killed then
			continue
		}
		message := s.messageOf(entry)
		if entry.ID == "" {
			entry.ID = messageID(s.env.Config.Site, s.Channel, entry.Instance, entry.Sequence)
		}
		message.Header[nats.MsgIdHdr] = []string{entry.ID}
		out = append(out, message)
	}
	if err := s.publisher.publish(ctx, out); err != nil {
		return err
	}
	s.count(out)
	return s.spool.Done(len(entries))
}
