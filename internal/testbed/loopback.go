package testbed

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// reservation keeps one name, such as a port's, from other test processes on this machine.
// It is a kernel lock on a file, so it ends with its process at the latest.
type reservation struct{ file *os.File }

// errTaken says that another process, or another server of this one, holds the name.
var errTaken = errors.New("taken")

func reserve(name string) (*reservation, error) {
	dir := filepath.Join(os.TempDir(), "cwb-testbed-reserved")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, errTaken
	}
	return &reservation{file}, nil
}

func (r *reservation) release() {
	if r != nil {
		r.file.Close()
	}
}

// attempts limits the search for something free; with the ranges below, failing that often
// means that something else is wrong.
const attempts = 200

// reserveNetwork reserves a prefix "127.x.y" of 254 loopback addresses.
func reserveNetwork() (prefix string, r *reservation, err error) {
	for range attempts {
		prefix = fmt.Sprintf("127.%d.%d", 16+rand.IntN(200), rand.IntN(256))
		if r, err = reserve(prefix); err == nil {
			return prefix, r, nil
		}
	}
	return "", nil, fmt.Errorf("find a free loopback network: %w", err)
}

// reservePort reserves a free port on host, below the range that the kernel gives out for
// outgoing connections.
func reservePort(host string) (port int, r *reservation, err error) {
	for range attempts {
		port = 20000 + rand.IntN(12000)
		if r, err = reserve(strconv.Itoa(port)); err != nil {
			continue
		}
		if err = portFree(host, port); err == nil {
			return port, r, nil
		}
		r.release()
	}
	return 0, nil, fmt.Errorf("find a free port on %s: %w", host, err)
}

// portFree tells, by listening there for a moment, whether a server could.
func portFree(host string, port int) error {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return listener.Close()
}
