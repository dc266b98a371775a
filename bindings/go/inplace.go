package shmbroker

import (
	"context"
	"runtime"
	"unsafe"
)

// A Loan is the memory of a topic's or a queue's next message. Readers get what other writers publish after
// it only when it is committed or aborted.
type Loan struct {
	Data []byte // of no particular content; until Commit or Abort

	lease  *lease
	number uint64
}

// Loan lends the memory of a message of so many bytes. One at a time for each channel: until it ends, Loan
// and all that writes through the channel fail with ErrState at once, in any goroutine. One that writes
// beside it opens a channel of its own.
//
//	loan, err := channel.Loan(ctx, size)
//	if err != nil {
//		return err
//	}
//	defer loan.Abort()
//	used := fill(loan.Data)
//	return loan.Commit(used)
func (c *Channel) Loan(ctx context.Context, size int) (Loan, error) {
	var memory unsafe.Pointer
	_, err := c.write(ctx, func(timeoutMs uint32, _ bool) Status {
		return shmLoan(c.handle, uintptr(size), &memory, timeoutMs)
	})
	if err != nil {
		return Loan{}, err
	}
	lease, number := c.loans.begin(c, shmAbort)
	return Loan{Data: unsafe.Slice((*byte)(memory), size), lease: lease, number: number}, nil
}

// Commit publishes the first size bytes as a message. If they are more than were lent the loan goes on. A
// loan that has ended is ErrState, whatever the channel has lent since.
func (l *Loan) Commit(size int) error {
	held, err := l.end(func(handle uint32) Status { return shmCommit(handle, uintptr(size)) })
	if !held {
		return failed(ErrState)
	}
	return err
}

// Abort gives the memory back; there is no message. After Commit it does nothing.
func (l *Loan) Abort() error {
	_, err := l.end(shmAbort)
	return err
}

func (l *Loan) end(call func(handle uint32) Status) (bool, error) {
	held, err := l.lease.end(l.number, call)
	if statusOf(err) != ErrSize {
		*l = Loan{}
	}
	return held, err
}

// A Lock is the memory of a block, with every other writer kept out. Readers go on reading the old value.
type Lock struct {
	Data []byte // all of the block, beginning with its value; until Unlock or Keep
	Size int    // bytes of that value; 0 if nothing was ever written

	lease  *lease
	number uint64
}

// Lock locks a block. One at a time for each channel: until it ends, Lock and all that writes through the
// channel fail with ErrState at once, in any goroutine.
//
//	lock, err := channel.Lock(ctx)
//	if err != nil {
//		return err
//	}
//	defer lock.Keep()
//	size := change(lock.Data, lock.Size)
//	return lock.Unlock(size)
func (c *Channel) Lock(ctx context.Context) (Lock, error) {
	var memory unsafe.Pointer
	var size uintptr
	_, err := c.write(ctx, func(timeoutMs uint32, _ bool) Status {
		return shmLock(c.handle, &memory, &size, timeoutMs)
	})
	if err != nil {
		return Lock{}, err
	}
	data := unsafe.Slice((*byte)(memory), c.capacity)
	lease, number := c.locks.begin(c, shmKeep)
	return Lock{Data: data, Size: int(size), lease: lease, number: number}, nil
}

// Unlock makes the first size bytes the new value. If they are more than the block has the lock is still
// held. A lock that has ended is ErrState.
func (l *Lock) Unlock(size int) error {
	if size < 0 {
		return failed(ErrSize) // it would be _SHM_KEEP
	}
	held, err := l.unlock(uintptr(size))
	if !held {
		return failed(ErrState)
	}
	return err
}

// Keep unlocks the block with the value that it had. After Unlock it does nothing.
func (l *Lock) Keep() error {
	_, err := l.unlock(_SHM_KEEP)
	return err
}

func (l *Lock) unlock(size uintptr) (bool, error) {
	held, err := l.lease.end(l.number, func(handle uint32) Status { return shmUnlock(handle, size) })
	if statusOf(err) != ErrSize {
		*l = Lock{}
	}
	return held, err
}

func shmKeep(handle uint32) Status { return shmUnlock(handle, _SHM_KEEP) }

// A Peek is a message, or a block's value, where it lies.
type Peek struct {
	Data []byte // read-only: Windows ends a program that writes to it; until Release
	News News

	lease  *lease
	number uint64
}

// Peek gives what Read would, without copying it. One at a time for each channel: until it ends, Peek and all
// that reads through the channel fail with ErrState at once, in any goroutine.
//
// A queue's and a waiting topic's writers keep away from what is peeked. An overwriting topic's do not, and a
// block's only as long as they can: there Release tells whether all of it stayed whole.
func (c *Channel) Peek(ctx context.Context) (Peek, error) {
	var memory unsafe.Pointer
	var size uintptr
	// In turn: it must not hold what another call looks at.
	news, err := waitInTurn(ctx, func(timeoutMs uint32, isLast bool) Status {
		status := shmPeek(c.handle, &memory, &size, timeoutMs)
		if status == _SHM_S_UNCHANGED && !isLast {
			shmRelease(c.handle) // we are to wait for a value that has changed
		}
		return status
	}, reads{c.waits})
	runtime.KeepAlive(c)
	if err != nil {
		return Peek{}, err
	}
	data := unsafe.Slice((*byte)(memory), int(size))
	lease, number := c.peeks.begin(c, shmRelease)
	return Peek{Data: data, News: news, lease: lease, number: number}, nil
}

// Release gives it back, and goes on to the next message. With ErrOvertaken it has been overwritten
// meanwhile: discard what was made of it. A second Release does nothing.
func (p *Peek) Release() error {
	_, err := p.lease.end(p.number, shmRelease)
	*p = Peek{}
	return err
}
