package server

import (
	"fmt"
	"syscall"
	"unsafe"
)

var (
	advapi32             = syscall.NewLazyDLL("advapi32.dll")
	getNamedSecurityInfo = advapi32.NewProc("GetNamedSecurityInfoW")
	getAce               = advapi32.NewProc("GetAce")
	isWellKnownSid       = advapi32.NewProc("IsWellKnownSid")
)

const (
	seFileObject            = 1
	daclSecurityInformation = 4

	accessAllowed = 0
	inheritOnly   = 8

	fileReadData = 0x0001
	genericRead  = 0x80000000
	genericAll   = 0x10000000
)

// Groups that everybody on the machine is in, or may be: Everyone, Anonymous, Authenticated Users, Interactive, Network,
// BUILTIN\Users and Guests, as IsWellKnownSid numbers them.
var everybody = []uintptr{1, 13, 17, 11, 9, 27, 28}

type acl struct {
	revision, _ byte
	size, count uint16
	_           uint16
}

type ace struct {
	kind, flags byte
	size        uint16
	mask        uint32
	sid         uint32 // its first bytes
}

// checkPrivate refuses a file with a secret that others may read.
func checkPrivate(path string) error {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	var dacl *acl
	var descriptor syscall.Handle
	status, _, _ := getNamedSecurityInfo.Call(uintptr(unsafe.Pointer(name)), seFileObject, daclSecurityInformation,
		0, 0, uintptr(unsafe.Pointer(&dacl)), 0, uintptr(unsafe.Pointer(&descriptor)))
	if status != 0 {
		return fmt.Errorf("%s: %w", path, syscall.Errno(status))
	}
	defer syscall.LocalFree(descriptor)
	if dacl == nil || isReadable(dacl) {
		return fmt.Errorf(`%s has a secret, and every user may read it; icacls "%s" /inheritance:r /grant:r `+
			`Administrators:F "NT SERVICE\ShmBridge:R"`, path, path)
	}
	return nil
}

func isReadable(dacl *acl) bool {
	for i := uint16(0); i < dacl.count; i++ {
		var entry *ace
		if ok, _, _ := getAce.Call(uintptr(unsafe.Pointer(dacl)), uintptr(i), uintptr(unsafe.Pointer(&entry))); ok == 0 {
			continue
		}
		if entry.kind != accessAllowed || entry.flags&inheritOnly != 0 ||
			entry.mask&(fileReadData|genericRead|genericAll) == 0 {
			continue
		}
		for _, group := range everybody {
			if is, _, _ := isWellKnownSid.Call(uintptr(unsafe.Pointer(&entry.sid)), group); is != 0 {
				return true
			}
		}
	}
	return false
}
