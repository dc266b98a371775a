//go:build windows

// Package console is what the programs share: their command lines, exit codes, and text.
package console

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
)

// Exit codes, the same in every language.
const (
	Done         = 0
	Failed       = 1
	WrongUsage   = 2
	NoService    = 3
	NoChannel    = 4
	AccessDenied = 5
	TimedOut     = 6
)

const ExitCodes = `
Exit codes:
  0  done, also when Ctrl-C ended it
  1  another error
  2  wrong usage
  3  the service is not running
  4  no channel has this name
  5  access denied
  6  the time was up before anything was read or written
`

// Main runs a program with a context that Ctrl-C cancels, says what went wrong, and exits.
func Main(name string, run func(ctx context.Context, arguments []string) (exitCode int, err error)) {
	// SIGTERM: the console closes, and Windows leaves us some seconds.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the program at once, whatever it waits for
	}()
	exitCode, err := run(ctx, os.Args[1:])
	var help helpWanted
	switch {
	case errors.As(err, &help):
		fmt.Print(string(help) + ExitCodes)
	case err != nil && ctx.Err() == nil:
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		exitCode = exitCodeFor(err)
		if errors.Is(err, errUsage) {
			fmt.Fprintf(os.Stderr, "See: %s --help\n", name)
		}
	}
	os.Exit(exitCode)
}

func exitCodeFor(err error) int {
	for _, each := range []struct {
		reason   error
		exitCode int
	}{
		{errUsage, WrongUsage},
		{shmbroker.ErrName, WrongUsage},
		{shmbroker.ErrNoService, NoService},
		{shmbroker.ErrNotFound, NoChannel},
		{shmbroker.ErrAccess, AccessDenied},
		{shmbroker.ErrTimeout, TimedOut},
		{shmbroker.ErrEmpty, TimedOut},
		{shmbroker.ErrFull, TimedOut},
		{context.DeadlineExceeded, TimedOut},
	} {
		if errors.Is(err, each.reason) {
			return each.exitCode
		}
	}
	return Failed
}

// OrDone gives what work gives, or the error of a context that is done before it. For what nothing can interrupt, such
// as a read of standard input.
func OrDone[T any](ctx context.Context, work func() (T, error)) (T, error) {
	var value T
	var err error
	done := make(chan struct{})
	go func() {
		value, err = work()
		close(done)
	}()
	select {
	case <-done:
		return value, err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
