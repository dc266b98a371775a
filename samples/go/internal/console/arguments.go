//go:build windows

package console

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"time"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
)

// helpWanted is a program's usage, as an error.
type helpWanted string

func (helpWanted) Error() string { return "help" }

var errUsage = errors.New("wrong usage")

type usageError string

func (e usageError) Error() string        { return string(e) }
func (e usageError) Is(target error) bool { return target == errUsage }

// Usagef makes an error of a wrong command line.
func Usagef(format string, values ...any) error { return usageError(fmt.Sprintf(format, values...)) }

// A CommandLine is a flag.FlagSet whose options may also come behind and between other arguments.
type CommandLine struct {
	flag.FlagSet
	usage string
}

// NewCommandLine makes one that answers --help with the usage and the exit codes.
func NewCommandLine(usage string) *CommandLine {
	line := &CommandLine{usage: usage}
	line.Init("", flag.ContinueOnError)
	line.SetOutput(io.Discard)
	return line
}

// Number defines an option of 32 bits without a sign.
func (l *CommandLine) Number(name string, value *uint32) {
	l.Func(name, "", func(text string) error {
		number, err := strconv.ParseUint(text, 10, 32)
		*value = uint32(number)
		if err != nil {
			return errors.New("not a number from 0 to 4294967295")
		}
		return nil
	})
}

// Texts reads the command line, and gives what are no options. Behind -- nothing is.
func (l *CommandLine) Texts(arguments []string) ([]string, error) {
	var texts []string
	for {
		switch err := l.Parse(arguments); {
		case errors.Is(err, flag.ErrHelp):
			return nil, helpWanted(l.usage)
		case err != nil:
			return nil, usageError(err.Error())
		}
		rest := l.Args()
		taken := arguments[:len(arguments)-len(rest)]
		if len(rest) == 0 || len(taken) > 0 && taken[len(taken)-1] == "--" {
			return append(texts, rest...), nil
		}
		texts, arguments = append(texts, rest[0]), rest[1:]
	}
}

// Timeout makes the context of a call that may take so many milliseconds.
func Timeout(ctx context.Context, ms uint32) (context.Context, context.CancelFunc) {
	switch {
	case ms == 0 && ctx.Err() == nil:
		return shmbroker.NoWait, func() {}
	case ms == Forever:
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Duration(ms)*time.Millisecond)
}

// Forever is a time that is never up.
const Forever = 0xFFFFFFFF
