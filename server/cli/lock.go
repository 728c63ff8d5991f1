package cli

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the file for this process; the system gives it back when the process ends, however it does.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errOwned
	}
	return err
}
