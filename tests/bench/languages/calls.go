//go:build windows

// calls CHANNEL COUNT: what a call costs through the Go binding. It writes and reads a topic of 1 MiB by turns, a
// thousand messages of 64 bytes each time, and checks every one of them. Then it makes round trips for the benchmark
// to measure, which answers on CHANNEL.answer what it is asked on CHANNEL.ask.
package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"time"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
)

const (
	turn = 1000
	size = 64
)

// fill makes the message of a number: it, and what follows from it.
func fill(message []byte, number uint64) {
	for i := uint64(0); i < size/8; i++ {
		binary.LittleEndian.PutUint64(message[8*i:], number+i*0x9E3779B97F4A7C15)
	}
}

type bench struct {
	writer, reader *shmbroker.Channel
	sent, received [turn][size]byte
	write, read    time.Duration
}

func (b *bench) run(first uint64) error {
	for i := range b.sent {
		fill(b.sent[i][:], first+uint64(i))
	}
	start := time.Now()
	for i := range b.sent {
		if _, err := b.writer.Write(b.sent[i][:]); err != nil {
			return err
		}
	}
	written := time.Now()
	for i := range b.received {
		n, news, err := b.reader.Read(context.Background(), b.received[i][:])
		if n != size || news != shmbroker.NoNews || err != nil {
			return fmt.Errorf("number %d: %d bytes, %v %v", first+uint64(i), n, news, err)
		}
	}
	b.read += time.Since(written)
	b.write += written.Sub(start)
	for i := range b.received {
		if b.received[i] != b.sent[i] {
			return fmt.Errorf("number %d came as % x", first+uint64(i), b.received[i])
		}
	}
	return nil
}

func roundTrips(channel string, count uint64) error {
	ask, err := shmbroker.Open(channel+".ask", &shmbroker.Options{Access: shmbroker.Write})
	if err != nil {
		return err
	}
	defer ask.Close()
	answer, err := shmbroker.Open(channel+".answer", &shmbroker.Options{Access: shmbroker.Read, Next: true})
	if err != nil {
		return err
	}
	defer answer.Close()
	ctx, cancel := context.WithCancel(context.Background()) // as in a program that can be told to end
	defer cancel()
	var question, room [size]byte
	for i := uint64(0); i < count; i++ {
		fill(question[:], i)
		if _, err := ask.Write(question[:]); err != nil {
			return err
		}
		if n, _, err := answer.Read(ctx, room[:]); n != size || err != nil || room != question {
			return fmt.Errorf("question %d: answered with %d bytes, % x, %v", i, n, room, err)
		}
	}
	return nil
}

func run(arguments []string) error {
	if len(arguments) != 2 {
		return fmt.Errorf("usage: calls CHANNEL COUNT")
	}
	count, err := strconv.ParseUint(arguments[1], 10, 32)
	if err != nil || count < turn {
		return fmt.Errorf("COUNT is a number from %d on, not %q", turn, arguments[1])
	}
	var b bench
	if b.writer, err = shmbroker.Open(arguments[0], &shmbroker.Options{Access: shmbroker.Write}); err != nil {
		return err
	}
	defer b.writer.Close()
	b.reader, err = shmbroker.Open(arguments[0], &shmbroker.Options{Access: shmbroker.Read, Next: true})
	if err != nil {
		return err
	}
	defer b.reader.Close()
	turns := count / turn
	for i := uint64(0); i < turns; i++ {
		if err := b.run(i * turn); err != nil {
			return err
		}
	}
	if err := roundTrips(arguments[0], count/100); err != nil {
		return err
	}
	calls := time.Duration(turns * turn)
	fmt.Printf("write %d read %d\n", (b.write / calls).Nanoseconds(), (b.read / calls).Nanoseconds())
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "calls:", err)
		os.Exit(1)
	}
}
