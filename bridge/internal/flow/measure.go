package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sort"
	"sync/atomic"
	"time"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
)

// A path is a topic into which messages are written, and the one from which they come: the same one, or one behind two
// bridges. Each message is checked: its number is the next one, and its bytes are those of that number.
type path struct {
	in, out *shmbroker.Channel
	size    int
	sent    uint64
	next    uint64
	batch   *shmbroker.Batch
	began   time.Time
	delays  []time.Duration // of messages that have come
}

// pattern is what messages consist of: each begins at another place in it.
var pattern = func() []byte {
	all := make([]byte, 1<<20)
	for i := range all {
		all[i] = byte(i*31) ^ byte(i>>8)
	}
	return all
}()

const (
	stampSize = 16 // number and time
	atOnce    = 256
)

func openPath(out, in string, size uint64) (*path, error) {
	p := &path{size: int(size), batch: shmbroker.NewBatch(atOnce, 1<<20), began: time.Now()}
	var err error
	if p.in, err = open(in, &shmbroker.Options{Kind: shmbroker.Topic, Access: shmbroker.Read, Next: true}); err != nil {
		return nil, err
	}
	p.out, err = open(out, &shmbroker.Options{Kind: shmbroker.Topic, Access: shmbroker.Write})
	return p, err
}

func (p *path) rest(number uint64) []byte {
	begin := number * 257 % (1 << 18)
	return pattern[begin : begin+uint64(p.size-stampSize)]
}

func (p *path) write(ctx context.Context, count int) error {
	messages := make([][]byte, count)
	memory := make([]byte, count*p.size)
	for i := range messages {
		messages[i] = memory[i*p.size : (i+1)*p.size]
		binary.LittleEndian.PutUint64(messages[i], p.sent)
		binary.LittleEndian.PutUint64(messages[i][8:], uint64(time.Since(p.began)))
		copy(messages[i][stampSize:], p.rest(p.sent))
		p.sent++
	}
	_, err := p.out.WriteBatch(ctx, messages)
	return err
}

// read reads what has come, and checks it.
func (p *path) read(ctx context.Context) (int, error) {
	messages, _, err := p.in.ReadBatch(ctx, p.batch)
	if err != nil {
		return 0, fmt.Errorf("after %d messages: %w", p.next, err)
	}
	now := time.Since(p.began)
	for _, message := range messages {
		number := binary.LittleEndian.Uint64(message.Data)
		if number != p.next {
			return 0, fmt.Errorf("message %d came, and not %d", number, p.next)
		}
		if !bytes.Equal(message.Data[stampSize:], p.rest(number)) {
			return 0, fmt.Errorf("message %d is not what was written", number)
		}
		p.delays = append(p.delays, now-time.Duration(binary.LittleEndian.Uint64(message.Data[8:])))
		p.next++
	}
	return len(messages), nil
}

// rate writes for some seconds as fast as it goes with so many messages under way at most, and reads them all.
func rate(ctx context.Context, out, in string, size, seconds, window uint64) error {
	p, err := openPath(out, in, size)
	if err != nil {
		return err
	}
	var read atomic.Uint64
	room := make(chan struct{}, 1)
	written := make(chan error, 1)
	begin := time.Now()
	var total atomic.Uint64
	total.Store(^uint64(0))
	go func() {
		count := atOnce
		if window < 2*atOnce {
			count = int(window+1) / 2
		}
		for time.Since(begin) < time.Duration(seconds)*time.Second {
			for p.sent+uint64(count) > read.Load()+window {
				<-room
			}
			if err := p.write(ctx, count); err != nil {
				written <- err
				return
			}
		}
		total.Store(p.sent)
		written <- p.write(ctx, 1) // the one that ends the reader's wait
	}()
	for p.next <= total.Load() {
		if _, err := p.read(ctx); err != nil {
			return err
		}
		p.delays = p.delays[:0]
		read.Store(p.next)
		select {
		case room <- struct{}{}:
		default:
		}
	}
	took := time.Since(begin).Seconds()
	fmt.Printf("rate %.0f\nmessages %d\n", float64(p.next)/took, p.next)
	return <-written
}

// latency writes one message after another has come, with a pause between.
func latency(ctx context.Context, out, in string, size, count uint64) error {
	p, err := openPath(out, in, size)
	if err != nil {
		return err
	}
	for p.next < count {
		if err := p.write(ctx, 1); err != nil {
			return err
		}
		for p.next < p.sent {
			if _, err := p.read(ctx); err != nil {
				return err
			}
		}
		time.Sleep(time.Millisecond)
	}
	p.showDelays()
	return nil
}

func (p *path) showDelays() {
	sort.Slice(p.delays, func(i, j int) bool { return p.delays[i] < p.delays[j] })
	of := func(part float64) float64 {
		return float64(p.delays[int(part*float64(len(p.delays)-1))].Nanoseconds()) / 1e3
	}
	fmt.Printf("median %.1f\np99 %.1f\nmessages %d\n", of(0.5), of(0.99), p.next)
}

// pace writes so many messages a second for some seconds.
func pace(ctx context.Context, name string, size, perSecond, seconds uint64) error {
	p, err := openPath(name, name, size)
	if err != nil {
		return err
	}
	p.in.Close()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	begin, total := time.Now(), perSecond*seconds
	for p.sent < total {
		<-ticker.C
		for {
			due := uint64(time.Since(begin).Seconds() * float64(perSecond))
			if due > total {
				due = total
			}
			if due > p.sent+atOnce {
				due = p.sent + atOnce
			}
			if due <= p.sent {
				break
			}
			if err := p.write(ctx, int(due-p.sent)); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow reads and checks so many messages that another process writes.
func follow(ctx context.Context, name string, size, count uint64) error {
	p, err := openPath(name, name, size)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for p.next < count {
		if _, err := p.read(ctx); err != nil {
			return err
		}
		p.delays = p.delays[:0]
	}
	return nil
}
