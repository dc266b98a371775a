package relay

import (
	"context"
	"sync"
	"time"

	"shmbridge/internal/local"
)

// A change is a value that a program has written into a block, and when it was seen.
type change struct {
	data     []byte
	sequence uint64
	seen     time.Time
}

// A blockWatch reads a block's values as they change, also while there is no server. Those between two looks are no loss.
type blockWatch struct {
	changed chan struct{} // gets something when there is a value, or a failure
	end     context.CancelFunc
	ended   chan struct{}

	mutex  sync.Mutex
	last   *change
	failed error
}

func newBlockWatch(reader local.Channel, now func() time.Time) *blockWatch {
	ctx, end := context.WithCancel(context.Background())
	w := &blockWatch{changed: make(chan struct{}, 1), end: end, ended: make(chan struct{})}
	go w.run(ctx, reader, now)
	return w
}

func (w *blockWatch) close() {
	w.end()
	<-w.ended
}

func (w *blockWatch) run(ctx context.Context, reader local.Channel, now func() time.Time) {
	defer close(w.ended)
	// When the value that is there at the start was written, only its writer can have said.
	for isFirst := true; ; isFirst = false {
		messages, err := reader.Read(ctx)
		if err != nil {
			w.tell(nil, err)
			return
		}
		for _, message := range messages {
			next := &change{append([]byte(nil), message.Data...), message.Sequence, message.Time}
			if !isFirst {
				next.seen = now()
			}
			w.tell(next, nil)
		}
	}
}

func (w *blockWatch) tell(next *change, err error) {
	w.mutex.Lock()
	w.last, w.failed = next, err
	w.mutex.Unlock()
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// take gives the last value, once.
func (w *blockWatch) take() (*change, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	last := w.last
	w.last = nil
	return last, w.failed
}
