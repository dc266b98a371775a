package shmbroker

import (
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// Calls into Windows wait for as many handles at once: the pollers' own, and the events of others.
const (
	mostHandles = 64
	mostEvents  = mostHandles - 1
)

const (
	infinite            = 0xFFFFFFFF
	duplicateSameAccess = 2
)

var (
	kernel32                   = syscall.NewLazyDLL("kernel32.dll")
	procCreateEvent            = kernel32.NewProc("CreateEventW")
	procSetEvent               = kernel32.NewProc("SetEvent")
	procWaitForMultipleObjects = kernel32.NewProc("WaitForMultipleObjects")
)

// pollers wait for the events of calls that have no thread of their own: one thread for 63 events.
var pollers pollerList

type pollerList struct {
	mutex sync.Mutex
	list  []*poller
}

// A poller has a goroutine, until it has no event left.
type poller struct {
	changed syscall.Handle // an event: the list below is another one
	events  []polled
	ended   []syscall.Handle // to be closed when they are no longer waited for
}

type polled struct {
	event syscall.Handle // a duplicate, as the channel may be closed at any time
	wake  chan<- struct{}
}

// add has the waker signalled whenever an event is set. It returns false if Windows refuses.
func (l *pollerList) add(event uintptr, wake chan<- struct{}) bool {
	process, _ := syscall.GetCurrentProcess()
	var own syscall.Handle
	if syscall.DuplicateHandle(process, syscall.Handle(event), process, &own, 0, false, duplicateSameAccess) != nil {
		return false
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	p := l.withRoom()
	if p == nil {
		syscall.CloseHandle(own)
		return false
	}
	p.events = append(p.events, polled{own, wake})
	p.change()
	return true
}

// withRoom gives a poller that can take another event.
func (l *pollerList) withRoom() *poller {
	for _, p := range l.list {
		if len(p.events) < mostEvents {
			return p
		}
	}
	changed, _, _ := procCreateEvent.Call(0, 0, 0, 0)
	if changed == 0 {
		return nil
	}
	p := &poller{changed: syscall.Handle(changed)}
	l.list = append(l.list, p)
	go l.run(p)
	return p
}

// remove ends the signals to a waker. It may have been signalled just before.
func (l *pollerList) remove(wake chan<- struct{}) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, p := range l.list {
		kept := p.events[:0]
		for _, each := range p.events {
			if each.wake == wake {
				p.ended = append(p.ended, each.event)
			} else {
				kept = append(kept, each)
			}
		}
		if len(kept) < len(p.events) {
			p.events = kept
			p.change()
		}
	}
}

func (p *poller) change() { procSetEvent.Call(uintptr(p.changed)) }

func (l *pollerList) run(p *poller) {
	var handles [mostHandles]syscall.Handle
	var wakers [mostHandles]chan<- struct{}
	for {
		count := l.begin(p, &handles, &wakers)
		if count == 0 {
			return
		}
		index, _, _ := procWaitForMultipleObjects.Call(uintptr(count), uintptr(unsafe.Pointer(&handles[0])), 0, infinite)
		switch {
		case index == 0:
		case index < uintptr(count):
			signal(wakers[index])
			l.putLast(p, handles[index])
		default: // it should not be: so the calls look for themselves
			for _, wake := range wakers[1:count] {
				signal(wake)
			}
			time.Sleep(longestPause)
		}
	}
}

// begin tells what a poller is to wait for now; nothing is left: 0.
func (l *pollerList) begin(p *poller, handles *[mostHandles]syscall.Handle, wakers *[mostHandles]chan<- struct{}) int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, handle := range p.ended {
		syscall.CloseHandle(handle)
	}
	p.ended = p.ended[:0]
	if len(p.events) == 0 {
		l.end(p)
		return 0
	}
	handles[0] = p.changed
	for i, each := range p.events {
		handles[i+1] = each.event
		wakers[i+1] = each.wake
	}
	return len(p.events) + 1
}

func (l *pollerList) end(p *poller) {
	for i, each := range l.list {
		if each == p {
			l.list = append(l.list[:i], l.list[i+1:]...)
		}
	}
	syscall.CloseHandle(p.changed)
}

// putLast has the others come first the next time: Windows tells of the first that is set.
func (l *pollerList) putLast(p *poller, event syscall.Handle) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for i, each := range p.events {
		if each.event == event {
			p.events = append(append(p.events[:i], p.events[i+1:]...), each)
			return
		}
	}
}
