// Package host makes the bridge a Windows service: installs it, and is what the service control manager sees.
package host

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"unsafe"
)

type serviceStatus struct {
	kind, state, accepted, exitCode, specificCode, checkPoint, waitHint uint32
}

type serviceEntry struct {
	name *uint16
	main uintptr
}

const (
	ownProcess   = 0x10
	stopped      = 1
	startPending = 2
	stopPending  = 3
	running      = 4

	acceptStop     = 1
	acceptShutdown = 4

	controlStop        = 1
	controlInterrogate = 4
	controlShutdown    = 5

	serviceSpecificError   = 1066
	callNotImplemented     = 120
	errNotStartedByManager = syscall.Errno(1063)
)

// service is the one of this process. The manager calls it in threads of its own.
var service struct {
	run    func(context.Context) error
	ctx    context.Context
	end    context.CancelFunc
	err    error
	mutex  sync.Mutex
	handle uintptr
	state  uint32
}

// Serve runs as a service until the manager ends it.
func Serve(run func(context.Context) error) error {
	service.run = run
	service.ctx, service.end = context.WithCancel(context.Background())
	table := []serviceEntry{{utf16(serviceName), syscall.NewCallback(serviceMain)}, {}}
	ok, _, err := startServiceCtrlDispatcher.Call(uintptr(unsafe.Pointer(&table[0])))
	if ok == 0 {
		if err == errNotStartedByManager {
			return fmt.Errorf("'shmbridge service' is for the service control manager; use 'shmbridge run'")
		}
		return err
	}
	return service.err
}

func serviceMain(count uint32, arguments **uint16) uintptr {
	name := utf16(serviceName)
	handle, _, err := registerServiceCtrlHandlerEx.Call(uintptr(unsafe.Pointer(name)), syscall.NewCallback(control), 0)
	if handle == 0 {
		service.err = err
		return 0
	}
	service.handle = handle
	tell(running, 0)
	service.err = service.run(service.ctx)
	code := uint32(0)
	if service.err != nil {
		WriteEvent("error", service.err.Error())
		code = 1
	}
	tell(stopped, code)
	return 0
}

func control(code, event uint32, data, context uintptr) uintptr {
	switch code {
	case controlStop, controlShutdown:
		tell(stopPending, 0)
		service.end()
	case controlInterrogate:
		tell(0, 0)
	default:
		return callNotImplemented
	}
	return 0
}

// tell says to the manager in which state the service is; 0: the one that it was told last.
func tell(state, code uint32) {
	service.mutex.Lock()
	defer service.mutex.Unlock()
	if state != 0 {
		service.state = state
	}
	status := serviceStatus{kind: ownProcess, state: service.state, waitHint: 20_000}
	if service.state == running {
		status.accepted = acceptStop | acceptShutdown
		status.waitHint = 0
	}
	if code != 0 {
		status.exitCode, status.specificCode = serviceSpecificError, code
	}
	setServiceStatus.Call(service.handle, uintptr(unsafe.Pointer(&status)))
}
