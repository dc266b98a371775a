package shmbroker

import (
	"context"
	"runtime"
	"syscall"
)

// A Channel is an open channel, an io.WriteCloser.
type Channel struct {
	handle   uint32
	capacity int

	loans leases
	locks leases
	peeks leases

	waits *waits
}

// Open opens a channel, whether the other side has opened it before, will do so later, or never. With nil options it
// is an existing channel, with every right that the caller has.
func Open(name string, options *Options) (*Channel, error) {
	if err := load(); err != nil {
		return nil, err
	}
	text, err := syscall.BytePtrFromString(name)
	if err != nil {
		return nil, failed(ErrName)
	}
	raw, err := options.raw()
	if err != nil {
		return nil, err
	}
	channel := &Channel{}
	if err := checked(func() Status { return shmOpenUtf8(text, raw, &channel.handle) }); err != nil {
		return nil, err
	}
	channel.waits = newWaits(channel.handle)
	// For one that is forgotten. After Close it does nothing, as the DLL gives a handle out once.
	runtime.SetFinalizer(channel, (*Channel).close)
	info, err := channel.Info()
	if err != nil {
		channel.Close()
		return nil, err
	}
	channel.capacity = int(info.Capacity)
	return channel, nil
}

// Close closes the channel. Calls that wait on it end with ErrClosed. A loan is aborted, a lock is given up, what was
// peeked is given back, and their Data must not be touched any more.
func (c *Channel) Close() error {
	return c.checked(c.close)
}

func (c *Channel) close() Status {
	c.waits.close()
	return shmClose(c.handle)
}

// Handle gives the DLL's own number for this channel, which is the lParam of NotifyWindow's messages.
func (c *Channel) Handle() uint32 { return c.handle }

// checked makes a call that does not wait, on this channel.
func (c *Channel) checked(call func() Status) error {
	err := checked(call)
	runtime.KeepAlive(c) // or else it might be closed while the call goes on
	return err
}

// read makes a call that reads, and may wait, on this channel.
func (c *Channel) read(ctx context.Context, try attempt) (News, error) {
	news, err := wait(ctx, try, reads{c.waits})
	runtime.KeepAlive(c)
	return news, err
}

// write makes a call that writes, and may wait, on this channel.
func (c *Channel) write(ctx context.Context, try attempt) (News, error) {
	news, err := wait(ctx, try, writes{c.waits})
	runtime.KeepAlive(c)
	return news, err
}

// Write writes a message; on a block, it replaces the value. It waits as long as it must.
func (c *Channel) Write(message []byte) (int, error) {
	if status := c.askToWrite(message); !isDone(status) {
		if err := c.writeSlowly(background, message, status); err != nil {
			return 0, err
		}
	}
	return len(message), nil
}

// WriteContext writes as Write does, and waits for room and for other writers until ctx is done.
func (c *Channel) WriteContext(ctx context.Context, message []byte) error {
	if ctx == NoWait {
		return c.writeNow(message)
	}
	status := notAsked
	if mayBegin(ctx) {
		if status = c.askToWrite(message); isDone(status) {
			return nil
		}
	}
	return c.writeSlowly(ctx, message, status)
}

// askToWrite asks once. Unless isDone says that it did, writeSlowly goes on.
func (c *Channel) askToWrite(message []byte) Status {
	if !firstAsks.enter() {
		return notAsked
	}
	status := shmWrite(c.handle, pointer(message), uintptr(len(message)), 0)
	firstAsks.leave()
	runtime.KeepAlive(c)
	return status
}

// writeNow is WriteContext with NoWait: it asks once, and keeps the thread until it has the DLL's text of an error. No
// unlock is deferred, which takes longer: nothing here panics.
func (c *Channel) writeNow(message []byte) error {
	runtime.LockOSThread()
	status := shmWrite(c.handle, pointer(message), uintptr(len(message)), 0)
	_, err := result(status, NoWait)
	runtime.UnlockOSThread()
	if status == ErrCancelled {
		return c.writeSlowly(NoWait, message, status)
	}
	runtime.KeepAlive(c)
	return err
}

func (c *Channel) writeSlowly(ctx context.Context, message []byte, asked Status) error {
	_, err := waitOn(ctx, asked, func(timeoutMs uint32, _ bool) Status {
		return shmWrite(c.handle, pointer(message), uintptr(len(message)), timeoutMs)
	}, writes{c.waits})
	runtime.KeepAlive(c)
	return err
}

// Read reads a message into the buffer, and tells its size. On a block, it gives the value: at once if it has changed
// since it was read from this channel, else when it changes, else the old one, with Unchanged, at the deadline. A
// message that is larger than the buffer stays: ErrBuffer, with Error.Size.
func (c *Channel) Read(ctx context.Context, buffer []byte) (int, News, error) {
	if ctx == NoWait {
		return c.readNow(buffer)
	}
	status := notAsked
	if mayBegin(ctx) && firstAsks.enter() {
		var size uintptr
		status = shmRead(c.handle, pointer(buffer), uintptr(len(buffer)), &size, 0)
		firstAsks.leave()
		if isDone(status) {
			runtime.KeepAlive(c)
			return int(size), News(status), nil
		}
	}
	return c.readSlowly(ctx, buffer, status)
}

// readNow is Read with NoWait, as writeNow.
func (c *Channel) readNow(buffer []byte) (int, News, error) {
	runtime.LockOSThread()
	var size uintptr
	status := shmRead(c.handle, pointer(buffer), uintptr(len(buffer)), &size, 0)
	news, err := result(status, NoWait)
	runtime.UnlockOSThread()
	if status == ErrCancelled {
		return c.readSlowly(NoWait, buffer, status)
	}
	runtime.KeepAlive(c)
	if err != nil {
		return 0, NoNews, withSize(err, size)
	}
	return int(size), news, nil
}

// readSlowly is Read where there is more to it than one call. Apart, so that what it shares with a closure is not on
// the heap for the others.
func (c *Channel) readSlowly(ctx context.Context, buffer []byte, asked Status) (int, News, error) {
	var size uintptr
	news, err := waitOn(ctx, asked, func(timeoutMs uint32, _ bool) Status {
		return shmRead(c.handle, pointer(buffer), uintptr(len(buffer)), &size, timeoutMs)
	}, reads{c.waits})
	runtime.KeepAlive(c)
	if err != nil {
		return 0, NoNews, withSize(err, size)
	}
	return int(size), news, nil
}

func withSize(err error, size uintptr) error {
	if tooLarge, ok := err.(*Error); ok && tooLarge.Status == ErrBuffer {
		tooLarge.Size = int(size)
	}
	return err
}

// Flush has the service bring a block's value to its file, down to the disk. It does so by itself when the last writer
// closes, and when it stops.
func (c *Channel) Flush() error {
	return c.checked(func() Status { return shmFlush(c.handle) })
}
