//go:build !windows

package bridge

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFolder makes sure that no other bridge uses the folder. The lock ends with the process.
func lockFolder(folder string) (func(), error) {
	file, err := os.OpenFile(filepath.Join(folder, "shmbridge.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		file.Close()
		return nil, fmt.Errorf("another shmbridge runs with the data folder %s; --data names another one", folder)
	}
	return func() { file.Close() }, nil
}
