package shmbroker

import (
	"context"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// firstRoom is what a request or an answer is given at first. One that is larger is fetched again.
const firstRoom = 1024

// enlarging makes a call that fills the buffer, and makes it again with a buffer that is large enough.
func enlarging(buffer *[]byte, size *uintptr, call func() Status) Status {
	for {
		status := call()
		if status != ErrBuffer {
			return status
		}
		*buffer = make([]byte, *size)
	}
}

// A RefusedError is what a server gave instead of an answer. The *Error of such a call, which has the status
// ErrRefused, wraps it:
//
//	var refused *shmbroker.RefusedError
//	if errors.As(err, &refused) && refused.Code == outOfStock …
type RefusedError struct {
	Code int32  // the server's own
	Text string // which channel it was, and what the server said
}

func (e *RefusedError) Error() string { return e.Text }

// answers is the place of calls that wait for their answers. They do not take turns, as each waits for its
// own.
type answers struct{ *waits }

var callThreads = make(threadLimit, mostThreads)

func (a answers) enter(ctx context.Context) *watch { return a.watch.enter(ctx) }
func (a answers) take(context.Context) bool        { return true }
func (a answers) leave()                           {}
func (a answers) threads() threadLimit             { return callThreads }
func (a answers) park() (<-chan struct{}, func())  { return nil, func() {} }

// Call calls a service, and gives the answer of one of its servers. Any number of goroutines may call through
// one channel, opened with the access Client; the service's max_calls says how many calls may be under way.
//
// A call whose context is done is given up. Its error tells whether it may be made again: with ErrTimeout, and
// with ErrFull, no server has taken it, and none will; with ErrUnanswered one has, and what it did is done; of
// ErrCancelled nobody knows. See docs/calls.md for the others. A refusal is ErrRefused, and a *RefusedError.
func (c *Channel) Call(ctx context.Context, request []byte) ([]byte, error) {
	var token uint64
	_, err := c.write(ctx, func(timeoutMs uint32, _ bool) Status {
		return shmCallBegin(c.handle, pointer(request), uintptr(len(request)), &token, timeoutMs)
	})
	if err != nil {
		return nil, err
	}
	answer, err := c.answer(ctx, token)
	switch statusOf(err) {
	case ErrEmpty, ErrTimeout, ErrCancelled: // which leave the call under way
		err = c.giveUp(token, err)
	}
	runtime.KeepAlive(c)
	return answer, err
}

// answer waits for the answer of a call.
func (c *Channel) answer(ctx context.Context, token uint64) ([]byte, error) {
	buffer := make([]byte, firstRoom)
	var size uintptr
	_, err := awaitAnswer(ctx, func(timeoutMs uint32, _ bool) Status {
		return enlarging(&buffer, &size, func() Status {
			return shmCallEnd(c.handle, token, pointer(buffer), uintptr(len(buffer)), &size, timeoutMs)
		})
	}, answers{c.waits})
	if err != nil {
		return nil, err
	}
	return buffer[:size], nil
}

// awaitAnswer does as wait(), but does not ask first: there is no answer yet as a rule.
func awaitAnswer(ctx context.Context, try attempt, at answers) (News, error) {
	if ctx == NoWait {
		return once(ctx, try)
	}
	if err := over(ctx); err != nil {
		return NoNews, interrupted(err)
	}
	if threads := at.threads(); threads.take() {
		defer threads.give()
		return block(ctx, try, at)
	}
	return park(ctx, try, at)
}

// giveUp gives a call up whose context is done, and tells what became of it.
func (c *Channel) giveUp(token uint64, reason error) error {
	status := shmCallCancel(c.handle, token)
	if statusOf(reason) == ErrCancelled {
		return reason
	}
	switch status {
	case ErrHandle:
		return failed(ErrClosed)
	case _SHM_OK:
		return &Error{Status: ErrTimeout, Text: untaken, cause: context.DeadlineExceeded}
	}
	return &Error{Status: ErrUnanswered, Text: unanswered, cause: context.DeadlineExceeded}
}

// As ShmCall has them.
const (
	untaken = "no server took the call until the time was up, and none will: it may be made again; start a " +
		"server, or wait longer."
	unanswered = "a server took the call and had not answered it when the time was up; its answer is dropped. " +
		"Call again only what may be done twice, or wait longer."
)

// A Request is a call that this server has taken: it is to be answered or refused, once, by any goroutine. One
// that is forgotten is refused with code 0, when the garbage collector finds it.
type Request struct {
	token uint64 // 0: it has been answered. First, as 32-bit machines must have it aligned for atomic access

	Data []byte // a copy, the server's own

	channel *Channel
}

// A Caller is who calls, as the service has noted it when that client opened the channel: no client can forge
// it.
type Caller struct {
	PID     uint32 // its process
	Session uint32 // that process's session; 0xFFFFFFFF: not known
	Account string // SID of its account
	Waits   bool   // somebody still wants the answer
}

// Serve takes the next request, through a channel that was opened with the access Server. Several may be taken
// before the first one is answered. If nobody calls until the context is done, that is ErrEmpty, which is
// context.DeadlineExceeded too, or ErrCancelled.
//
//	for {
//		request, err := channel.Serve(ctx)
//		if err != nil {
//			return err
//		}
//		go func() { request.Answer(answerTo(request.Data)) }()
//	}
func (c *Channel) Serve(ctx context.Context) (*Request, error) {
	buffer := make([]byte, firstRoom)
	var size uintptr
	request := &Request{channel: c}
	_, err := c.read(ctx, func(timeoutMs uint32, _ bool) Status {
		return enlarging(&buffer, &size, func() Status {
			return shmServe(c.handle, pointer(buffer), uintptr(len(buffer)), &size, &request.token, timeoutMs)
		})
	})
	if err != nil {
		return nil, err
	}
	request.Data = buffer[:size]
	runtime.SetFinalizer(request, (*Request).forget)
	return request, nil
}

// Answer gives the answer, and tells as Dropped that nobody waits for it any more. One that is too large
// (ErrSize) is not given, and the request is still to be answered. After an answer, or a refusal, that is
// ErrState.
func (r *Request) Answer(answer []byte) (News, error) {
	news := NoNews
	err := r.end(func(token uint64) Status {
		status := shmAnswer(r.channel.handle, token, pointer(answer), uintptr(len(answer)))
		if status == _SHM_S_DROPPED {
			news = Dropped
		}
		return status
	})
	return news, err
}

// Refuse gives a code and a text instead of an answer: the call fails with a *RefusedError. Of the text 256
// units of UTF-16 at most reach the client.
func (r *Request) Refuse(code int32, text string) error {
	terminated := append([]byte(text), 0)
	return r.end(func(token uint64) Status {
		return shmRefuseUtf8(r.channel.handle, token, code, &terminated[0])
	})
}

// end makes a call that ends the request, unless it fails as one that can be made again.
func (r *Request) end(call func(token uint64) Status) error {
	token := atomic.SwapUint64(&r.token, 0) // one goroutine ends it
	if token == 0 {
		return failed(ErrState)
	}
	err := r.channel.checked(func() Status { return call(token) })
	if status := statusOf(err); status == ErrSize || status == ErrArgument {
		atomic.StoreUint64(&r.token, token)
		return err
	}
	runtime.SetFinalizer(r, nil)
	return err
}

func (r *Request) forget() { r.Refuse(0, "the server went on without an answer") }

// Caller tells whose call it is, as long as it is not answered. If its client is gone, that is ErrState.
func (r *Request) Caller() (Caller, error) {
	raw := shmCallerUtf8{size: uint32(unsafe.Sizeof(shmCallerUtf8{}))}
	err := r.channel.checked(func() Status {
		return shmGetCallerUtf8(r.channel.handle, atomic.LoadUint64(&r.token), &raw)
	})
	runtime.KeepAlive(r)
	if err != nil {
		return Caller{}, err
	}
	return Caller{
		PID:     raw.pid,
		Session: raw.session,
		Account: goString(&raw.account[0]),
		Waits:   raw.flags&_SHM_CALLER_WAITS != 0,
	}, nil
}
