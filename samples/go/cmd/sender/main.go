//go:build windows

// Command sender writes messages to a ShmBroker channel, from its command line or from its input.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
	"unicode/utf16"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
	"samples/internal/console"
)

const usage = `Sends text, or the lines of its input, through a ShmBroker channel.
Usage: sender [OPTIONS] [TEXT]

  TEXT               What to send. Without it, every line of the input (UTF-8) is a message
  --channel NAME     The channel's name [MapName]
  --repeat N         How often to send each message; 0: until Ctrl-C [1]
  --interval MS      Milliseconds between two messages [0]
  --timeout MS       Milliseconds to wait for room, or for another writer [5000]
  --binary           Send the whole input as one message of bytes
  --in-place         Write each message where it lies in the shared memory, without a copy

Text is sent as UTF-16LE without a terminator.
`

type settings struct {
	channel  string
	text     *string
	repeat   uint32
	interval uint32
	timeout  uint32
	binary   bool
	inPlace  bool
}

func readSettings(arguments []string) (settings, error) {
	chosen := settings{repeat: 1, timeout: 5000}
	line := console.NewCommandLine(usage)
	line.StringVar(&chosen.channel, "channel", "MapName", "")
	line.Number("repeat", &chosen.repeat)
	line.Number("interval", &chosen.interval)
	line.Number("timeout", &chosen.timeout)
	line.BoolVar(&chosen.binary, "binary", false, "")
	line.BoolVar(&chosen.inPlace, "in-place", false, "")
	texts, err := line.Texts(arguments)
	switch {
	case err != nil:
		return chosen, err
	case len(texts) > 1:
		return chosen, console.Usagef("one TEXT is enough, and %q is another; is it a text in quotes?", texts[1])
	case len(texts) == 1 && chosen.binary:
		return chosen, console.Usagef("--binary takes its bytes from the input, not TEXT")
	case len(texts) == 1:
		chosen.text = &texts[0]
	}
	return chosen, nil
}

// A message has a size, and can be put where it is to be.
type message struct {
	size int
	put  func(memory []byte)
}

func textMessage(text string) message {
	units := utf16.Encode([]rune(text))
	return message{2 * len(units), func(memory []byte) { console.PutText(memory, units) }}
}

func bytesMessage(bytes []byte) message {
	return message{len(bytes), func(memory []byte) { copy(memory, bytes) }}
}

type sender struct {
	settings
	channel *shmbroker.Channel
	info    shmbroker.Info
	sent    bool
}

func run(ctx context.Context, arguments []string) (int, error) {
	chosen, err := readSettings(arguments)
	if err != nil {
		return 0, err
	}
	channel, err := shmbroker.Open(chosen.channel, &shmbroker.Options{Access: shmbroker.Write})
	if err != nil {
		return 0, err
	}
	defer channel.Close()
	info, err := channel.Info()
	if err != nil {
		return 0, err
	}
	s := sender{settings: chosen, channel: channel, info: info}
	return console.Done, s.sendAll(ctx)
}

func (s *sender) sendAll(ctx context.Context) error {
	if s.binary {
		// One more than the channel takes is enough to be told so.
		input := io.LimitReader(os.Stdin, s.info.MaxMessage+1)
		bytes, err := console.OrDone(ctx, func() ([]byte, error) { return io.ReadAll(input) })
		if err != nil {
			return err
		}
		return s.send(ctx, bytesMessage(bytes))
	}
	if s.text != nil {
		return s.send(ctx, textMessage(*s.text))
	}
	lines := console.NewLines(os.Stdin)
	for {
		line, err := console.OrDone(ctx, lines.Next)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.send(ctx, textMessage(line)); err != nil {
			return err
		}
	}
}

// send sends a message as often as it is to be sent.
func (s *sender) send(ctx context.Context, m message) error {
	for i := uint32(0); s.repeat == 0 || i < s.repeat; i++ {
		if s.sent && s.interval != 0 {
			select {
			case <-time.After(time.Duration(s.interval) * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		s.sent = true
		if err := s.write(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *sender) write(ctx context.Context, m message) error {
	ctx, cancel := console.Timeout(ctx, s.timeout)
	defer cancel()
	if s.inPlace {
		return s.writeInPlace(ctx, m)
	}
	bytes := make([]byte, m.size)
	m.put(bytes)
	return s.channel.WriteContext(ctx, bytes)
}

func (s *sender) writeInPlace(ctx context.Context, m message) error {
	if s.info.Kind != shmbroker.Block {
		loan, err := s.channel.Loan(ctx, m.size)
		if err != nil {
			return err
		}
		defer loan.Abort()
		m.put(loan.Data)
		return loan.Commit(m.size)
	}
	lock, err := s.channel.Lock(ctx)
	if err != nil {
		return err
	}
	defer lock.Keep()
	if m.size <= len(lock.Data) { // if not, Unlock says so
		m.put(lock.Data)
	}
	return lock.Unlock(m.size)
}

func main() { console.Main("sender", run) }
