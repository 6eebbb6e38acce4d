//go:build servers

package mysqlengine

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// testDir is the directory of one backup, on disk.
type testDir string

func newTestDir(t testing.TB) testDir { return testDir(t.TempDir()) }

func (d testDir) Create(name string) (io.WriteCloser, error) {
	path := filepath.Join(string(d), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (d testDir) Open(name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(d), filepath.FromSlash(name)))
}
