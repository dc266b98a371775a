//go:build !windows

package shmbroker

var errNotWindows = &Error{Status: ErrSystem, Text: "ShmBroker shares memory between Windows programs; this is another system."}

// load comes before the first call of any function of the DLL, which does not exist here.
func load() error { return errNotWindows }
