//go:build !windows

package shmbroker

// Nothing waits here: load fails first.
var pollers noPollers

type noPollers struct{}

func (noPollers) add(event uintptr, wake chan<- struct{}) bool { return false }
func (noPollers) remove(wake chan<- struct{})                  {}
