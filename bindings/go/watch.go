package shmbroker

import (
	"context"
	"sync"
)

// A watcher sees to it that a call is cancelled when its context is done. The call tells the watch when it leaves.
type watcher interface {
	enter(ctx context.Context) *watch
}

// A watch cancels the calls that wait on some handles with one context. A goroutine for each call would wake a thread at
// its end, which costs as much as the wait.
type watch struct {
	ctx     context.Context
	handles []uint32
	unused  chan struct{}

	mutex   sync.Mutex
	calls   int  // that wait; while there are some and the context is done, their handles are cancelled
	isDone  bool // the context
	mayCome bool // more calls
}

// newWatch begins a watch of one call. If more may come, it goes on until drop.
func newWatch(ctx context.Context, mayCome bool, handles ...uint32) *watch {
	w := &watch{ctx: ctx, handles: handles, unused: make(chan struct{}), calls: 1, mayCome: mayCome}
	go w.run()
	return w
}

func (w *watch) run() {
	select {
	case <-w.unused:
		return
	case <-w.ctx.Done():
	}
	if _, limited := w.ctx.Deadline(); limited && w.ctx.Err() == context.DeadlineExceeded {
		return // the calls know that themselves
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.isDone = true
	if w.calls > 0 {
		w.cancel()
	}
}

// again adds a call.
func (w *watch) again() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.calls++
	if w.isDone && w.calls == 1 {
		w.cancel()
	}
}

// leave ends a call.
func (w *watch) leave() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.calls--
	if w.calls > 0 {
		return
	}
	if w.isDone {
		for _, handle := range w.handles {
			cancelled.remove(handle)
		}
	}
	w.endIfUnused()
}

// drop ends the watch, after the calls that are under way.
func (w *watch) drop() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.mayCome = false
	w.endIfUnused()
}

func (w *watch) endIfUnused() {
	if w.calls == 0 && !w.mayCome {
		close(w.unused)
	}
}

// The call may be waiting for its turn at any one of the handles: so all of them are cancelled.
func (w *watch) cancel() {
	for _, handle := range w.handles {
		cancelled.add(handle)
	}
}

// channelWatch keeps a channel's last watch: the next call has the same context as a rule.
type channelWatch struct {
	handle   uint32
	mutex    sync.Mutex
	last     *watch
	isClosed bool // none is kept any more
}

func (c *channelWatch) enter(ctx context.Context) *watch {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.last != nil && c.last.ctx.Done() == ctx.Done() {
		c.last.again()
		return c.last
	}
	if c.isClosed { // a call that began just before
		return newWatch(ctx, false, c.handle)
	}
	if c.last != nil {
		c.last.drop()
	}
	c.last = newWatch(ctx, true, c.handle)
	return c.last
}

// drop ends the watch of a channel that is closed. It does not keep the channel from being forgotten.
func (c *channelWatch) drop() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.isClosed = true
	if c.last != nil {
		c.last.drop()
		c.last = nil
	}
}
