package mysqlengine

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"cwb/executor"
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

// memoryDir is the directory of one small backup, which costs nothing.
type memoryDir struct {
	mu    sync.Mutex
	files map[string]*bytes.Buffer
}

func newMemoryDir() *memoryDir { return &memoryDir{files: map[string]*bytes.Buffer{}} }

func (d *memoryDir) Create(name string) (io.WriteCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files[name] != nil {
		return nil, fs.ErrExist
	}
	d.files[name] = &bytes.Buffer{}
	return memoryFile{d.files[name]}, nil
}

func (d *memoryDir) Open(name string) (io.ReadCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files[name] == nil {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(d.files[name].Bytes())), nil
}

type memoryFile struct{ *bytes.Buffer }

func (memoryFile) Close() error { return nil }

// takeInto takes a backup into a directory.
func takeInto[D executor.Dir](ctx context.Context, e *Engine, dir D) (executor.Content, D, error) {
	p, err := e.Prepare(ctx, executor.TakeSpec{})
	if err != nil {
		return executor.Content{}, dir, err
	}
	defer p.Close()
	if _, err := p.Capture(ctx); err != nil {
		return executor.Content{}, dir, err
	}
	c, err := p.ReadOut(ctx, dir, nil)
	return c, dir, err
}
