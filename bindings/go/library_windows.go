package shmbroker

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"unsafe"
)

const dllName = "shmclient.dll"

var (
	dll = syscall.NewLazyDLL(dllName) // load gives it its path

	loading   sync.Once
	loadError error
)

// load comes before the first call of any function of the DLL, which would end the program without it.
func load() error {
	loading.Do(func() {
		path, unfit := findDLL()
		if path == "" {
			text := fmt.Sprintf("there is no %s for %s %s; install it, or put a copy beside the program%s",
				dllName, runtime.GOARCH, places(), unfit)
			loadError = &Error{Status: ErrSystem, Text: text}
			return
		}
		dll.Name = path
		for _, each := range procedures {
			found := dll.NewProc(each.name)
			if err := found.Find(); err != nil {
				text := fmt.Sprintf("%s is older than this package: %v Install a newer ShmBroker.", path, err)
				loadError = &Error{Status: ErrSystem, Text: text, cause: err}
				return
			}
			*each.address = found.Addr()
		}
	})
	return loadError
}

// findDLL gives the first DLL that can be loaded, and what is said of others. It does not leave the search to Windows,
// which looks into the current folder and those of PATH, too, where anybody may have put one.
func findDLL() (path, unfit string) {
	for _, folder := range folders() {
		candidate := filepath.Join(folder, dllName)
		if info, err := os.Stat(candidate); err != nil || info.IsDir() {
			continue
		}
		if _, err := syscall.LoadDLL(candidate); err != nil {
			unfit += fmt.Sprintf(" (%s can't be loaded: %v)", candidate, err) // of another width, say
			continue
		}
		return candidate, unfit
	}
	return "", unfit
}

// places is in the words of every language's package.
func places() string {
	installed := installFolder()
	if installed == "" {
		installed = "it is not"
	}
	return fmt.Sprintf("beside the program (%s) or where ShmBroker is installed (%s)", programFolder(), installed)
}

func folders() (all []string) {
	if program := programFolder(); program != "" {
		all = append(all, program)
	}
	if installed := installFolder(); installed != "" {
		all = append(all, installed)
	}
	return all
}

func programFolder() string {
	program, err := os.Executable()
	if err != nil {
		return ""
	}
	return filepath.Dir(program)
}

// installFolder gives what the installer has noted, for programs of this width; if it has not, "".
func installFolder() string {
	installed := notedFolder()
	if installed != "" && unsafe.Sizeof(uintptr(0)) == 4 {
		return filepath.Join(installed, "x86")
	}
	return installed
}

func notedFolder() string {
	const keyWow64_64 = 0x100 // for a 32-bit program, too
	subkey, _ := syscall.UTF16PtrFromString(`Software\ShmBroker`)
	value, _ := syscall.UTF16PtrFromString("InstallDir")
	var key syscall.Handle
	if syscall.RegOpenKeyEx(syscall.HKEY_LOCAL_MACHINE, subkey, 0, syscall.KEY_READ|keyWow64_64, &key) != nil {
		return ""
	}
	defer syscall.RegCloseKey(key)
	var text [32768]uint16
	var kind uint32
	size := uint32(unsafe.Sizeof(text))
	err := syscall.RegQueryValueEx(key, value, nil, &kind, (*byte)(unsafe.Pointer(&text[0])), &size)
	if err != nil || kind != syscall.REG_SZ {
		return ""
	}
	return syscall.UTF16ToString(text[:size/2])
}
