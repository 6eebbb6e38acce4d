package cassandraengine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"cwb/executor"
)

const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK // a fifo must not hold us up

// openUnchanged opens a file without following a link, and only when it is still the one that
// was found.
func openUnchanged(f found) (*os.File, error) {
	file, err := os.OpenFile(f.path(), os.O_RDONLY|noFollow, 0)
	if err != nil {
		return nil, err
	}
	if err := sameFile(file, f); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func sameFile(file *os.File, f found) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if stampOf(info) != f.stamp {
		return fmt.Errorf("%w: %q changed while it was read: something writes into snapshots", executor.ErrRefused, f.path())
	}
	return nil
}

// smallFile bounds what is read into memory of a TOC.txt, digest or manifest.json.
const smallFile = 16 << 20

func readSmall(f found) ([]byte, error) {
	if f.size > smallFile {
		return nil, fmt.Errorf("%w: %q is too big for what it should be (%d bytes)", executor.ErrRefused, f.path(), f.size)
	}
	file, err := openUnchanged(f)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data := make([]byte, f.size)
	_, err = io.ReadFull(file, data)
	return data, err
}
