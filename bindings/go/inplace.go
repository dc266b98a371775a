package shmbroker

import (
	"context"
	"sync"
	"unsafe"
)

// leases number what a channel lends of one sort, one at a time. A Loan, a Lock and a Peek know their number, so that none
// of them, and no copy, ends what the channel has lent since.
type leases struct {
	mutex   sync.Mutex
	last    uint64
	current uint64 // 0 while nothing is lent
}

func (l *leases) begin() uint64 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.last++
	l.current = l.last
	return l.current
}

// end makes the call that ends a lease, unless that has ended already: then it returns false. A size that the DLL refuses
// does not end it.
func (l *leases) end(number uint64, call func() error) (bool, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if number == 0 || l.current != number {
		return false, nil
	}
	err := call()
	if statusOf(err) != ErrSize {
		l.current = 0
	}
	return true, err
}

// A Loan is the memory of a topic's or a queue's next message. Readers get what other writers publish after it only
// when it is committed or aborted.
type Loan struct {
	Data []byte // of no particular content; until Commit or Abort

	channel *Channel
	number  uint64
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
	return Loan{Data: unsafe.Slice((*byte)(memory), size), channel: c, number: c.loans.begin()}, nil
}

// Commit publishes the first size bytes as a message. If they are more than were lent the loan goes on. A loan that has
// ended is ErrState, whatever the channel has lent since.
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
	if l.channel == nil {
		return false, nil
	}
	held, err := l.channel.loans.end(l.number, func() error {
		return l.channel.checked(func() Status { return call(l.channel.handle) })
	})
	if statusOf(err) != ErrSize {
		*l = Loan{}
	}
	return held, err
}

// A Lock is the memory of a block, with every other writer kept out. Readers go on reading the old value.
type Lock struct {
	Data []byte // all of the block, beginning with its value; until Unlock or Keep
	Size int    // bytes of that value; 0 if nothing was ever written

	channel *Channel
	number  uint64
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
	data := unsafe.Slice((*byte)(memory), c.capacity)
	return Lock{Data: data, Size: int(size), channel: c, number: c.locks.begin()}, nil
}

// Unlock makes the first size bytes the new value. If they are more than the block has the lock is still held. A lock
// that has ended is ErrState.
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
	if l.channel == nil {
		return false, nil
	}
	held, err := l.channel.locks.end(l.number, func() error {
		return l.channel.checked(func() Status { return shmUnlock(l.channel.handle, size) })
	})
	if statusOf(err) != ErrSize {
		*l = Lock{}
	}
	return held, err
}

// A Peek is a message, or a block's value, where it lies.
type Peek struct {
	Data []byte // read-only: Windows ends a program that writes to it; until Release
	News News

	channel *Channel
	number  uint64
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
	data := unsafe.Slice((*byte)(memory), int(size))
	return Peek{Data: data, News: news, channel: c, number: c.peeks.begin()}, nil
}

// Release gives it back, and goes on to the next message. With ErrOvertaken it has been overwritten meanwhile: discard
// what was made of it. A second Release does nothing.
func (p *Peek) Release() error {
	if p.channel == nil {
		return nil
	}
	_, err := p.channel.peeks.end(p.number, func() error {
		return p.channel.checked(func() Status { return shmRelease(p.channel.handle) })
	})
	*p = Peek{}
	return err
}
