// flow writes and reads numbered messages, for the tests of the bridge. A message's number is that of its place in its
// channel, from 0: so a writer that was killed goes on where it was, and a reader notices what is missing or comes twice.
//
//	flow write KIND CHANNEL COUNT SIZE   until the channel has had so many messages
//	flow read KIND CHANNEL COUNT         until that many have come; a queue's in any order, each once
//	flow set BLOCK TEXT, flow get BLOCK TEXT
//
// And to measure, with topics OUT and IN, for which see measure.go:
//
//	flow rate OUT IN SIZE SECONDS WINDOW
//	flow latency OUT IN SIZE COUNT
//	flow pace TOPIC SIZE RATE SECONDS, flow follow TOPIC SIZE COUNT
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
)

const patience = 25 * time.Minute

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "see main.go")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "flow:", err)
		os.Exit(1)
	}
	fmt.Println("done")
}

func run(command string, words []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	switch command {
	case "set", "get":
		return useBlock(ctx, command, words[0], words[1])
	case "rate":
		return rate(ctx, words[0], words[1], number(words[2]), number(words[3]), number(words[4]))
	case "latency":
		return latency(ctx, words[0], words[1], number(words[2]), number(words[3]))
	case "pace":
		return pace(ctx, words[0], number(words[1]), number(words[2]), number(words[3]))
	case "follow":
		return follow(ctx, words[0], number(words[1]), number(words[2]))
	case "write":
		return write(ctx, words[0], words[1], number(words[2]), number(words[3]))
	case "read":
		return read(ctx, words[0], words[1], number(words[2]))
	}
	return errors.New("no such command")
}

func number(word string) uint64 {
	n, _ := strconv.ParseUint(word, 10, 64)
	return n
}

var kinds = map[string]shmbroker.Kind{"topic": shmbroker.Topic, "queue": shmbroker.Queue}

// fill makes the message of a number: its bytes differ from those of any other.
func fill(message []byte, number uint64) {
	for i := range message {
		message[i] = byte(number>>(8*(i%3))) ^ byte(i)
	}
	binary.LittleEndian.PutUint64(message, number)
}

// open waits for a service that was killed, and comes again.
func open(name string, options *shmbroker.Options) (*shmbroker.Channel, error) {
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		channel, err := shmbroker.Open(name, options)
		if !errors.Is(err, shmbroker.ErrNoService) && !errors.Is(err, shmbroker.ErrTimeout) || time.Now().After(end) {
			return channel, err
		}
	}
}

func write(ctx context.Context, kind, name string, count, size uint64) error {
	channel, err := open(name, &shmbroker.Options{Kind: kinds[kind], Access: shmbroker.Write})
	if err != nil {
		return err
	}
	defer channel.Close()
	stats, err := channel.Stats()
	if err != nil {
		return err
	}
	for next := stats.Sequence; next < count; {
		var batch [][]byte
		for i := next; i < count && len(batch) < 64; i++ {
			message := make([]byte, size)
			fill(message, i)
			batch = append(batch, message)
		}
		written, err := channel.WriteBatch(ctx, batch)
		if next += uint64(written); err != nil {
			return fmt.Errorf("after %d messages: %w", next, err)
		}
	}
	return nil
}

func read(ctx context.Context, kind, name string, count uint64) error {
	channel, err := open(name, &shmbroker.Options{Kind: kinds[kind], Access: shmbroker.Read})
	if err != nil {
		return err
	}
	defer channel.Close()
	fmt.Println("ready")
	batch := shmbroker.NewBatch(256, 1<<20)
	seen := map[uint64]bool{}
	for last := uint64(0); uint64(len(seen)) < count && (kind == "queue" || last < count); {
		messages, _, err := channel.ReadBatch(ctx, batch)
		if err != nil {
			return fmt.Errorf("after %d messages, %d in all: %w", last, len(seen), err)
		}
		for _, message := range messages {
			number := binary.LittleEndian.Uint64(message.Data)
			expected := make([]byte, len(message.Data))
			fill(expected, number)
			switch {
			case string(expected) != string(message.Data):
				return fmt.Errorf("message %d is not what was written", number)
			case kind == "topic" && number+1 != message.Sequence:
				return fmt.Errorf("message %d came as number %d", number, message.Sequence-1)
			case kind == "queue" && seen[number]:
				return fmt.Errorf("message %d came twice", number)
			}
			if kind == "queue" {
				seen[number] = true
			}
			last = message.Sequence
		}
	}
	return nil
}

func useBlock(ctx context.Context, command, name, text string) error {
	access := map[string]shmbroker.Access{"set": shmbroker.Write, "get": shmbroker.Read}[command]
	channel, err := open(name, &shmbroker.Options{Kind: shmbroker.Block, Access: access})
	if err != nil {
		return err
	}
	defer channel.Close()
	if command == "set" {
		return channel.WriteContext(ctx, []byte(text))
	}
	buffer := make([]byte, 4096)
	for {
		read, _, err := channel.Read(ctx, buffer)
		if err != nil || string(buffer[:read]) == text {
			return err
		}
	}
}
