//go:build windows

// Command caller calls a ShmBroker service, and writes its answers to its output.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
	"samples/internal/console"
)

const usage = `Calls a ShmBroker service with a text, or with the lines of its input, and prints each answer.
Usage: caller [OPTIONS] [TEXT]

  TEXT               What to call with. Without it, every line of the input (UTF-8) is a request
  --channel NAME     The service's name [Echo]
  --repeat N         How often to call with each text; 0: until Ctrl-C [1]
  --timeout MS       Milliseconds to wait for an answer [5000]

Text is sent and expected as UTF-16LE without a terminator.
`

type settings struct {
	channel string
	text    *string
	repeat  uint32
	timeout uint32
}

func readSettings(arguments []string) (settings, error) {
	chosen := settings{repeat: 1, timeout: 5000}
	line := console.NewCommandLine(usage)
	line.StringVar(&chosen.channel, "channel", "Echo", "")
	line.Number("repeat", &chosen.repeat)
	line.Number("timeout", &chosen.timeout)
	texts, err := line.Texts(arguments)
	switch {
	case err != nil:
		return chosen, err
	case len(texts) > 1:
		return chosen, console.Usagef("one TEXT is enough, and %q is another; is it a text in quotes?", texts[1])
	case len(texts) == 1:
		chosen.text = &texts[0]
	}
	return chosen, nil
}

type caller struct {
	settings
	channel *shmbroker.Channel
}

func run(ctx context.Context, arguments []string) (int, error) {
	chosen, err := readSettings(arguments)
	if err != nil {
		return 0, err
	}
	options := shmbroker.Options{Access: shmbroker.Client, Kind: shmbroker.Service}
	channel, err := shmbroker.Open(chosen.channel, &options)
	if err != nil {
		return 0, err
	}
	defer channel.Close()
	c := caller{settings: chosen, channel: channel}
	return console.Done, c.callAll(ctx)
}

func (c *caller) callAll(ctx context.Context) error {
	if c.text != nil {
		return c.repeatCall(ctx, *c.text)
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
		if err := c.repeatCall(ctx, line); err != nil {
			return err
		}
	}
}

// repeatCall calls with a text as often as it is to be called with.
func (c *caller) repeatCall(ctx context.Context, text string) error {
	request := console.BytesOf(text)
	for i := uint32(0); c.repeat == 0 || i < c.repeat; i++ {
		if err := c.call(ctx, request); err != nil {
			return err
		}
	}
	return nil
}

// call prints an answer. A refusal is an error as any other; errors.As finds its code, in a *shmbroker.RefusedError.
func (c *caller) call(ctx context.Context, request []byte) error {
	ctx, cancel := console.Timeout(ctx, c.timeout)
	defer cancel()
	answer, err := c.channel.Call(ctx, request)
	if err != nil {
		return err
	}
	if _, err := os.Stdout.Write(append(console.AppendText(nil, answer), '\n')); err != nil {
		return fmt.Errorf("cannot write: whoever read the output has gone (%w)", err)
	}
	return nil
}

func main() { console.Main("caller", run) }
