//go:build windows

package shmbroker

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

// The DLL is asked once before a call waits, and once to wait.
func TestACallThatMustWaitIsTwoOfTheDLL(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	for asked, wanted := range map[Status]int{notAsked: 2, ErrEmpty: 1} {
		calls := 0
		news, err := waitOn(background, asked, func(timeoutMs uint32, _ bool) Status {
			if calls++; timeoutMs == 0 {
				return ErrEmpty
			}
			return _SHM_OK
		}, reads{channel.waits})
		if news != NoNews || err != nil || calls != wanted {
			t.Fatalf("after %v: %v, %v, %d calls; want %d", asked, news, err, calls, wanted)
		}
	}
}

func TestBatchesAndNoWaitDoNotAllocate(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	messages := make([][]byte, 10)
	for i := range messages {
		messages[i] = make([]byte, 64)
	}
	buffer := make([]byte, 64)
	batch := NewBatch(len(messages), 1024)
	if allocations := testing.AllocsPerRun(1000, func() {
		channel.WriteContext(NoWait, messages[0])
		channel.Read(NoWait, buffer)
		channel.WriteBatch(background, messages)
		channel.ReadBatch(background, batch)
	}); allocations != 0 {
		t.Fatal(allocations)
	}
}

func TestNoWaitTellsWhatTheDLLSays(t *testing.T) {
	channel := create(t, Options{Kind: Block, Capacity: 64})
	_, _, err := channel.Read(NoWait, make([]byte, 64))
	expectError(t, err, ErrEmpty, context.DeadlineExceeded)
	expectText(t, err, "nothing has been written yet")
	err = channel.WriteContext(NoWait, make([]byte, 1000))
	expectError(t, err, ErrSize)
	expectText(t, err, t.Name())
	write(t, channel, "too large")
	_, _, err = channel.Read(NoWait, make([]byte, 3))
	expectError(t, err, ErrBuffer)
	var tooLarge *Error
	if !errors.As(err, &tooLarge) || tooLarge.Size != len("too large") {
		t.Fatalf("%#v", err)
	}
	expectRead(t, channel, "too large", NoNews)
	expectRead(t, channel, "too large", Unchanged)
}

func expectText(t *testing.T, err error, part string) {
	t.Helper()
	if !bytes.Contains([]byte(err.Error()), []byte(part)) {
		t.Fatalf("%q does not have %q", err, part)
	}
}

// Batches have the memory in which they are described to the DLL from each other.
func TestBatchesOfManySizes(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	for _, size := range []int{3, 100, 0, 1, 50} {
		messages := make([][]byte, size)
		for i := range messages {
			messages[i] = bytes.Repeat([]byte{byte(i + 1)}, i)
		}
		if n, err := channel.WriteBatch(background, messages); n != size || err != nil {
			t.Fatal(n, err)
		}
		if size == 0 {
			continue
		}
		got, _, err := channel.ReadBatch(background, NewBatch(size, 64*1024))
		if err != nil || len(got) != size {
			t.Fatal(len(got), err)
		}
		for i, message := range got {
			if !bytes.Equal(message.Data, messages[i]) {
				t.Fatalf("%d of %d: %v; want %v", i, size, message.Data, messages[i])
			}
		}
	}
}
