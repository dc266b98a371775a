//go:build windows

// Tests with a running service, whose policy lets this account create channels.
package shmbroker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// create makes a channel that the test alone has, and that ends with it.
func create(t testing.TB, options Options) *Channel {
	t.Helper()
	options.Create = true
	if options.Capacity == 0 {
		options.Capacity = 64 * 1024
	}
	return open(t, &options)
}

func open(t testing.TB, options *Options) *Channel {
	t.Helper()
	channel, err := Open(t.Name(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { channel.Close() })
	return channel
}

func write(t testing.TB, channel *Channel, message string) {
	t.Helper()
	if n, err := channel.Write([]byte(message)); n != len(message) || err != nil {
		t.Fatalf("Write(%q) = %v, %v", message, n, err)
	}
}

func expectRead(t testing.TB, channel *Channel, message string, news News) {
	t.Helper()
	buffer := make([]byte, 1024)
	n, got, err := channel.Read(NoWait, buffer)
	if err != nil || string(buffer[:n]) != message || got != news {
		t.Fatalf("Read = %q, %v, %v; want %q, %v", buffer[:n], got, err, message, news)
	}
}

func expectError(t testing.TB, err error, wanted ...error) {
	t.Helper()
	for _, each := range wanted {
		if !errors.Is(err, each) {
			t.Fatalf("%#v (%v) is not %v", err, err, each)
		}
	}
}

func TestMessagesComeInOrder(t *testing.T) {
	channel := create(t, Options{Kind: Topic})
	for _, message := range []string{"one", "", "简单 🎈"} {
		write(t, channel, message)
	}
	for _, message := range []string{"one", "", "简单 🎈"} {
		expectRead(t, channel, message, NoNews)
	}
	stats, err := channel.Stats()
	if err != nil || stats.Written != 3 || stats.Read != 3 || stats.Sequence != 3 || stats.BytesRead != 14 {
		t.Fatalf("%+v, %v", stats, err)
	}
}

func TestInfoAndList(t *testing.T) {
	channel := create(t, Options{Kind: Queue, MaxMessage: 100})
	info, err := channel.Info()
	if err != nil {
		t.Fatal(err)
	}
	if info.Name != t.Name() || info.Kind != Queue || info.Access != Read|Write || info.Readers != 1 ||
		info.Capacity < 64*1024 || info.MaxMessage < 100 {
		t.Fatalf("%+v", info)
	}
	list, err := ListChannels()
	if err != nil {
		t.Fatal(err)
	}
	info.Creator, info.Instance = "", 0 // not told in a list
	for _, each := range list {
		if each == info {
			return
		}
	}
	t.Fatalf("%+v is not in %+v", info, list)
}

func TestListOfMoreThanAPage(t *testing.T) {
	for i := 0; i < 40; i++ {
		channel, err := Open(fmt.Sprint(t.Name(), i), &Options{Kind: Block, Capacity: 8, Create: true})
		if err != nil {
			t.Fatal(err)
		}
		defer channel.Close()
	}
	list, err := ListChannels()
	found := 0
	for _, each := range list {
		if strings.HasPrefix(each.Name, t.Name()) {
			found++
		}
	}
	if err != nil || found != 40 {
		t.Fatalf("%d, %v", found, err)
	}
}

func TestErrorsSayWhat(t *testing.T) {
	_, err := Open("nowhere", nil)
	expectError(t, err, ErrNotFound)
	var failed *Error
	if !errors.As(err, &failed) || failed.Status != ErrNotFound || !strings.Contains(failed.Text, "'nowhere'") {
		t.Fatalf("%#v", err)
	}
	_, err = Open("a\x00b", nil)
	expectError(t, err, ErrName)
	channel := create(t, Options{Kind: Queue, MaxMessage: 16})
	_, err = channel.Write(make([]byte, 1024*1024))
	expectError(t, err, ErrSize)
	_, _, err = channel.Read(NoWait, nil)
	expectError(t, err, ErrEmpty, context.DeadlineExceeded)
	_, err = channel.Lock(background)
	expectError(t, err, ErrKind)
	if err := channel.Close(); err != nil {
		t.Fatal(err)
	}
	expectError(t, channel.Close(), ErrHandle)
	_, err = channel.Write(nil)
	expectError(t, err, ErrHandle)
}

func TestTooSmallABufferLosesNothing(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	write(t, channel, "too long")
	_, _, err := channel.Read(background, make([]byte, 3))
	var failed *Error
	if !errors.As(err, &failed) || failed.Status != ErrBuffer || failed.Size != 8 {
		t.Fatalf("%#v", err)
	}
	_, _, err = channel.ReadBatch(background, NewBatch(4, 3))
	if !errors.As(err, &failed) || failed.Status != ErrBuffer || failed.Size != 8 {
		t.Fatalf("%#v", err)
	}
	expectRead(t, channel, "too long", NoNews)
}

func TestNews(t *testing.T) {
	t.Run("Unchanged", func(t *testing.T) {
		channel := create(t, Options{Kind: Block})
		write(t, channel, "value")
		expectRead(t, channel, "value", NoNews)
		expectRead(t, channel, "value", Unchanged)
		peek, err := channel.Peek(NoWait)
		if err != nil || peek.News != Unchanged || string(peek.Data) != "value" {
			t.Fatalf("%+v, %v", peek, err)
		}
		if err := peek.Release(); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("Lost", func(t *testing.T) {
		channel := create(t, Options{Kind: Topic})
		for i := 0; i < 100; i++ {
			write(t, channel, strings.Repeat("x", 10_000))
		}
		_, news, err := channel.Read(NoWait, make([]byte, 10_000))
		if news != Lost || err != nil {
			t.Fatal(news, err)
		}
	})
	t.Run("Redelivered", func(t *testing.T) {
		writer := create(t, Options{Kind: Queue})
		write(t, writer, "job")
		reader := open(t, &Options{Access: Read})
		if _, err := reader.Peek(NoWait); err != nil {
			t.Fatal(err)
		}
		reader.Close()
		expectRead(t, writer, "job", Redelivered)
	})
}

func TestCloseEndsReads(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	time.AfterFunc(20*time.Millisecond, func() { channel.Close() })
	_, _, err := channel.Read(background, nil)
	expectError(t, err, ErrClosed)
}

func TestLoan(t *testing.T) {
	channel := create(t, Options{Kind: Topic})
	loan, err := channel.Loan(background, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer loan.Abort()
	_, err = channel.Write(nil)
	expectError(t, err, ErrState)
	expectError(t, loan.Commit(101), ErrSize)
	size := copy(loan.Data, "lent")
	if err := loan.Commit(size); err != nil {
		t.Fatal(err)
	}
	expectError(t, loan.Commit(size), ErrState)
	second, err := channel.Loan(background, 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := loan.Abort(); err != nil { // that of the first one
		t.Fatal(err)
	}
	if err := second.Abort(); err != nil {
		t.Fatal(err)
	}
	write(t, channel, "behind")
	expectRead(t, channel, "lent", NoNews)
	expectRead(t, channel, "behind", NoNews)
}

func TestACopyOfALoanEndsNoOther(t *testing.T) {
	channel := create(t, Options{Kind: Topic})
	loan, err := channel.Loan(background, 100)
	if err != nil {
		t.Fatal(err)
	}
	copied := loan
	if err := loan.Commit(copy(loan.Data, "first")); err != nil {
		t.Fatal(err)
	}
	second, err := channel.Loan(background, 100)
	if err != nil {
		t.Fatal(err)
	}
	expectError(t, copied.Commit(0), ErrState)
	if err := copied.Abort(); err != nil {
		t.Fatal(err)
	}
	if err := second.Commit(copy(second.Data, "second")); err != nil {
		t.Fatal(err)
	}
	expectRead(t, channel, "first", NoNews)
	expectRead(t, channel, "second", NoNews)
	_, _, err = channel.Read(NoWait, nil)
	expectError(t, err, ErrEmpty)
}

func TestACopyOfAPeekReleasesNoOther(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	for _, message := range []string{"first", "second"} {
		write(t, channel, message)
	}
	peek, err := channel.Peek(background)
	if err != nil {
		t.Fatal(err)
	}
	copied := peek
	if err := peek.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := channel.Peek(background)
	if err != nil {
		t.Fatal(err)
	}
	if err := copied.Release(); err != nil {
		t.Fatal(err)
	}
	if string(second.Data) != "second" {
		t.Fatalf("%q", second.Data)
	}
	_, err = channel.Peek(NoWait) // the second is still held
	expectError(t, err, ErrState)
	if err := second.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestACopyOfALockUnlocksNoOther(t *testing.T) {
	channel := create(t, Options{Kind: Block, Capacity: 64})
	lock, err := channel.Lock(background)
	if err != nil {
		t.Fatal(err)
	}
	copied := lock
	if err := lock.Unlock(0); err != nil {
		t.Fatal(err)
	}
	second, err := channel.Lock(background)
	if err != nil {
		t.Fatal(err)
	}
	if err := copied.Keep(); err != nil {
		t.Fatal(err)
	}
	expectError(t, copied.Unlock(0), ErrState)
	if err := second.Unlock(copy(second.Data, "value")); err != nil {
		t.Fatal(err)
	}
	expectRead(t, channel, "value", NoNews)
}

func TestEveryErrorIsAnError(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	block, err := Open(t.Name()+" block", &Options{Create: true, Kind: Block, Capacity: 64})
	if err != nil {
		t.Fatal(err)
	}
	defer block.Close()
	_, openError := Open("no such channel", nil)
	_, nameError := Open("a\x00b", nil)
	_, _, readError := channel.ReadBatch(NoWait, NewBatch(0, 0))
	_, anyError := WaitAny(NoWait)
	_, lockError := channel.Lock(NoWait)
	loan, err := channel.Loan(background, 4)
	if err != nil {
		t.Fatal(err)
	}
	sizeError := loan.Commit(5)
	if err := loan.Commit(4); err != nil {
		t.Fatal(err)
	}
	lock, err := block.Lock(background)
	if err != nil {
		t.Fatal(err)
	}
	negativeError := lock.Unlock(-1)
	if err := lock.Keep(); err != nil {
		t.Fatal(err)
	}
	for i, err := range []error{openError, nameError, readError, anyError, lockError, sizeError, loan.Commit(4),
		(&Loan{}).Commit(0), negativeError, lock.Unlock(1), channel.Flush()} {
		var known *Error
		if !errors.As(err, &known) || known.Text == "" || known.Status >= 0 {
			t.Errorf("error %d is %#v", i, err)
		}
	}
}

func TestLock(t *testing.T) {
	channel := create(t, Options{Kind: Block, Capacity: 64})
	write(t, channel, "12")
	lock, err := channel.Lock(background)
	if err != nil || lock.Size != 2 || len(lock.Data) != 64 || string(lock.Data[:2]) != "12" {
		t.Fatalf("%+v, %v", lock, err)
	}
	expectError(t, lock.Unlock(65), ErrSize)
	expectError(t, lock.Unlock(-1), ErrSize)
	copy(lock.Data[2:], "34")
	expectRead(t, channel, "12", NoNews)
	if err := lock.Unlock(4); err != nil {
		t.Fatal(err)
	}
	expectError(t, lock.Unlock(4), ErrState)
	expectRead(t, channel, "1234", NoNews)
	if lock, err = channel.Lock(background); err != nil {
		t.Fatal(err)
	}
	copy(lock.Data, "xxxx")
	if err := lock.Keep(); err != nil {
		t.Fatal(err)
	}
	expectRead(t, channel, "1234", Unchanged)
}

func TestPeek(t *testing.T) {
	channel := create(t, Options{Kind: Topic})
	write(t, channel, "first")
	write(t, channel, "second")
	peek, err := channel.Peek(background)
	if err != nil || string(peek.Data) != "first" {
		t.Fatalf("%+v, %v", peek, err)
	}
	_, _, err = channel.Read(NoWait, nil)
	expectError(t, err, ErrState)
	if err := peek.Release(); err != nil {
		t.Fatal(err)
	}
	if peek, err = channel.Peek(background); err != nil || string(peek.Data) != "second" {
		t.Fatalf("%+v, %v", peek, err)
	}
	for i := 0; i < 100; i++ {
		write(t, channel, strings.Repeat("x", 10_000))
	}
	expectError(t, peek.Release(), ErrOvertaken)
	if err := peek.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestBatch(t *testing.T) {
	channel := create(t, Options{Kind: Queue, Timed: true})
	start := time.Now()
	wanted := [][]byte{[]byte("a"), {}, []byte("three")}
	if n, err := channel.WriteBatch(background, wanted); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := channel.WriteBatch(background, nil); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	n, err := channel.WriteBatch(NoWait, [][]byte{[]byte("fits"), make([]byte, 1024*1024)})
	expectError(t, err, ErrSize)
	if n != 1 {
		t.Fatal(n)
	}
	messages, news, err := channel.ReadBatch(background, NewBatch(10, 1024))
	if len(messages) != 4 || news != NoNews || err != nil {
		t.Fatal(messages, news, err)
	}
	for i, message := range messages[:3] {
		age := message.Time.Sub(start)
		if !bytes.Equal(message.Data, wanted[i]) || message.Sequence != uint64(i+1) || age < -time.Minute || age > time.Minute {
			t.Fatalf("%+v", message)
		}
	}
}

func TestAnEmptyMessageBehindAFullBatchLiesInItsMemory(t *testing.T) {
	channel := create(t, Options{Kind: Queue})
	write(t, channel, "all of it")
	write(t, channel, "")
	batch := NewBatch(2, 16)
	messages, _, err := channel.ReadBatch(NoWait, batch)
	if len(messages) != 2 || err != nil {
		t.Fatal(messages, err)
	}
	if offset := uintptr(batch.raw[1].data) - uintptr(pointer(batch.buffer)); offset >= uintptr(len(batch.buffer)) {
		t.Fatal(offset)
	}
}

// A batch that waits for room, and is interrupted by another call's cancellation, goes on where it was.
func TestBatchLargerThanTheRing(t *testing.T) {
	writer := create(t, Options{Kind: Queue, Access: Write, Capacity: 4096})
	reader := open(t, &Options{Access: Read})
	messages := make([][]byte, 500)
	for i := range messages {
		messages[i] = []byte(fmt.Sprint(i))
	}
	result := make(chan error)
	go func() {
		n, err := writer.WriteBatch(background, messages)
		if n != len(messages) {
			err = fmt.Errorf("%d, %w", n, err)
		}
		result <- err
	}()
	for i, buffer := 0, make([]byte, 8); i < len(messages); i++ {
		if i%50 == 0 {
			time.Sleep(time.Millisecond)
			shmCancel(writer.handle)
		}
		n, _, err := reader.Read(background, buffer)
		if err != nil || string(buffer[:n]) != fmt.Sprint(i) {
			t.Fatalf("%q, %v; want %d", buffer[:n], err, i)
		}
	}
	if err := <-result; err != nil {
		t.Fatal(err)
	}
}

func TestWaitAny(t *testing.T) {
	first := create(t, Options{Kind: Queue})
	second, err := Open(t.Name()+"2", &Options{Kind: Queue, Capacity: 4096, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	_, err = WaitAny(NoWait, first, second)
	expectError(t, err, ErrEmpty)
	write(t, second, "here")
	if index, err := WaitAny(background, first, second); index != 1 || err != nil {
		t.Fatal(index, err)
	}
	_, err = WaitAny(NoWait)
	expectError(t, err, ErrArgument)
	_, err = WaitAny(NoWait, make([]*Channel, 32)[:0]...)
	expectError(t, err, ErrArgument)
	tooMany := make([]*Channel, 32)
	for i := range tooMany {
		tooMany[i] = first
	}
	_, err = WaitAny(NoWait, tooMany...)
	expectError(t, err, ErrArgument)
}

// collect has everything collected that nobody refers to, and its finalizers run.
func collect() {
	for i := 0; i < 3; i++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

func readers(t testing.TB, channel *Channel) int {
	t.Helper()
	info, err := channel.Info()
	if err != nil {
		t.Fatal(err)
	}
	return info.Readers
}

func TestAForgottenChannelIsClosed(t *testing.T) {
	writer := create(t, Options{Kind: Queue, Access: Write})
	func() {
		if _, err := Open(t.Name(), &Options{Access: Read}); err != nil {
			t.Fatal(err)
		}
	}()
	for end := time.Now().Add(10 * time.Second); readers(t, writer) != 0; collect() {
		if time.Now().After(end) {
			t.Fatal("it is still open")
		}
	}
}

func TestAChannelThatIsReadIsNotForgotten(t *testing.T) {
	writer := create(t, Options{Kind: Queue, Access: Write})
	result := make(chan error)
	go func() {
		reader, err := Open(t.Name(), &Options{Access: Read})
		if err == nil {
			_, _, err = reader.Read(background, nil)
		}
		result <- err
	}()
	for readers(t, writer) == 0 {
		time.Sleep(time.Millisecond)
	}
	collect()
	write(t, writer, "")
	if err := <-result; err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsLentAndForgottenIsGivenBack(t *testing.T) {
	topic := create(t, Options{Kind: Topic, WhenFull: Wait})
	write(t, topic, "first")
	write(t, topic, "second")
	block, err := Open(t.Name()+" block", &Options{Create: true, Kind: Block, Capacity: 64})
	if err != nil {
		t.Fatal(err)
	}
	defer block.Close()
	lend := func() []func() error {
		loan, loanError := topic.Loan(NoWait, 8)
		peek, peekError := topic.Peek(NoWait)
		lock, lockError := block.Lock(NoWait)
		for _, err := range []error{loanError, peekError, lockError} {
			if err != nil && !errors.Is(err, ErrState) {
				t.Fatal(err)
			}
		}
		if loanError != nil || peekError != nil || lockError != nil {
			loan.Abort()
			peek.Release()
			lock.Keep()
			return nil
		}
		return []func() error{loan.Abort, peek.Release, lock.Keep}
	}
	if lend() == nil {
		t.Fatal("nothing was lent")
	}
	var ends []func() error
	for end := time.Now().Add(10 * time.Second); ; collect() {
		if ends = lend(); ends != nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("it is still lent")
		}
	}
	collect()
	for _, end := range ends {
		if err := end(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnOpenTimeoutIsATime(t *testing.T) {
	_, err := Open(t.Name(), &Options{OpenTimeout: -time.Second})
	expectError(t, err, ErrArgument)
	if !strings.Contains(err.Error(), "OpenTimeout is -1s") {
		t.Fatal(err)
	}
}

func TestReadAndWriteDoNotAllocate(t *testing.T) {
	channel := create(t, Options{Kind: Topic})
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	message := make([]byte, 64)
	buffer := make([]byte, 64)
	if allocations := testing.AllocsPerRun(1000, func() {
		channel.Write(message)
		channel.Read(ctx, buffer)
		loan, _ := channel.Loan(ctx, 64)
		copy(loan.Data, message)
		loan.Commit(64)
		peek, _ := channel.Peek(ctx)
		copy(buffer, peek.Data)
		peek.Release()
	}); allocations != 0 {
		t.Fatal(allocations)
	}
}

func TestEveryStatusHasAText(t *testing.T) {
	for status := Status(_SHM_S_REDELIVERED); status >= ErrUnavailable; status-- {
		if status.Error() == Status(12345).Error() {
			t.Fatal(int(status))
		}
	}
}
