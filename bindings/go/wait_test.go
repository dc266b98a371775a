//go:build windows

package shmbroker

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand"
	"runtime"
	"testing"
	"time"
)

func TestDeadline(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, _, err := channel.Read(ctx, nil)
	expectError(t, err, ErrEmpty, context.DeadlineExceeded)
	if passed := time.Since(start); passed < 45*time.Millisecond || passed > 10*time.Second {
		t.Fatal(passed)
	}
	write(t, channel, "not to be had after the deadline")
	_, _, err = channel.Read(ctx, nil)
	expectError(t, err, ErrTimeout, context.DeadlineExceeded)
	var failed *Error
	if !errors.As(err, &failed) || failed.Text == "" {
		t.Fatalf("%#v", err)
	}
	_, err = channel.Peek(ctx)
	expectError(t, err, ErrTimeout, context.DeadlineExceeded)
}

// lateContext has not been told yet that its deadline is over, as on a busy machine.
type lateContext struct{ context.Context }

func (lateContext) Deadline() (time.Time, bool) { return time.Now().Add(-time.Second), true }

func TestADeadlineThatIsOverNeedsNoTimer(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	write(t, channel, "not to be had after the deadline")
	_, _, err := channel.Read(lateContext{background}, make([]byte, 64))
	expectError(t, err, ErrTimeout, context.DeadlineExceeded)
	expectRead(t, channel, "not to be had after the deadline", NoNews)
}

func TestACancelledContextIsAnErrorOfItsOwn(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	ctx, cancel := context.WithCancel(background)
	cancel()
	_, _, err := channel.Read(ctx, nil)
	expectError(t, err, ErrCancelled, context.Canceled)
	var failed *Error
	if !errors.As(err, &failed) || failed.Text == "" {
		t.Fatalf("%#v", err)
	}
}

func TestDeadlineOfABlockGivesItsOldValue(t *testing.T) {
	channel := create(t, Options{Kind: Block})
	write(t, channel, "old")
	expectRead(t, channel, "old", NoNews)
	ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
	defer cancel()
	peek, err := channel.Peek(ctx)
	if err != nil || peek.News != Unchanged || string(peek.Data) != "old" {
		t.Fatalf("%+v, %v", peek, err)
	}
	if err := peek.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestCancelEndsAnyWait(t *testing.T) {
	empty := create(t, Options{Kind: Topic, WhenFull: Wait, Capacity: 4096, MaxMessage: 1024})
	full := open(t, &Options{Access: Write})
	for {
		if err := full.WriteContext(NoWait, make([]byte, 1000)); err != nil {
			expectError(t, err, ErrFull)
			break
		}
	}
	latecomer := open(t, &Options{Access: Read, Next: true})
	for name, call := range map[string]func(ctx context.Context) error{
		"Read":  func(ctx context.Context) error { _, _, err := latecomer.Read(ctx, nil); return err },
		"Peek":  func(ctx context.Context) error { _, err := latecomer.Peek(ctx); return err },
		"Write": func(ctx context.Context) error { return full.WriteContext(ctx, make([]byte, 1000)) },
		"Loan":  func(ctx context.Context) error { _, err := full.Loan(ctx, 1000); return err },
		"Batch": func(ctx context.Context) error {
			_, err := full.WriteBatch(ctx, [][]byte{make([]byte, 1000)})
			return err
		},
		"Any": func(ctx context.Context) error { _, err := WaitAny(ctx, latecomer); return err },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(background)
			time.AfterFunc(20*time.Millisecond, cancel)
			if err := call(ctx); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if err := call(ctx); !errors.Is(err, context.Canceled) {
				t.Fatal("the second time:", err)
			}
		})
	}
	expectRead(t, empty, string(make([]byte, 1000)), NoNews)
}

