package shmbroker

import (
	"runtime"
	"sync"
)

// leases are what a channel lends of one sort, one at a time. A Loan, a Lock and a Peek refer to their lease,
// and have its number, so that none of them, and no copy, ends what the channel has lent since. One that is
// forgotten is given back: the channel does not refer to a lease that is in use.
type leases struct {
	mutex sync.Mutex
	spare *lease // used again, so that lending allocates nothing
}

// begin makes a lease of what the DLL has just lent. drop gives it back if it is forgotten.
func (l *leases) begin(channel *Channel, drop func(handle uint32) Status) (*lease, uint64) {
	l.mutex.Lock()
	found := l.spare
	l.spare = nil
	l.mutex.Unlock()
	if found == nil {
		found = &lease{drop: drop}
		runtime.SetFinalizer(found, (*lease).forget)
	}
	found.mutex.Lock()
	defer found.mutex.Unlock()
	found.channel, found.owner = channel, l
	found.number++
	return found, found.number
}

func (l *leases) takeBack(ended *lease) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.spare = ended
}

type lease struct {
	drop func(handle uint32) Status

	mutex   sync.Mutex
	number  uint64
	channel *Channel // nil while nothing is lent: a spare lease must not refer to the channel that has it
	owner   *leases
}

// end makes the call that ends a lease, unless that has ended already: then it returns false. A size that the
// DLL refuses does not end it.
func (l *lease) end(number uint64, call func(handle uint32) Status) (bool, error) {
	if l == nil {
		return false, nil
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.channel == nil || l.number != number {
		return false, nil
	}
	channel, owner := l.channel, l.owner
	err := channel.checked(func() Status { return call(channel.handle) })
	if statusOf(err) != ErrSize {
		l.channel, l.owner = nil, nil
		owner.takeBack(l)
	}
	return true, err
}

// forget is called when nobody refers to the lease any more.
func (l *lease) forget() {
	if l.channel != nil {
		l.drop(l.channel.handle)
	}
}
