//go:build windows

package console

import (
	"context"
	"os"
	"syscall"
	"unsafe"
)

var (
	kernel32               = syscall.NewLazyDLL("kernel32.dll")
	createEvent            = kernel32.NewProc("CreateEventW")
	setEvent               = kernel32.NewProc("SetEvent")
	waitForMultipleObjects = kernel32.NewProc("WaitForMultipleObjects")

	user32                    = syscall.NewLazyDLL("user32.dll")
	createWindow              = user32.NewProc("CreateWindowExW")
	destroyWindow             = user32.NewProc("DestroyWindow")
	dispatchMessage           = user32.NewProc("DispatchMessageW")
	msgWaitForMultipleObjects = user32.NewProc("MsgWaitForMultipleObjectsEx")
	peekMessage               = user32.NewProc("PeekMessageW")
)

const (
	hwndMessage     = ^uintptr(2) // HWND_MESSAGE, -3
	wmApp           = 0x8000
	pmRemove        = 1
	qsAllInput      = 0x04FF
	inputAvailable  = 4 // MWMO_INPUTAVAILABLE
	waitFailed      = 0xFFFFFFFF
	waitObject0     = syscall.WAIT_OBJECT_0
	waitTimeout     = syscall.WAIT_TIMEOUT
	infinite        = syscall.INFINITE
	manualReset     = 1
	initiallyNotSet = 0
)

// msg is a MSG.
type msg struct {
	window  uintptr
	message uint32
	wParam  uintptr
	lParam  uintptr
	time    uint32
	x, y    int32
}

// doneEvent makes an event that is set when the context is done. It lives as long as the process.
func doneEvent(ctx context.Context) (syscall.Handle, error) {
	event, _, err := createEvent.Call(0, manualReset, initiallyNotSet, 0)
	if event == 0 {
		return 0, os.NewSyscallError("CreateEvent", err)
	}
	go func() {
		<-ctx.Done()
		setEvent.Call(event)
	}()
	return syscall.Handle(event), nil
}

func waitForFirst(handles []syscall.Handle, timeoutMs uint32) (uint32, error) {
	result, _, err := waitForMultipleObjects.Call(uintptr(len(handles)), uintptr(unsafe.Pointer(&handles[0])), 0,
		uintptr(timeoutMs))
	if result == waitFailed {
		return 0, os.NewSyscallError("WaitForMultipleObjects", err)
	}
	return uint32(result), nil
}
