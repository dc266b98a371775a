//go:build windows

// Command server answers the calls of a ShmBroker service with what was asked, and who has asked it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
	"samples/internal/console"
)

const usage = `Answers the calls of a ShmBroker service: TEXT with "TEXT, said process 1234".
Usage: server [OPTIONS]

  --channel NAME     The service's name [Echo]
  --count N          End after so many requests; otherwise go on until Ctrl-C
  --timeout MS       End when nobody has called for so many milliseconds; 0: answer who calls now. Otherwise wait for
                     ever

Text is UTF-16LE without a terminator. News and errors go to stderr.
`

type settings struct {
	channel string
	count   uint32
	timeout uint32
}

func readSettings(arguments []string) (settings, error) {
	chosen := settings{timeout: console.Forever}
	line := console.NewCommandLine(usage)
	line.StringVar(&chosen.channel, "channel", "Echo", "")
	line.Number("count", &chosen.count)
	line.Number("timeout", &chosen.timeout)
	texts, err := line.Texts(arguments)
	switch {
	case err != nil:
		return chosen, err
	case len(texts) != 0:
		return chosen, console.Usagef("%q is not an option", texts[0])
	}
	return chosen, nil
}

// Why it refuses: its own codes, for programs.
const (
	nothingSaid = 1
	tooMuchSaid = 2
)

type server struct {
	settings
	channel *shmbroker.Channel
	taken   uint32
	refused uint32
}

func run(ctx context.Context, arguments []string) (int, error) {
	chosen, err := readSettings(arguments)
	if err != nil {
		return 0, err
	}
	options := shmbroker.Options{Access: shmbroker.Server, Kind: shmbroker.Service}
	channel, err := shmbroker.Open(chosen.channel, &options)
	if err != nil {
		return 0, err
	}
	defer channel.Close()
	s := server{settings: chosen, channel: channel}
	tell("serving channel '%s'", chosen.channel)
	timeIsUp, err := s.serveAll(ctx)
	if err != nil {
		return 0, err
	}
	tell("requests taken: %d, refused: %d", s.taken, s.refused)
	if timeIsUp && s.taken == 0 {
		return console.TimedOut, nil
	}
	return console.Done, nil
}

// serveAll goes on until it has served enough, Ctrl-C comes, or the time is up.
func (s *server) serveAll(ctx context.Context) (timeIsUp bool, err error) {
	for ctx.Err() == nil && (s.count == 0 || s.taken < s.count) {
		request, err := s.next(ctx)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return true, nil
		case errors.Is(err, context.Canceled):
			return false, nil
		case err != nil:
			return false, err
		}
		s.taken++
		if err := s.answer(request); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (s *server) next(ctx context.Context) (*shmbroker.Request, error) {
	ctx, cancel := console.Timeout(ctx, s.timeout)
	defer cancel()
	return s.channel.Serve(ctx)
}

func (s *server) answer(request *shmbroker.Request) error {
	if len(request.Data) == 0 {
		return s.refuse(request, nothingSaid, "say something")
	}
	caller, err := request.Caller()
	if errors.Is(err, shmbroker.ErrState) {
		return nil // who has asked is gone
	}
	if err != nil {
		return err
	}
	text := string(console.AppendText(nil, request.Data))
	_, err = request.Answer(console.BytesOf(fmt.Sprintf("%s, said process %d", text, caller.PID)))
	if errors.Is(err, shmbroker.ErrSize) {
		return s.refuse(request, tooMuchSaid, "say less")
	}
	return err
}

func (s *server) refuse(request *shmbroker.Request, code int32, text string) error {
	s.refused++
	return request.Refuse(code, text)
}

func tell(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "server: "+format+"\n", values...)
}

func main() { console.Main("server", run) }
