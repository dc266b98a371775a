package shmbroker

import (
	"fmt"
	"sync"
	"syscall"
)

var (
	// Windows looks beside the program, in its own folders and on PATH.
	dll        = syscall.NewLazyDLL("shmclient.dll")
	procedures []*syscall.LazyProc

	loading   sync.Once
	loadError error
)

func procedure(name string) *syscall.LazyProc {
	found := dll.NewProc(name)
	procedures = append(procedures, found)
	return found
}

// load comes before the first call of any function of the DLL, which would panic without it.
func load() error {
	loading.Do(func() {
		for _, each := range procedures {
			if err := each.Find(); err != nil {
				text := fmt.Sprintf("%v Install ShmBroker, or put its shmclient.dll beside this program.", err)
				loadError = &Error{Status: ErrSystem, Text: text, cause: err}
				return
			}
		}
	})
	return loadError
}
