//go:build windows

package shmbroker

import (
	"context"
	"unsafe"
)

// A Loan is the memory of a topic's or a queue's next message. Readers get what other writers publish after it only
// when it is committed or aborted.
type Loan struct {
	Data []byte // of no particular content; until Commit or Abort

	channel *Channel
}

// Loan lends the memory of a message of so many bytes. One at a time for each channel.
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
	_, err := c.wait(ctx, func(timeoutMs uint32) Status {
		return shmLoan(c.handle, uintptr(size), &memory, timeoutMs)
	})
	if err != nil {
		return Loan{}, err
	}
	return Loan{Data: unsafe.Slice((*byte)(memory), size), channel: c}, nil
}

// Commit publishes the first size bytes as a message. If they are more than were lent the loan goes on.
func (l *Loan) Commit(size int) error {
	if l.channel == nil {
		return ErrState
	}
	err := l.channel.checked(func() Status { return shmCommit(l.channel.handle, uintptr(size)) })
	if statusOf(err) != ErrSize {
		*l = Loan{}
	}
	return err
}

// Abort gives the memory back; there is no message. After Commit it does nothing.
func (l *Loan) Abort() error {
	if l.channel == nil {
		return nil
	}
	err := l.channel.checked(func() Status { return shmAbort(l.channel.handle) })
	*l = Loan{}
	return err
}

// A Lock is the memory of a block, with every other writer kept out. Readers go on reading the old value.
type Lock struct {
	Data []byte // all of the block, beginning with its value; until Unlock or Keep
	Size int    // bytes of that value; 0 if nothing was ever written

	channel *Channel
}

// Lock locks a block. One at a time for each channel.
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
	_, err := c.wait(ctx, func(timeoutMs uint32) Status {
		return shmLock(c.handle, &memory, &size, timeoutMs)
	})
	if err != nil {
		return Lock{}, err
	}
	return Lock{Data: unsafe.Slice((*byte)(memory), c.capacity), Size: int(size), channel: c}, nil
}

// Unlock makes the first size bytes the new value. If they are more than the block has the lock is still held.
func (l *Lock) Unlock(size int) error {
	if l.channel == nil {
		return ErrState
	}
	if size < 0 {
		return ErrSize // it would be _SHM_KEEP
	}
	return l.unlock(uintptr(size))
}

// Keep unlocks the block with the value that it had. After Unlock it does nothing.
func (l *Lock) Keep() error {
	if l.channel == nil {
		return nil
	}
	return l.unlock(_SHM_KEEP)
}

func (l *Lock) unlock(size uintptr) error {
	err := l.channel.checked(func() Status { return shmUnlock(l.channel.handle, size) })
	if statusOf(err) != ErrSize {
		*l = Lock{}
	}
	return err
}

// A Peek is a message, or a block's value, where it lies.
type Peek struct {
	Data []byte // read-only: Windows ends a program that writes to it; until Release
	News News

	channel *Channel
}

// Peek gives what Read would, without copying it. One at a time for each channel.
//
// A queue's and a waiting topic's writers keep away from what is peeked. An overwriting topic's do not, and a block's
// only as long as they can: there Release tells whether all of it stayed whole.
func (c *Channel) Peek(ctx context.Context) (Peek, error) {
	var memory unsafe.Pointer
	var size uintptr
	held := false
	news, err := c.wait(ctx, func(timeoutMs uint32) Status {
		if held {
			shmRelease(c.handle) // a value that had not changed, and we are to wait for one that has
		}
		status := shmPeek(c.handle, &memory, &size, timeoutMs)
		held = status >= 0
		return status
	})
	if err != nil {
		return Peek{}, err
	}
	return Peek{Data: unsafe.Slice((*byte)(memory), int(size)), News: news, channel: c}, nil
}

// Release gives it back, and goes on to the next message. With ErrOvertaken it has been overwritten meanwhile: discard
// what was made of it. A second Release does nothing.
func (p *Peek) Release() error {
	if p.channel == nil {
		return nil
	}
	err := p.channel.checked(func() Status { return shmRelease(p.channel.handle) })
	*p = Peek{}
	return err
}
