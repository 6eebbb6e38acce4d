package enginetest

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Dir is a backup's directory for tests, with a disk that can be full or can lie.
type Dir struct {
	root string

	// Room is how many bytes can still be written; what goes beyond fails. Negative: no
	// limit.
	Room int64
	// Lose makes the first file that is at least one byte long lose its last byte, unseen.
	Lose bool
}

// NewDir is an empty directory that goes away with the test.
func NewDir(t *testing.T) *Dir { return &Dir{root: t.TempDir(), Room: -1} }

// Path is where a name lies.
func (d *Dir) Path(name string) string { return filepath.Join(d.root, filepath.FromSlash(name)) }

// Names are all files in it, in order.
func (d *Dir) Names(t *testing.T) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(d.root), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// Create implements executor.Dir.
func (d *Dir) Create(name string) (io.WriteCloser, error) {
	path := d.Path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &writer{d, f}, nil
}

// Open implements executor.Dir.
func (d *Dir) Open(name string) (io.ReadCloser, error) { return os.Open(d.Path(name)) }

type writer struct {
	d *Dir
	f *os.File
}

func (w *writer) Write(p []byte) (int, error) {
	if w.d.Room < 0 {
		return w.f.Write(p)
	}
	if int64(len(p)) > w.d.Room {
		n, _ := w.f.Write(p[:w.d.Room])
		w.d.Room = 0
		return n, &fs.PathError{Op: "write", Path: w.f.Name(), Err: errFull}
	}
	w.d.Room -= int64(len(p))
	return w.f.Write(p)
}

func (w *writer) Close() error {
	info, err := w.f.Stat()
	if err == nil && w.d.Lose && info.Size() > 0 {
		w.d.Lose = false
		err = w.f.Truncate(info.Size() - 1)
	}
	if err != nil {
		w.f.Close()
		return err
	}
	return w.f.Close()
}
