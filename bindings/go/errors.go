package shmbroker

import (
	"context"
	"runtime"
	"strconv"
)

// A Status is what a function of the DLL returns. Those of errors, such as ErrAccess, are for errors.Is.
type Status int32

// Error gives a sentence for the status. An *Error knows more.
func (s Status) Error() string {
	if load() != nil {
		return "status " + strconv.Itoa(int(s)) + " of ShmBroker"
	}
	return goString(shmErrorTextUtf8(s))
}

// An Error tells why a call failed. For errors.Is it is its status, and the context's own error if the
// context was what ended the call: context.DeadlineExceeded after a deadline, context.Canceled with
// ErrCancelled.
type Error struct {
	Status Status
	Text   string // what happened, to which channel, and what to do
	Size   int    // with ErrBuffer: bytes of the message that did not fit

	cause error
}

func (e *Error) Error() string        { return e.Text }
func (e *Error) Is(target error) bool { return target == e.Status }
func (e *Error) Unwrap() error        { return e.cause }

// failed is the error of a status that the DLL was not asked for.
func failed(status Status) *Error { return &Error{Status: status, Text: status.Error()} }

// failure tells of the call that has just failed in this thread.
func failure(status Status) *Error {
	text := goString(shmLastErrorTextUtf8())
	if text == "" {
		text = status.Error()
	}
	err := &Error{Status: status, Text: text}
	if status == ErrRefused {
		err.cause = &RefusedError{Code: int32(shmLastRefusal()), Text: text}
	}
	return err
}

// waitFailure does so for a call that may have waited as long as ctx let it.
func waitFailure(status Status, ctx context.Context) *Error {
	err := failure(status)
	if _, limited := ctx.Deadline(); limited && hasWaited(status) {
		err.cause = context.DeadlineExceeded
	}
	return err
}

// interrupted is the error of a call whose context was done before it began, or was cancelled while it
// waited.
func interrupted(cause error) *Error {
	if cause == context.DeadlineExceeded {
		return &Error{Status: ErrTimeout, Text: "the context's deadline was over before the call began", cause: cause}
	}
	return &Error{Status: ErrCancelled, Text: "the call's context was cancelled", cause: cause}
}

// statusOf gives the status that an error of this package has, if it has one.
func statusOf(err error) Status {
	if known, ok := err.(*Error); ok {
		return known.Status
	}
	return _SHM_OK
}

// checked makes a call that does not wait. The DLL keeps a text for each thread: until that is read, the
// goroutine must stay in its thread.
func checked(call func() Status) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if status := call(); status < 0 {
		return failure(status)
	}
	return nil
}
