package relay

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/config"
	"shmbridge/internal/local"
	"shmbridge/internal/state"
)

// bucketWay keeps a block and a key of a bucket equal. The order of the bucket's revisions is everybody's order: each site
// ends with the value of the last one.
type bucketWay struct {
	*Link
	reader  local.Channel // none with direction in
	writer  local.Channel // none with direction out
	watch   *blockWatch
	saved   *state.Record
	known   revision
	local   *change // a value of the block that the bucket does not have yet
	settled uint64  // the block's number before the bridge wrote it last: what is older is gone
	limit   limiter
}

// A revision is what block and bucket had in common last.
type revision struct {
	Created  time.Time // of the bucket
	Revision uint64
	Sum      [sha256.Size]byte // of the value
}

func (w *bucketWay) open() (err error) {
	if w.saved, err = w.record(); err != nil {
		return err
	}
	if w.known.Created.IsZero() {
		_, err = w.saved.Load(&w.known)
	}
	if err == nil && w.Rule.Direction != config.In {
		w.reader, err = w.openChannel(local.Want{Read: true})
	}
	if err == nil && w.Rule.Direction != config.Out {
		w.writer, err = w.openChannel(local.Want{Write: true})
	}
	if err != nil {
		w.close()
		return err
	}
	w.settled, w.limit.rate = 0, w.Rule.MaxRate
	if w.reader != nil {
		w.watch = newBlockWatch(w.reader, w.env.Now)
	}
	return nil
}

func (w *bucketWay) close() {
	if w.watch != nil {
		w.watch.close()
	}
	for _, channel := range []local.Channel{w.reader, w.writer} {
		if channel != nil {
			channel.Close()
		}
	}
	w.reader, w.writer, w.watch = nil, nil, nil
	w.saved.Close()
}

func (w *bucketWay) session(ctx context.Context, conn *nats.Conn) error {
	js, err := conn.JetStream(nats.MaxWait(w.env.timeout()))
	if err != nil {
		return err
	}
	bucket, err := js.KeyValue(w.Rule.Bucket)
	if errors.Is(err, nats.ErrBucketNotFound) {
		return fmt.Errorf("the server has no bucket '%s'; shmbridge create makes what the rules name", w.Rule.Bucket)
	}
	if err != nil {
		return fmt.Errorf("bucket '%s': %w", w.Rule.Bucket, err)
	}
	if err := w.checkBucket(js, conn); err != nil {
		return err
	}
	watcher, err := bucket.Watch(w.Subject, nats.Context(ctx))
	if err != nil {
		return fmt.Errorf("bucket '%s': %w", w.Rule.Bucket, err)
	}
	defer watcher.Stop()
	w.runs()
	return w.follow(ctx, bucket, watcher)
}

func (w *bucketWay) checkBucket(js nats.JetStreamContext, conn *nats.Conn) error {
	stream, err := js.StreamInfo("KV_" + w.Rule.Bucket)
	if err != nil {
		return fmt.Errorf("bucket '%s': %w", w.Rule.Bucket, err)
	}
	if !w.known.Created.Equal(stream.Created) {
		w.known = revision{Created: stream.Created}
	}
	if w.reader == nil {
		return nil
	}
	return checkSize(w.reader.Info(), int64(w.Rule.MaxMessage), conn, stream.Config.MaxMsgSize)
}

// follow begins with what the bucket has, and then goes by what changes.
func (w *bucketWay) follow(ctx context.Context, bucket nats.KeyValue, watcher nats.KeyWatcher) error {
	var changed <-chan struct{}
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case entry, open := <-watcher.Updates():
			switch {
			case !open:
				return errors.New("the bucket is not watched any more")
			case entry == nil: // that is all it has
				if w.watch != nil {
					changed = w.watch.changed
				}
				err = w.settle(bucket)
			default:
				err = w.fromBucket(ctx, entry)
				if err == nil && changed != nil {
					err = w.settle(bucket)
				}
			}
		case <-changed:
			w.limit.pass(ctx, 1)
			err = w.settle(bucket)
		}
		if err != nil {
			return err
		}
	}
}

// look finds out whether a program has written the block.
func (w *bucketWay) look() error {
	if w.watch == nil {
		return nil
	}
	next, err := w.watch.take()
	if err != nil {
		return localError(err)
	}
	if next == nil || next.sequence <= w.settled {
		return nil
	}
	w.local = nil
	if sha256.Sum256(next.data) == w.known.Sum {
		return nil // the bridge itself wrote it, or it is as before
	}
	w.Counters.In.Add(1)
	if w.Rule.MaxMessage > 0 && len(next.data) > int(w.Rule.MaxMessage) {
		w.Counters.Lost.Add(1)
		return nil
	}
	w.local = next
	return nil
}

// settle brings the block's value to the bucket, if it is another one.
func (w *bucketWay) settle(bucket nats.KeyValue) error {
	if err := w.look(); err != nil || w.local == nil {
		return err
	}
	// Only if nobody else has put a value since the one that we know.
	number, err := bucket.Update(w.Subject, w.local.data, w.known.Revision)
	if isConflict(err) {
		return nil // the watch is about to tell of the other value, and then we decide
	}
	if err != nil {
		return fmt.Errorf("bucket '%s': %w", w.Rule.Bucket, err)
	}
	w.Counters.Out.Add(1)
	w.Counters.Bytes.Add(uint64(len(w.local.data)))
	value := w.local.data
	w.local = nil
	return w.agree(number, value)
}

func isConflict(err error) bool {
	var known *nats.APIError
	return errors.As(err, &known) && known.ErrorCode == nats.JSErrCodeStreamWrongLastSequence
}

// fromBucket takes a revision that comes from the bucket, ours or another's.
func (w *bucketWay) fromBucket(ctx context.Context, entry nats.KeyValueEntry) error {
	if entry.Revision() <= w.known.Revision {
		return nil // older than what we have, or our own
	}
	if err := w.look(); err != nil {
		return err
	}
	if entry.Operation() != nats.KeyValuePut {
		w.known.Revision = entry.Revision() // a deleted key leaves the block as it is
		return w.saved.Save(w.known)
	}
	isLater := w.local != nil && w.local.seen.After(entry.Created())
	if w.writer == nil || isLater {
		return w.agree(entry.Revision(), entry.Value()) // the block's value goes on top
	}
	if tooLarge(w.Link, w.writer.Info(), entry.Value()) {
		w.Counters.Lost.Add(1)
		return w.agree(entry.Revision(), entry.Value())
	}
	return w.writeBlock(ctx, entry)
}

func (w *bucketWay) writeBlock(ctx context.Context, entry nats.KeyValueEntry) error {
	before, err := w.writer.Sequence()
	if err == nil {
		_, err = w.writer.Write(ctx, [][]byte{entry.Value()})
	}
	if err != nil {
		return localError(err)
	}
	w.settled, w.local = before, nil
	w.Counters.Out.Add(1)
	w.Counters.Bytes.Add(uint64(len(entry.Value())))
	return w.agree(entry.Revision(), entry.Value())
}

// agree notes what both have now.
func (w *bucketWay) agree(number uint64, value []byte) error {
	w.known.Revision, w.known.Sum = number, sha256.Sum256(value)
	return w.saved.Save(w.known)
}
