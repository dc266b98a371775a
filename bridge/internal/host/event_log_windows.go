package host

import (
	"path/filepath"
	"sync"
	"syscall"
	"unsafe"
)

const (
	localMachine = 0x80000002
	sourceKey    = `SYSTEM\CurrentControlSet\Services\EventLog\Application\` + serviceName
	allAccess    = 0xF003F
	expandString = 2
	dword        = 4
)

var (
	eventLevels = map[string]uintptr{"error": 1, "warning": 2, "info": 4}
	source      uintptr
	sourceOnce  sync.Once
)

// WriteEvent writes to the event log Application. Id 1 of EventCreate's messages is the text alone.
func WriteEvent(level, text string) {
	sourceOnce.Do(func() {
		name := utf16(serviceName)
		source, _, _ = registerEventSource.Call(0, uintptr(unsafe.Pointer(name)))
	})
	words, err := syscall.UTF16PtrFromString(text)
	if source == 0 || err != nil {
		return
	}
	reportEvent.Call(source, eventLevels[level], 0, 1, 0, 1, 0, uintptr(unsafe.Pointer(&words)), 0)
}

// registerSource says where Windows finds the text of events.
func registerSource() {
	key, created := uintptr(0), uint32(0)
	name := utf16(sourceKey)
	status, _, _ := regCreateKeyEx.Call(localMachine, uintptr(unsafe.Pointer(name)), 0, 0, 0, allAccess, 0,
		uintptr(unsafe.Pointer(&key)), uintptr(unsafe.Pointer(&created)))
	if status != 0 {
		return
	}
	defer syscall.RegCloseKey(syscall.Handle(key))
	file := syscall.StringToUTF16(filepath.Join("%SystemRoot%", "System32", "EventCreate.exe"))
	fileName, typesName, types := utf16("EventMessageFile"), utf16("TypesSupported"), uint32(7)
	regSetValueEx.Call(key, uintptr(unsafe.Pointer(fileName)), 0, expandString, uintptr(unsafe.Pointer(&file[0])),
		uintptr(2*len(file)))
	regSetValueEx.Call(key, uintptr(unsafe.Pointer(typesName)), 0, dword, uintptr(unsafe.Pointer(&types)), 4)
}

func forgetSource() {
	name := utf16(sourceKey)
	regDeleteKey.Call(localMachine, uintptr(unsafe.Pointer(name)))
}
