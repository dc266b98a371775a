package shmbroker

import "syscall"

// WaitHandle gives an auto-reset event for WaitForMultipleObjects. It is set once when the channel becomes readable,
// and again only after a read has found nothing (ErrEmpty, Unchanged); at once if there is something to read now. It
// belongs to the channel and must not be closed. Do not mix it with reads that wait.
func (c *Channel) WaitHandle() (syscall.Handle, error) {
	var handle uintptr
	err := c.checked(func() Status { return shmGetWaitHandle(c.handle, &handle) })
	return syscall.Handle(handle), err
}
