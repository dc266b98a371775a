//go:build windows

// Command receiver reads messages from a ShmBroker channel, and writes them to its output.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
	"samples/internal/console"
)

const usage = `Prints what comes through a ShmBroker channel, a line for each message.
Usage: receiver [OPTIONS]

  --channel NAME     The channel's name [MapName]
  --count N          End after so many messages; otherwise go on until Ctrl-C
  --timeout MS       End when nothing has come for so many milliseconds; 0: read what there is. Otherwise wait for
                     ever
  --notify none|event|window
                     How to wait: none (in the read itself), event (ShmGetWaitHandle) or window
                     (ShmNotifyWindow) [none]
  --binary           Write the bytes of each message, and nothing between two messages
  --next             Begin with the next message, not with what the channel holds already
  --in-place         Look at each message where it lies in the shared memory, without a copy

Text is expected as UTF-16LE and printed as UTF-8. News and errors go to stderr.
`

type settings struct {
	channel string
	count   uint32
	timeout uint32
	notify  string
	binary  bool
	next    bool
	inPlace bool
}

func readSettings(arguments []string) (settings, error) {
	chosen := settings{timeout: console.Forever}
	line := console.NewCommandLine(usage)
	line.StringVar(&chosen.channel, "channel", "MapName", "")
	line.Number("count", &chosen.count)
	line.Number("timeout", &chosen.timeout)
	line.StringVar(&chosen.notify, "notify", "none", "")
	line.BoolVar(&chosen.binary, "binary", false, "")
	line.BoolVar(&chosen.next, "next", false, "")
	line.BoolVar(&chosen.inPlace, "in-place", false, "")
	texts, err := line.Texts(arguments)
	switch {
	case err != nil:
		return chosen, err
	case len(texts) != 0:
		return chosen, console.Usagef("%q is not an option", texts[0])
	}
	switch chosen.notify {
	case "none", "event", "window":
		return chosen, nil
	}
	return chosen, console.Usagef("--notify is none, event or window, not %q", chosen.notify)
}

type receiver struct {
	settings
	channel  *shmbroker.Channel
	notice   console.Notice // nil: reads wait
	buffer   []byte
	output   []byte // what goes to standard output for the message last taken
	received uint32
}

func run(ctx context.Context, arguments []string) (int, error) {
	chosen, err := readSettings(arguments)
	if err != nil {
		return 0, err
	}
	options := shmbroker.Options{Access: shmbroker.Read, Next: chosen.next}
	channel, err := shmbroker.Open(chosen.channel, &options)
	if err != nil {
		return 0, err
	}
	defer channel.Close()
	r := receiver{settings: chosen, channel: channel}
	if err := r.prepare(ctx); err != nil {
		return 0, err
	}
	if r.notice != nil {
		defer r.notice.Close()
	}
	tell("reading channel '%s'", chosen.channel)
	timeIsUp, err := r.receiveAll(ctx)
	if err != nil {
		return 0, err
	}
	if err := r.tellEnd(); err != nil {
		return 0, err
	}
	if timeIsUp && r.received == 0 {
		return console.TimedOut, nil
	}
	return console.Done, nil
}

func (r *receiver) prepare(ctx context.Context) (err error) {
	if !r.inPlace {
		info, err := r.channel.Info()
		if err != nil {
			return err
		}
		r.buffer = make([]byte, info.MaxMessage)
	}
	switch r.notify {
	case "event":
		r.notice, err = console.EventNotice(ctx, r.channel)
	case "window":
		r.notice, err = console.WindowNotice(ctx, r.channel)
	}
	return err
}

// receiveAll goes on until it has enough, Ctrl-C comes, or the time is up.
func (r *receiver) receiveAll(ctx context.Context) (timeIsUp bool, err error) {
	for ctx.Err() == nil && (r.count == 0 || r.received < r.count) {
		news, err := r.next(ctx)
		switch {
		case news == shmbroker.Unchanged || isOver(err):
			return true, nil
		case errors.Is(err, context.Canceled):
			return false, nil
		case err != nil:
			return false, err
		}
		if err := r.print(news); err != nil {
			return false, err
		}
	}
	return false, nil
}

// next waits for a message and takes it.
func (r *receiver) next(ctx context.Context) (shmbroker.News, error) {
	if r.notice == nil {
		ctx, cancel := console.Timeout(ctx, r.timeout)
		defer cancel()
		return r.take(ctx)
	}
	for {
		news, err := r.take(shmbroker.NoWait)
		if news != shmbroker.Unchanged && !isOver(err) {
			return news, err
		}
		if err := r.notice.Wait(r.timeout); err != nil {
			return news, err
		}
	}
}

// take makes output of a message, copied or where it lies.
func (r *receiver) take(ctx context.Context) (shmbroker.News, error) {
	if !r.inPlace {
		size, news, err := r.channel.Read(ctx, r.buffer)
		r.render(r.buffer[:size])
		return news, err
	}
	for {
		peek, err := r.channel.Peek(ctx)
		if err != nil {
			return shmbroker.NoNews, err
		}
		news := peek.News
		r.render(peek.Data)
		err = peek.Release()
		if !errors.Is(err, shmbroker.ErrOvertaken) { // if so, there is another one
			return news, err
		}
	}
}

// isOver tells whether an error says that the time is up, and not that something is wrong.
func isOver(err error) bool {
	return errors.Is(err, shmbroker.ErrEmpty) || errors.Is(err, context.DeadlineExceeded)
}

func (r *receiver) render(message []byte) {
	if r.binary {
		r.output = append(r.output[:0], message...)
	} else {
		r.output = append(console.AppendText(r.output[:0], message), '\n')
	}
}

func (r *receiver) print(news shmbroker.News) error {
	r.received++
	switch news {
	case shmbroker.Lost:
		tell("messages before number %d were lost", r.received)
	case shmbroker.Redelivered:
		tell("number %d was taken before, by a reader that died or gave it back, and may have acted on it", r.received)
	}
	if _, err := os.Stdout.Write(r.output); err != nil {
		return fmt.Errorf("cannot write: whoever read the output has gone (%w)", err)
	}
	return nil
}

func (r *receiver) tellEnd() error {
	stats, err := r.channel.Stats()
	if err != nil {
		return err
	}
	tell("messages read: %d, lost: %d", r.received, stats.Lost)
	return nil
}

func tell(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "receiver: "+format+"\n", values...)
}

func main() { console.Main("receiver", run) }
