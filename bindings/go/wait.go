package shmbroker

import (
	"context"
	"math"
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
	Dropped     = News(_SHM_S_DROPPED)     // nobody waits for this answer any more: it came to nobody
)

// String gives a sentence.
func (n News) String() string { return Status(n).Error() }

// An attempt is a function of the DLL that may wait for so many milliseconds. Unless it is the last one of
// its call, it is made again if hasWaited says so.
type attempt func(timeoutMs uint32, isLast bool) Status

// notAsked stands for what the DLL has said where it was not asked. It has no such status.
const notAsked Status = math.MinInt32

// wait makes a call that may wait, at the place where calls of its kind do.
func wait(ctx context.Context, try attempt, at place) (News, error) {
	return waitOn(ctx, notAsked, try, at)
}

// waitOn goes on with a call that was asked once already, or not at all. What the DLL then said of an error is gone.
func waitOn(ctx context.Context, asked Status, try attempt, at place) (News, error) {
	if ctx == NoWait {
		return once(ctx, try)
	}
	if err := over(ctx); err != nil {
		return NoNews, interrupted(err)
	}
	// Nobody else's turn matters to a call that need not wait.
	if !hasWaited(asked) && firstAsks.enter() {
		var err error
		asked, err = ask(ctx, try)
		firstAsks.leave()
		if !hasWaited(asked) {
			return newsOf(asked, err)
		}
	}
	return takeTurn(ctx, asked, try, at)
}

// waitInTurn makes no attempt before its turn has come, except with NoWait.
func waitInTurn(ctx context.Context, try attempt, at place) (News, error) {
	if ctx == NoWait {
		return once(ctx, try)
	}
	if err := over(ctx); err != nil {
		return NoNews, interrupted(err)
	}
	return takeTurn(ctx, notAsked, try, at)
}

// takeTurn waits for the turn, and then for what the call wants. One that was asked before need not ask again: block
// and park do.
func takeTurn(ctx context.Context, asked Status, try attempt, at place) (News, error) {
	if !at.take(ctx) {
		return atEnd(ctx, try)
	}
	defer at.leave()
	if !hasWaited(asked) {
		if status, err := askInTurn(ctx, try); !hasWaited(status) {
			return newsOf(status, err)
		}
	}
	if at.isClosing() {
		return NoNews, failed(ErrClosed)
	}
	if threads := at.threads(); threads.take() {
		defer threads.give()
		return block(ctx, try, at)
	}
	return park(ctx, try, at)
}

var background = context.Background()

// mayBegin is for the calls that are to be quick: most of them have no other context.
func mayBegin(ctx context.Context) bool { return ctx == background || over(ctx) == nil }

// over tells why a call must not begin. A context learns of its deadline from a timer, which may be late.
func over(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, limited := ctx.Deadline(); limited && time.Until(deadline) <= 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// once asks once.
func once(ctx context.Context, try attempt) (News, error) {
	runtime.LockOSThread() // as in checked()
	defer runtime.UnlockOSThread()
	return result(uncancelled(0, true, try), ctx)
}

// ask asks once, and leaves it to the caller to wait if hasWaited says so.
func ask(ctx context.Context, try attempt) (Status, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	status := uncancelled(0, false, try)
	if hasWaited(status) {
		return status, nil
	}
	_, err := result(status, ctx)
	return status, err
}

// askInTurn waits before that until few others ask.
func askInTurn(ctx context.Context, try attempt) (Status, error) {
	asking.enter()
	defer asking.give()
	return ask(ctx, try)
}

// atEnd ends a call whose context is done. After a deadline the DLL says what there was to wait for.
func atEnd(ctx context.Context, try attempt) (News, error) {
	if err := ctx.Err(); err != context.DeadlineExceeded {
		return NoNews, interrupted(err)
	}
	asking.enter()
	defer asking.give()
	return once(ctx, try)
}

// block waits in the DLL, which takes a thread, and wakes it soonest.
func block(ctx context.Context, try attempt, at place) (News, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if ctx.Done() == nil {
		return resultOfWait(uncancelled(_SHM_INFINITE, true, try), ctx, at)
	}
	watch := at.enter(ctx)
	defer watch.leave()
	for {
		status := try(timeLeft(ctx), true)
		if status != ErrCancelled {
			return resultOfWait(status, ctx, at) // which asks the DLL for its text before the watch calls it
		}
		if err := ctx.Err(); err != nil {
			return NoNews, interrupted(err)
		}
		runtime.Gosched() // as in uncancelled()
	}
}

// A call that has no thread, and that no event tells of room, asks again after a while, and then less and
// less often.
const (
	firstPause   = time.Millisecond
	longestPause = 16 * time.Millisecond
)

// park waits without a thread: for an event that a poller waits for, or where there is none, for some time to
// pass.
func park(ctx context.Context, try attempt, at place) (News, error) {
	wake, unpark := at.park()
	defer unpark()
	for pause := firstPause; ; pause = longer(pause) {
		status, err := askInTurn(ctx, try)
		if status == ErrHandle && at.isClosing() {
			return NoNews, failed(ErrClosed)
		}
		if !hasWaited(status) {
			return newsOf(status, err)
		}
		var timer *time.Timer
		var timeOut <-chan time.Time
		if wake == nil {
			timer = time.NewTimer(pause)
			timeOut = timer.C
		}
		select {
		case <-wake:
		case <-timeOut:
		case <-ctx.Done():
			if timer != nil {
				timer.Stop()
			}
			return atEnd(ctx, try)
		}
		if at.isClosing() {
			return NoNews, failed(ErrClosed)
		}
	}
}

func longer(pause time.Duration) time.Duration {
	if 2*pause > longestPause {
		return longestPause
	}
	return 2 * pause
}

func newsOf(status Status, err error) (News, error) {
	if err != nil {
		return NoNews, err
	}
	return News(status), nil
}

func result(status Status, ctx context.Context) (News, error) {
	if status < 0 {
		return NoNews, waitFailure(status, ctx)
	}
	return News(status), nil
}

// resultOfWait is that of a call that waited when its channel was closed, too.
func resultOfWait(status Status, ctx context.Context, at place) (News, error) {
	if status == ErrHandle && at.isClosing() {
		return NoNews, failed(ErrClosed)
	}
	return result(status, ctx)
}

// uncancelled tries again after a cancellation. That ends all waits on a handle, and was meant for another
// one.
func uncancelled(timeoutMs uint32, isLast bool, try attempt) Status {
	for {
		if status := try(timeoutMs, isLast); status != ErrCancelled {
			return status
		}
		runtime.Gosched() // until the one that it was meant for has left
	}
}

// cancelled counts the calls that are to leave a handle. While there is one, no call waits there:
// ShmSetCancelled holds for all that use the handle.
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

// isDone tells whether a call has succeeded, and a longer wait would have had no other result.
func isDone(status Status) bool { return status >= 0 && !hasWaited(status) }

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