// WaitAny takes turns with reads through the same channels, and may wait for one of them.
func TestCancelEndsAWaitForATurn(t *testing.T) {
	idle := create(t, Options{Kind: Queue})
	read, err := Open(t.Name()+"2", &Options{Kind: Queue, Capacity: 4096, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	result := make(chan error)
	go func() {
		_, _, err := read.Read(background, nil)
		result <- err
	}()
	time.Sleep(20 * time.Millisecond)
	ctx, cancel := context.WithCancel(background)
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := WaitAny(ctx, idle, read); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	write(t, read, "")
	if err := <-result; err != nil {
		t.Fatal(err)
	}
}

// cancelLater cancels after some microseconds, which no timer knows.
func cancelLater(cancel context.CancelFunc) {
	for i := rand.Intn(50_000); i > 0; i-- {
		runtime.KeepAlive(i)
	}
	cancel()
}

// ShmCancel does nothing for a wait that begins just after it.
func TestCancelJustBeforeTheWait(t *testing.T) {
	channel := create(t, Options{Kind: Queue, Spin: 2000}) // turns of a loop that has not begun to wait
	for i := 0; i < 1000; i++ {
		ctx, cancel := context.WithCancel(background)
		go cancelLater(cancel)
		if _, _, err := channel.Read(ctx, nil); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

func TestCancelLosesNoMessage(t *testing.T) {
	const enough = 50
	writer := create(t, Options{Kind: Queue, Access: Write, Capacity: 4096})
	reader := open(t, &Options{Access: Read})
	ended := make(chan struct{})
	go func() {
		message := make([]byte, 8)
		for i := uint64(0); ; i++ {
			binary.LittleEndian.PutUint64(message, i)
			if _, err := writer.Write(message); err != nil {
				return
			}
			select {
			case <-ended:
				return
			case <-time.After(time.Duration(rand.Intn(300)) * time.Microsecond):
			}
		}
	}()
	defer close(ended)
	buffer := make([]byte, 8)
	cancelled := 0
	for next := uint64(0); cancelled < enough || next < 10*enough; {
		ctx, cancel := context.WithCancel(background)
		go cancelLater(cancel)
		_, _, err := reader.Read(ctx, buffer)
		if errors.Is(err, context.Canceled) {
			cancelled++
			continue
		}
		if got := binary.LittleEndian.Uint64(buffer); err != nil || got != next {
			t.Fatalf("%d, %v; want %d", got, err, next)
		}
		next++
	}
}

func TestCancelIsForItsOwnCallAlone(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	result := make(chan error)
	go func() {
		_, _, err := channel.Read(background, nil)
		result <- err
	}()
	for i := 0; i < 20; i++ {
		ctx, cancel := context.WithTimeout(background, time.Hour)
		time.AfterFunc(time.Millisecond, cancel)
		if _, _, err := channel.Read(ctx, nil); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	select {
	case err := <-result:
		t.Fatal(err)
	case <-time.After(10 * time.Millisecond):
	}
	write(t, channel, "")
	if err := <-result; err != nil {
		t.Fatal(err)
	}
}

// goroutinesBecome waits until there are so many.
func goroutinesBecome(t *testing.T, wanted int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() != wanted; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines; want %d", runtime.NumGoroutine(), wanted)
		}
	}
}

func TestContextIsWatchedByOneGoroutineUntilTheChannelIsClosed(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	before := runtime.NumGoroutine()
	readOnce := func(ctx context.Context) {
		t.Helper()
		time.AfterFunc(5*time.Millisecond, func() { channel.Write(nil) })
		if _, _, err := channel.Read(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	first, cancelFirst := context.WithCancel(background)
	defer cancelFirst()
	second, cancelSecond := context.WithCancel(background)
	for i := 0; i < 5; i++ {
		readOnce(first)
	}
	goroutinesBecome(t, before+1)
	for i := 0; i < 5; i++ {
		readOnce(second)
	}
	goroutinesBecome(t, before+1)
	time.AfterFunc(5*time.Millisecond, cancelSecond)
	if _, _, err := channel.Read(second, nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	readOnce(first)
	goroutinesBecome(t, before+1)
	channel.Close()
	goroutinesBecome(t, before)
}

// Two calls with one context, of which the first to leave must not let the other one wait.
func TestCancelEndsAllCallsWithAContext(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	for i := 0; i < 20; i++ {
		ctx, cancel := context.WithCancel(background)
		result := make(chan error)
		for j := 0; j < 4; j++ {
			go func() {
				_, _, err := channel.Read(ctx, nil)
				result <- err
			}()
		}
		time.Sleep(time.Millisecond)
		cancel()
		for j := 0; j < 4; j++ {
			if err := <-result; !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		channel.Write(nil)
		if _, _, err := channel.Read(background, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// A call that has got into its wait just before Close has dropped the watch must leave no watch behind.
func TestAWatchThatComesTooLateEndsWithItsCall(t *testing.T) {
	late := channelWatch{}
	late.drop()
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	watch := late.enter(ctx)
	watch.leave()
	select {
	case <-watch.unused:
	case <-time.After(10 * time.Second):
		t.Fatal("its goroutine goes on")
	}
}
