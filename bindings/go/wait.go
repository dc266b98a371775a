package shmbroker

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// NoWait is the context of a call that asks once and does not wait.
var NoWait context.Context = noWait{}

type noWait struct{}

var (
	longAgo = time.Unix(0, 0)
	closed  = make(chan struct{})
)

func init() { close(closed) }

func (noWait) Deadline() (time.Time, bool) { return longAgo, true }
func (noWait) Done() <-chan struct{}       { return closed }
func (noWait) Err() error                  { return context.DeadlineExceeded }
func (noWait) Value(any) any               { return nil }

// News is what a call that succeeded has to tell besides.
type News int32

const (
	NoNews      = News(_SHM_OK)
	Unchanged   = News(_SHM_S_UNCHANGED)   // the value is the one that was read from this channel before
	Lost        = News(_SHM_S_LOST)        // messages before this one were lost to this slow reader; see Stats
	Redelivered = News(_SHM_S_REDELIVERED) // a reader that took this message before died, or gave it back
)

// String gives a sentence.
func (n News) String() string { return Status(n).Error() }

// wait makes a call that may wait, as often as it takes.
func wait(ctx context.Context, try func(timeoutMs uint32) Status, watcher watcher) (News, error) {
	runtime.LockOSThread() // as in checked()
	defer runtime.UnlockOSThread()
	if ctx == NoWait {
		return result(uncancelled(0, try), ctx)
	}
	if ctx.Done() == nil {
		return result(uncancelled(_SHM_INFINITE, try), ctx)
	}
	if err := ctx.Err(); err != nil {
		return NoNews, err
	}
	if status := uncancelled(0, try); !hasWaited(status) {
		return result(status, ctx)
	}
	watch := watcher.enter(ctx)
	defer watch.leave()
	for {
		status := try(timeLeft(ctx))
		if status != ErrCancelled {
			return result(status, ctx) // which asks the DLL for its text before the watch calls it
		}
		if err := ctx.Err(); err != nil {
			return NoNews, err
		}
		runtime.Gosched() // as in uncancelled()
	}
}

func result(status Status, ctx context.Context) (News, error) {
	if status < 0 {
		return NoNews, waitFailure(status, ctx)
	}
	return News(status), nil
}

// uncancelled tries again after a cancellation. That ends all waits on a handle, and was meant for another one.
func uncancelled(timeoutMs uint32, try func(timeoutMs uint32) Status) Status {
	for {
		if status := try(timeoutMs); status != ErrCancelled {
			return status
		}
		runtime.Gosched() // until the one that it was meant for has left
	}
}

// cancelled counts the calls that are to leave a handle. While there is one, no call waits there: ShmSetCancelled holds
// for all that use the handle.
var cancelled = cancelledHandles{calls: map[uint32]int{}}

type cancelledHandles struct {
	mutex sync.Mutex
	calls map[uint32]int
}

func (c *cancelledHandles) add(handle uint32) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.calls[handle]++
	if c.calls[handle] == 1 {
		shmSetCancelled(handle, 1)
	}
}

func (c *cancelledHandles) remove(handle uint32) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.calls[handle]--
	if c.calls[handle] == 0 {
		delete(c.calls, handle)
		shmSetCancelled(handle, 0)
	}
}

// hasWaited tells whether a longer wait might have had another result.
func hasWaited(status Status) bool {
	switch status {
	case ErrEmpty, ErrFull, ErrTimeout, _SHM_S_UNCHANGED:
		return true
	}
	return false
}

func timeLeft(ctx context.Context) uint32 {
	deadline, limited := ctx.Deadline()
	if !limited {
		return _SHM_INFINITE
	}
	return milliseconds(time.Until(deadline))
}

// milliseconds rounds up, so that what is short does not become no wait at all.
func milliseconds(duration time.Duration) uint32 {
	whole := (duration + time.Millisecond - 1) / time.Millisecond
	switch {
	case whole <= 0:
		return 0
	case whole > _SHM_TIMEOUT_MAX:
		return _SHM_TIMEOUT_MAX
	}
	return uint32(whole)
}
