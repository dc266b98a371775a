package bridge

import (
	"fmt"
	"path/filepath"
	"syscall"
)

// lockFolder makes sure that no other bridge uses the folder. The lock ends with the process.
func lockFolder(folder string) (func(), error) {
	name, err := syscall.UTF16PtrFromString(filepath.Join(folder, "shmbridge.lock"))
	if err != nil {
		return nil, err
	}
	file, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, 0, 0)
	const sharingViolation = syscall.Errno(32)
	if err == sharingViolation {
		return nil, fmt.Errorf("another shmbridge runs with the data folder %s; --data names another one", folder)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	return func() { syscall.CloseHandle(file) }, nil
}
