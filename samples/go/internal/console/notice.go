//go:build windows

package console

import (
	"context"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
)

// A Notice tells that a channel has something to read, other than by a read that waits. It comes only after a read has
// found nothing.
type Notice interface {
	// Wait returns nil, context.Canceled or context.DeadlineExceeded.
	Wait(timeoutMs uint32) error
	Close()
}

// EventNotice waits for the channel's event, and for ctx.
func EventNotice(ctx context.Context, channel *shmbroker.Channel) (Notice, error) {
	done, err := doneEvent(ctx)
	if err != nil {
		return nil, err
	}
	readable, err := channel.WaitHandle()
	return eventNotice{done, readable}, err
}

type eventNotice [2]syscall.Handle // that of ctx, and the channel's own

func (n eventNotice) Wait(timeoutMs uint32) error {
	first, err := waitForFirst(n[:], timeoutMs)
	switch {
	case err != nil:
		return err
	case first == waitObject0:
		return context.Canceled
	case first == waitTimeout:
		return context.DeadlineExceeded
	}
	return nil
}

func (n eventNotice) Close() {}

// WindowNotice waits for a message that is posted to a window of its own. A window belongs to a thread, so the
// goroutine stays in its thread until Close.
func WindowNotice(ctx context.Context, channel *shmbroker.Channel) (Notice, error) {
	done, err := doneEvent(ctx)
	if err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	class, _ := syscall.UTF16PtrFromString("STATIC")
	window, _, err := createWindow.Call(0, uintptr(unsafe.Pointer(class)), 0, 0, 0, 0, 0, 0, hwndMessage, 0, 0, 0)
	if window == 0 {
		runtime.UnlockOSThread()
		return nil, os.NewSyscallError("CreateWindowEx", err)
	}
	notice := &windowNotice{channel, done, window}
	if err := channel.NotifyWindow(window, readableMessage, 0); err != nil {
		notice.Close()
		return nil, err
	}
	return notice, nil
}

const readableMessage = wmApp + 1

type windowNotice struct {
	channel *shmbroker.Channel
	done    syscall.Handle
	window  uintptr
}

func (n *windowNotice) Wait(timeoutMs uint32) error {
	start := time.Now()
	left := timeoutMs
	for {
		if n.takeMessage() {
			return nil
		}
		if timeoutMs != infinite {
			passed := time.Since(start).Milliseconds()
			if passed > int64(timeoutMs) {
				return context.DeadlineExceeded
			}
			left = timeoutMs - uint32(passed)
		}
		result, _, err := msgWaitForMultipleObjects.Call(1, uintptr(unsafe.Pointer(&n.done)), uintptr(left),
			qsAllInput, inputAvailable)
		switch result {
		case waitObject0:
			return context.Canceled
		case waitTimeout:
			return context.DeadlineExceeded
		case waitFailed:
			return os.NewSyscallError("MsgWaitForMultipleObjectsEx", err)
		}
	}
}

// takeMessage handles what is in the queue, up to the channel's message.
func (n *windowNotice) takeMessage() bool {
	var message msg
	for {
		found, _, _ := peekMessage.Call(uintptr(unsafe.Pointer(&message)), 0, 0, 0, pmRemove)
		if found == 0 {
			return false
		}
		if message.window == n.window && message.message == readableMessage {
			return true
		}
		dispatchMessage.Call(uintptr(unsafe.Pointer(&message)))
	}
}

func (n *windowNotice) Close() {
	n.channel.NotifyWindow(0, 0, 0)
	destroyWindow.Call(n.window)
	runtime.UnlockOSThread()
}
