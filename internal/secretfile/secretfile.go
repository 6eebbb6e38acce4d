// Package secretfile reads the files that policies name instead of secrets: option files,
// credentials and keys.
package secretfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"cwb/executor"
)

// MaxBytes bounds what a file of secrets can be.
const MaxBytes = 64 << 10

// Read reads a small regular file that others may not read. It is opened without blocking, so
// that a FIFO in its place hangs nobody. Errors wrap [executor.ErrRefused] when the file is
// not such a one.
func Read(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, errors.Join(executor.ErrRefused, err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w: %q is no regular file", executor.ErrRefused, path)
	case info.Mode().Perm()&0o007 != 0:
		return nil, fmt.Errorf("%w: %q has mode %04o, so everybody on this machine can use the secret in it; run: chmod 600 %s", executor.ErrRefused, path, info.Mode().Perm(), path)
	case info.Size() > MaxBytes:
		return nil, fmt.Errorf("%w: %q has %d bytes, more than a file of secrets has: at most %d", executor.ErrRefused, path, info.Size(), MaxBytes)
	}
	return io.ReadAll(io.LimitReader(f, MaxBytes))
}
