//go:build windows

package shmbroker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const patience = 30 * time.Second

func openService(t *testing.T, name string, access Access) *Channel {
	t.Helper()
	channel, err := Open(name, &Options{Access: access, Kind: Service})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { channel.Close() })
	return channel
}

// serve answers in a goroutine until the test ends.
func serve(t *testing.T, name string, answer func(*Request)) {
	server := openService(t, name, Server)
	ctx, cancel := context.WithCancel(background)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			request, err := server.Serve(ctx)
			if err != nil {
				if ctx.Err() == nil {
					t.Errorf("Serve: %v", err)
				}
				return
			}
			answer(request)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(background, patience)
	t.Cleanup(cancel)
	return ctx
}

// take takes one request of a call that is under way.
func take(t *testing.T, server *Channel) *Request {
	t.Helper()
	request, err := server.Serve(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func expectAnswer(t *testing.T, news News, err error, wanted News) {
	t.Helper()
	if news != wanted || err != nil {
		t.Fatalf("Answer = %v, %v; want %v", news, err, wanted)
	}
}

func TestCallsAreAnswered(t *testing.T) {
	serve(t, "calls 0", func(request *Request) {
		request.Answer(append([]byte("answer to "), request.Data...))
	})
	client := openService(t, "calls 0", Client)
	for _, text := range []string{"", "one", strings.Repeat("long ", 800)} {
		answer, err := client.Call(patient(t), []byte(text))
		if err != nil || string(answer) != "answer to "+text {
			t.Fatalf("%q, %v", answer, err)
		}
	}
	_, err := client.Call(background, make([]byte, 4097))
	expectError(t, err, ErrSize)
	_, err = client.Serve(background)
	expectError(t, err, ErrAccess)
}

func TestARefusalHasItsCodeAndText(t *testing.T) {
	serve(t, "calls 0", func(request *Request) {
		if err := request.Refuse(-7, "简单 is not enough"); err != nil {
			t.Error(err)
		}
	})
	_, err := openService(t, "calls 0", Client).Call(patient(t), []byte("简单"))
	expectError(t, err, ErrRefused)
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Code != -7 || !strings.Contains(refused.Text, "简单 is not enough") {
		t.Fatalf("%#v", err)
	}
}

func TestAServerKnowsWhoCalls(t *testing.T) {
	serve(t, "calls 0", func(request *Request) {
		caller, err := request.Caller()
		request.Answer([]byte(fmt.Sprint(caller.PID, caller.Waits, strings.HasPrefix(caller.Account, "S-1-"), err)))
		if _, err := request.Caller(); !errors.Is(err, ErrState) {
			t.Errorf("after the answer: %v", err)
		}
	})
	answer, err := openService(t, "calls 0", Client).Call(patient(t), nil)
	if wanted := fmt.Sprint(os.Getpid(), true, true, nil); err != nil || string(answer) != wanted {
		t.Fatalf("%q, %v; want %q", answer, err, wanted)
	}
}

// More goroutines than may have a call under way, and than may keep a thread; each gets its own answer.
func TestManyGoroutinesCallAtOnce(t *testing.T) {
	for i := 0; i < 2; i++ {
		serve(t, "calls 0", func(request *Request) {
			go request.Answer(bytes.Repeat(request.Data, 100))
		})
	}
	client := openService(t, "calls 0", Client)
	ctx := patient(t)
	var calling sync.WaitGroup
	for i := 0; i < 100; i++ {
		calling.Add(1)
		go func(i int) {
			defer calling.Done()
			for j := 0; j < 20; j++ {
				text := fmt.Sprintf("%d of %d,", j, i)
				answer, err := client.Call(ctx, []byte(text))
				if err != nil || string(answer) != strings.Repeat(text, 100) {
					t.Errorf("%s %q, %v", text, answer, err)
					return
				}
			}
		}(i)
	}
	calling.Wait()
}

func TestACallThatNobodyTakesEndsAtItsDeadline(t *testing.T) {
	client := openService(t, "calls 0", Client)
	expectUntaken := func(ctx context.Context) {
		t.Helper()
		_, err := client.Call(ctx, []byte("one"))
		expectError(t, err, ErrTimeout, context.DeadlineExceeded)
		if !strings.HasPrefix(err.Error(), "no server took the call") {
			t.Fatal(err)
		}
	}
	expectUntaken(NoWait)
	ctx, cancel := context.WithTimeout(background, 500*time.Millisecond)
	defer cancel()
	expectUntaken(ctx)
	_, err := openService(t, "calls 0", Server).Serve(NoWait) // nothing is left of them
	expectError(t, err, ErrEmpty, context.DeadlineExceeded)
}

func TestACallThatIsNotAnsweredEndsAtItsDeadline(t *testing.T) {
	server, client := openService(t, "calls 0", Server), openService(t, "calls 0", Client)
	ctx, cancel := context.WithTimeout(background, time.Second)
	defer cancel()
	result := make(chan error, 1)
	go func() {
		_, err := client.Call(ctx, []byte("one"))
		result <- err
	}()
	request := take(t, server)
	expectError(t, <-result, ErrUnanswered, context.DeadlineExceeded)
	caller, err := request.Caller()
	if err != nil || caller.Waits {
		t.Fatalf("%+v, %v", caller, err)
	}
	news, err := request.Answer(nil)
	expectAnswer(t, news, err, Dropped)
	_, err = request.Answer(nil)
	expectError(t, err, ErrState)
}

// The others go on, on the same channel.
func TestACancelledCallIsGivenUpAlone(t *testing.T) {
	server, client := openService(t, "calls 0", Server), openService(t, "calls 0", Client)
	type result struct {
		answer []byte
		err    error
	}
	results := map[string]chan result{"first": make(chan result, 1), "second": make(chan result, 1)}
	contexts := map[string]context.Context{}
	cancels := map[string]context.CancelFunc{}
	requests := map[string]*Request{}
	for name := range results {
		contexts[name], cancels[name] = context.WithTimeout(background, patience)
		defer cancels[name]()
		go func(name string) {
			answer, err := client.Call(contexts[name], []byte(name))
			results[name] <- result{answer, err}
		}(name)
		request := take(t, server)
		requests[string(request.Data)] = request
	}
	cancels["first"]()
	expectError(t, (<-results["first"]).err, ErrCancelled, context.Canceled)
	news, err := requests["first"].Answer([]byte("too late"))
	expectAnswer(t, news, err, Dropped)
	news, err = requests["second"].Answer([]byte("in time"))
	expectAnswer(t, news, err, NoNews)
	if second := <-results["second"]; second.err != nil || string(second.answer) != "in time" {
		t.Fatalf("%q, %v", second.answer, second.err)
	}
	_, err = client.Call(contexts["first"], nil)
	expectError(t, err, ErrCancelled, context.Canceled)
}

func TestAnAnswerThatIsTooLargeCanBeMadeSmaller(t *testing.T) {
	serve(t, "calls 0", func(request *Request) {
		if _, err := request.Answer(make([]byte, 16*1024+1)); !errors.Is(err, ErrSize) {
			t.Errorf("%v", err)
		}
		request.Answer(make([]byte, 16*1024))
	})
	answer, err := openService(t, "calls 0", Client).Call(patient(t), nil)
	if len(answer) != 16*1024 || err != nil {
		t.Fatalf("%d bytes, %v", len(answer), err)
	}
}

func TestARequestThatIsForgottenIsRefused(t *testing.T) {
	server, client := openService(t, "calls 0", Server), openService(t, "calls 0", Client)
	result := make(chan error, 1)
	go func() {
		_, err := client.Call(patient(t), []byte("one"))
		result <- err
	}()
	take(t, server)
	for deadline := time.Now().Add(patience); ; {
		runtime.GC()
		select {
		case err := <-result:
			expectError(t, err, ErrRefused)
			return
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("the call still waits")
		}
	}
}

func TestACallEndsWithItsServerAndWithItsChannel(t *testing.T) {
	server, client := openService(t, "calls 0", Server), openService(t, "calls 0", Client)
	result := make(chan error, 1)
	call := func() {
		_, err := client.Call(background, []byte("one"))
		result <- err
	}
	go call()
	request := take(t, server)
	server.Close()
	expectError(t, <-result, ErrPeerDied)
	_, err := request.Answer(nil)
	expectError(t, err, ErrHandle)

	go call()
	take(t, openService(t, "calls 0", Server))
	client.Close()
	expectError(t, <-result, ErrClosed)
	if _, err := Open("calls 0", &Options{Access: Client, Kind: Queue}); !errors.Is(err, ErrMismatch) {
		t.Fatal(err)
	}
}

func TestWithoutAServerACallMayFailAtOnce(t *testing.T) {
	client, err := Open("calls 1", &Options{Access: Client, Served: true})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.Call(background, nil)
	expectError(t, err, ErrNoServer)
}

// Where as many calls as may wait in the DLL, each with a thread.
func TestACallWithoutAThreadEndsInEachWay(t *testing.T) {
	for i := 0; i < mostThreads; i++ {
		callThreads <- struct{}{}
		defer callThreads.give()
	}
	server, client := openService(t, "calls 0", Server), openService(t, "calls 0", Client)
	result := make(chan error, 1)
	begin := func(ctx context.Context, wanted string) *Request {
		go func() {
			answer, err := client.Call(ctx, []byte("one"))
			if err == nil && string(answer) != wanted {
				err = fmt.Errorf("it was answered %q", answer)
			}
			result <- err
		}()
		return take(t, server)
	}
	news, err := begin(background, "answer").Answer([]byte("answer"))
	expectAnswer(t, news, err, NoNews)
	if err := <-result; err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(background)
	request := begin(ctx, "")
	cancel()
	expectError(t, <-result, ErrCancelled, context.Canceled)
	news, err = request.Answer(nil)
	expectAnswer(t, news, err, Dropped)

	ctx, cancel = context.WithTimeout(background, time.Second)
	defer cancel()
	request = begin(ctx, "")
	expectError(t, <-result, ErrUnanswered, context.DeadlineExceeded)
	news, err = request.Answer(nil)
	expectAnswer(t, news, err, Dropped)

	request = begin(background, "")
	client.Close()
	expectError(t, <-result, ErrClosed)
	news, err = request.Answer(nil)
	expectAnswer(t, news, err, Dropped)
}

func TestAProgramCreatesAService(t *testing.T) {
	options := Options{Access: Server, Kind: Service, Create: true, MaxMessage: 10, MaxCalls: 1, MaxClients: 2}
	server := open(t, &options)
	info, err := server.Info()
	if info.MaxMessage != 10 || info.Capacity != 4096 || err != nil {
		t.Error(info, err)
	}
	for _, more := range []Options{{MaxCalls: 2}, {MaxClients: 3}} {
		if _, err := Open(t.Name(), &more); !errors.Is(err, ErrMismatch) {
			t.Error(more, err)
		}
	}
	client := openService(t, t.Name(), Client)
	done := make(chan error)
	go func() {
		answer, err := client.Call(patient(t), []byte("asked"))
		if string(answer) != "told" {
			t.Errorf("the answer is %q", answer)
		}
		done <- err
	}()
	news, err := take(t, server).Answer([]byte("told"))
	expectAnswer(t, news, err, 0)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
