//go:build windows

package shmbroker

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/pprof"
	"sync"
	"testing"
	"time"
)

const (
	manyCalls  = 300
	fewThreads = 100
)

// threads tells how many Go has made in this process: it ends none.
func threads() int { return pprof.Lookup("threadcreate").Count() }

// A crowd is calls that wait.
type crowd struct {
	t       *testing.T
	results chan error
	size    int
}

func newCrowd(t *testing.T) *crowd {
	return &crowd{t: t, results: make(chan error, manyCalls)}
}

func (c *crowd) start(call func() error) {
	c.size++
	go func() { c.results <- call() }()
}

// settle lets the calls wait, and looks at what they take.
func (c *crowd) settle() {
	c.t.Helper()
	time.Sleep(500 * time.Millisecond)
	if len(c.results) > 0 {
		c.t.Fatalf("a call does not wait: %v", <-c.results)
	}
	c.t.Logf("%d calls wait; threads: %d", c.size, threads())
	if threads() > fewThreads {
		c.t.Fatalf("%d threads; %d calls wait", threads(), c.size)
	}
}

func (c *crowd) end(wanted error) {
	c.t.Helper()
	for i := 0; i < c.size; i++ {
		select {
		case err := <-c.results:
			if !errors.Is(err, wanted) {
				c.t.Fatalf("%v; want %v", err, wanted)
			}
		case <-time.After(30 * time.Second):
			c.t.Fatalf("%d of %d calls still wait", c.size-i, c.size)
		}
	}
}

func channelsOf(t *testing.T, topics, readers int) (writers, all []*Channel) {
	for i := 0; i < topics; i++ {
		name := fmt.Sprint(t.Name(), i)
		writer, err := Open(name, &Options{Create: true, Kind: Topic, Access: Write, Capacity: 4096})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { writer.Close() })
		writers = append(writers, writer)
		for j := 0; j < readers; j++ {
			reader, err := Open(name, &Options{Access: Read})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { reader.Close() })
			all = append(all, reader)
		}
	}
	return writers, all
}

func readOne(ctx context.Context, channel *Channel) error {
	_, _, err := channel.Read(ctx, make([]byte, 1000))
	return err
}

func TestReadersOfManyChannelsTakeFewThreads(t *testing.T) {
	writers, readers := channelsOf(t, 10, manyCalls/10)
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	for round := 0; round < 2; round++ {
		crowd := newCrowd(t)
		for _, reader := range readers {
			reader := reader
			crowd.start(func() error { return readOne(ctx, reader) })
		}
		crowd.settle()
		for _, writer := range writers {
			write(t, writer, "x")
		}
		crowd.end(nil)
	}
	crowd := newCrowd(t)
	for _, reader := range readers {
		reader := reader
		crowd.start(func() error { return readOne(ctx, reader) })
	}
	crowd.settle()
	cancel()
	crowd.end(context.Canceled)
}

func TestCloseEndsReadsThatHaveNoThread(t *testing.T) {
	_, readers := channelsOf(t, 4, 40)
	crowd := newCrowd(t)
	for _, reader := range readers {
		reader := reader
		crowd.start(func() error { return readOne(background, reader) })
	}
	crowd.settle()
	for _, reader := range readers {
		if err := reader.Close(); err != nil {
			t.Fatal(err)
		}
	}
	crowd.end(ErrClosed)
}

func TestDeadlineEndsReadsThatHaveNoThread(t *testing.T) {
	_, readers := channelsOf(t, 2, 40)
	ctx, cancel := context.WithTimeout(background, time.Second)
	defer cancel()
	crowd := newCrowd(t)
	for _, reader := range readers {
		reader := reader
		crowd.start(func() error { return readOne(ctx, reader) })
	}
	crowd.settle()
	crowd.end(context.DeadlineExceeded)
}

func TestWaitAnyOfManyTakesFewThreads(t *testing.T) {
	writers, readers := channelsOf(t, 3, 40)
	crowd := newCrowd(t)
	for i := range readers[:40] {
		three := []*Channel{readers[i], readers[40+i], readers[80+i]}
		crowd.start(func() error {
			index, err := WaitAny(background, three...)
			if err == nil && index != 1 {
				err = fmt.Errorf("index %d", index)
			}
			return err
		})
	}
	crowd.settle()
	write(t, writers[1], "x")
	crowd.end(nil)
}

