package shmbroker

import (
	"context"
	"sort"
	"sync"
	"sync/atomic"
)

// A place is where calls wait: at a channel to read, at a channel to write, or at several for WaitAny. One
// call at a time waits there; the others wait for their turn, for which the DLL would keep a thread each.
type place interface {
	watcher
	// take waits for the turn; false: the context was done first.
	take(ctx context.Context) bool
	leave()
	// isClosing tells whether a channel of the place is being closed, or has been.
	isClosing() bool
	threads() threadLimit
	// park gives what tells that it is time to ask again, until the second function is called; nil: nothing
	// does.
	park() (<-chan struct{}, func())
}

// A threadLimit is how many calls of a kind may wait in the DLL, where each keeps a thread, and is woken
// soonest. Calls beyond it wait without one.
type threadLimit chan struct{}

const (
	mostThreads = 32
	mostAsking  = 16
)

var (
	readThreads  = make(threadLimit, mostThreads)
	writeThreads = make(threadLimit, mostThreads)
	// Go gives a call a thread of its own that Windows holds up, even for some microseconds. A message that wakes
	// hundreds of readers would have as many threads made: so a few calls at a time ask.
	asking = make(threadLimit, mostAsking)
	// Most calls need not wait, and pass by a counter, which takes less time than a channel. Those for which
	// there are too many others go on as those that must wait.
	firstAsks callCounter
)

// A callCounter lets as many calls enter as may ask at once.
type callCounter struct{ inside int32 }

func (c *callCounter) enter() bool {
	if atomic.AddInt32(&c.inside, 1) <= mostAsking {
		return true
	}
	c.leave()
	return false
}

func (c *callCounter) leave() { atomic.AddInt32(&c.inside, -1) }

func (l threadLimit) take() bool {
	select {
	case l <- struct{}{}:
		return true
	default:
		return false
	}
}

func (l threadLimit) enter() { l <- struct{}{} }
func (l threadLimit) give()  { <-l }

// A turn is taken by one call at a time, in the order in which they come.
type turn chan struct{}

func (t turn) take(ctx context.Context) bool {
	select {
	case t <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (t turn) leave() { <-t }

// waits has what the calls that wait at a channel share. It does not refer to the channel, which would not be
// forgotten.
type waits struct {
	handle  uint32
	watch   channelWatch
	reading turn
	writing turn

	mutex    sync.Mutex
	isClosed bool // or is being closed
	parked   map[chan<- struct{}]int
}

func newWaits(handle uint32) *waits {
	return &waits{
		handle:  handle,
		watch:   channelWatch{handle: handle},
		reading: make(turn, 1),
		writing: make(turn, 1),
		parked:  map[chan<- struct{}]int{},
	}
}

// close ends the calls that are parked. The DLL ends the others.
func (w *waits) close() {
	w.watch.drop()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.isClosed = true
	for wake := range w.parked {
		signal(wake)
	}
}

func (w *waits) isClosing() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.isClosed
}

// park has the waker signalled when the channel becomes readable, or is closed. It returns false if that
// can't be.
func (w *waits) park(wake chan<- struct{}) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var event uintptr
	if w.isClosed || shmGetWaitHandle(w.handle, &event) < 0 || !pollers.add(event, wake) {
		return false
	}
	w.parked[wake]++
	return true
}

func (w *waits) unpark(wake chan<- struct{}) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.parked[wake]--; w.parked[wake] == 0 {
		delete(w.parked, wake)
	}
}

// signal wakes who waits for it, now or next.
func signal(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// writes is the place of calls that write through a channel. Nothing tells them of room but a call that waits
// for it.
type writes struct{ *waits }

func (w writes) enter(ctx context.Context) *watch { return w.watch.enter(ctx) }
func (w writes) take(ctx context.Context) bool    { return w.writing.take(ctx) }
func (w writes) leave()                           { w.writing.leave() }
func (w writes) threads() threadLimit             { return writeThreads }
func (w writes) park() (<-chan struct{}, func())  { return nil, func() {} }

// reads is the place of calls that read through a channel.
type reads struct{ *waits }

func (r reads) enter(ctx context.Context) *watch { return r.watch.enter(ctx) }
func (r reads) take(ctx context.Context) bool    { return r.reading.take(ctx) }
func (r reads) leave()                           { r.reading.leave() }
func (r reads) threads() threadLimit             { return readThreads }
func (r reads) park() (<-chan struct{}, func())  { return parkAt([]*waits{r.waits}) }

// manyReads is the place of WaitAny: each channel once, in an order that all calls have.
type manyReads []*waits

func readsOf(channels []*Channel) manyReads {
	many := make(manyReads, 0, len(channels))
	for _, channel := range channels {
		many = append(many, channel.waits)
	}
	sort.Slice(many, func(i, j int) bool { return many[i].handle < many[j].handle })
	unique := many[:0]
	for i, each := range many {
		if i == 0 || each.handle != many[i-1].handle {
			unique = append(unique, each)
		}
	}
	return unique
}

func (m manyReads) enter(ctx context.Context) *watch {
	handles := make([]uint32, len(m))
	for i, each := range m {
		handles[i] = each.handle
	}
	return newWatch(ctx, false, handles...)
}

func (m manyReads) take(ctx context.Context) bool {
	for i, each := range m {
		if !each.reading.take(ctx) {
			m[:i].leave()
			return false
		}
	}
	return true
}

func (m manyReads) leave() {
	for _, each := range m {
		each.reading.leave()
	}
}

func (m manyReads) isClosing() bool {
	for _, each := range m {
		if each.isClosing() {
			return true
		}
	}
	return false
}

func (m manyReads) threads() threadLimit            { return readThreads }
func (m manyReads) park() (<-chan struct{}, func()) { return parkAt(m) }

// parkAt parks at several channels. If that can't be at one of them, nothing tells.
func parkAt(many []*waits) (<-chan struct{}, func()) {
	asking.enter()
	defer asking.give()
	wake := make(chan struct{}, 1)
	parked := 0
	unpark := func() {
		pollers.remove(wake)
		for _, each := range many[:parked] {
			each.unpark(wake)
		}
	}
	for ; parked < len(many); parked++ {
		if !many[parked].park(wake) {
			return nil, unpark
		}
	}
	return wake, unpark
}
