//go:build !windows

package host

import (
	"context"
	"errors"
)

var errWindows = errors.New("services are for Windows")

// DefaultConfig is for tests on other systems.
func DefaultConfig() string { return "shmbridge.json" }

// Serve fails: there is no service control manager.
func Serve(func(context.Context) error) error { return errWindows }

// WriteEvent does nothing: there is no event log.
func WriteEvent(level, text string) {}

// Install fails.
func Install(program, config, data string) error { return errWindows }

// Uninstall fails.
func Uninstall() error { return errWindows }
