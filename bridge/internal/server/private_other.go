//go:build !windows

package server

import (
	"fmt"
	"os"
)

// checkPrivate refuses a file with a secret that others may read.
func checkPrivate(path string) error {
	about, err := os.Stat(path)
	if err != nil {
		return err
	}
	if about.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s has a secret, and others may read it; chmod 600 it", path)
	}
	return nil
}
