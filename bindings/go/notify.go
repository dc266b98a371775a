package shmbroker

import (
	"context"
	"runtime"
)

// NotifyWindow posts a message to a window of this process (an HWND) when the channel becomes readable: once, and
// again only after a read has found nothing (ErrEmpty, Unchanged); at once if there is something to read now. Its
// wParam is the cookie, its lParam the channel's Handle. Window 0 ends the notification.
func (c *Channel) NotifyWindow(window uintptr, message uint32, cookie uintptr) error {
	return c.checked(func() Status { return shmNotifyWindow(c.handle, window, message, cookie) })
}

// WaitAny waits until one of up to 31 channels has something to read, and tells which. Of a queue it may be gone when
// it is read.
func WaitAny(ctx context.Context, channels ...*Channel) (int, error) {
	if len(channels) == 0 {
		return 0, failed(ErrArgument)
	}
	handles := make([]uint32, len(channels))
	for i, channel := range channels {
		handles[i] = channel.handle
	}
	var index uint32
	_, err := wait(ctx, func(timeoutMs uint32, _ bool) Status {
		return shmWaitAny(&handles[0], uint32(len(handles)), &index, timeoutMs)
	}, readsOf(channels))
	runtime.KeepAlive(channels)
	return int(index), err
}