func TestReadersOfOneChannelTakeFewThreads(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	crowd := newCrowd(t)
	var mutex sync.Mutex
	numbers := map[uint64]bool{}
	for i := 0; i < manyCalls; i++ {
		crowd.start(func() error {
			buffer := make([]byte, 8)
			_, _, err := channel.Read(background, buffer)
			mutex.Lock()
			defer mutex.Unlock()
			numbers[binary.LittleEndian.Uint64(buffer)] = true
			return err
		})
	}
	crowd.settle()
	message := make([]byte, 8)
	for i := uint64(0); i < manyCalls; i++ {
		binary.LittleEndian.PutUint64(message, i)
		write(t, channel, string(message))
	}
	crowd.end(nil)
	if len(numbers) != manyCalls {
		t.Fatalf("%d of %d messages", len(numbers), manyCalls)
	}
}

func TestWritersTakeFewThreads(t *testing.T) {
	const channels = 50
	message := make([]byte, 1000)
	var readers []*Channel
	crowd := newCrowd(t)
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	for i := 0; i < channels; i++ {
		name := fmt.Sprint(t.Name(), i)
		reader, err := Open(name, &Options{Create: true, Kind: Queue, Access: Read, Capacity: 4096})
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		writer, err := Open(name, &Options{Access: Write})
		if err != nil {
			t.Fatal(err)
		}
		defer writer.Close()
		readers = append(readers, reader)
		for writer.WriteContext(NoWait, message) == nil {
		}
		for j := 0; j < manyCalls/channels; j++ {
			crowd.start(func() error { return writer.WriteContext(ctx, message) })
		}
	}
	crowd.settle()
	for _, reader := range readers { // all are written: each room that there is, is taken
		go func(reader *Channel) {
			for readOne(ctx, reader) == nil {
			}
		}(reader)
	}
	crowd.end(nil)
}

// A busy machine holds calls up in the DLL for milliseconds.
func TestCallsThatAreHeldUpTakeFewThreads(t *testing.T) {
	sleep := kernel32.NewProc("Sleep")
	channel := create(t, Options{Kind: Queue})
	crowd := newCrowd(t)
	for i := 0; i < manyCalls; i++ {
		crowd.start(func() error {
			_, err := wait(background, func(uint32, bool) Status {
				sleep.Call(50)
				return _SHM_OK
			}, reads{channel.waits})
			return err
		})
	}
	crowd.end(nil)
	if threads() > fewThreads {
		t.Fatalf("%d threads", threads())
	}
}

// What holds for calls that wait in the DLL holds for those that have no thread there.
func TestWithoutThreads(t *testing.T) {
	for _, limit := range []threadLimit{readThreads, writeThreads} {
		limit := limit
		taken := 0
		for ; limit.take(); taken++ {
		}
		t.Cleanup(func() {
			for ; taken > 0; taken-- {
				limit.give()
			}
		})
	}
	for name, test := range map[string]func(*testing.T){
		"Deadline":            TestDeadline,
		"DeadlineOfABlock":    TestDeadlineOfABlockGivesItsOldValue,
		"CancelEndsAnyWait":   TestCancelEndsAnyWait,
		"CancelOfATurn":       TestCancelEndsAWaitForATurn,
		"CancelJustBefore":    TestCancelJustBeforeTheWait,
		"CancelLosesNone":     TestCancelLosesNoMessage,
		"CancelOfItsOwn":      TestCancelIsForItsOwnCallAlone,
		"CancelOfAContext":    TestCancelEndsAllCallsWithAContext,
		"CloseEndsReads":      TestCloseEndsReads,
		"BatchBeyondTheRing":  TestBatchLargerThanTheRing,
		"WaitAny":             TestWaitAny,
		"ForgottenNotByReads": TestAChannelThatIsReadIsNotForgotten,
	} {
		t.Run(name, test)
	}
}
