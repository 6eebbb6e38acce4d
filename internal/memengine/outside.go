package memengine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Outside is the file system that the Cassandra way leaves its snapshots in. Names are
// slash-separated and relative to a root.
type Outside interface {
	WriteFile(root, name string, data []byte) error // with the directories it needs
	ReadFile(root, name string) ([]byte, error)
	List(root string) ([]string, error) // all files, in order; none where there is no root
	RemoveFile(root, name string) error // with the directories that become empty
}

// Machine is this machine's file system.
type Machine struct{}

// WriteFile implements Outside.
func (Machine) WriteFile(root, name string, data []byte) error {
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// ReadFile implements Outside.
func (Machine) ReadFile(root, name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(root, name))
}

// List implements Outside.
func (Machine) List(root string) ([]string, error) {
	var names []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return names, nil
	}
	slices.Sort(names)
	return names, err
}

// RemoveFile implements Outside.
func (Machine) RemoveFile(root, name string) error {
	if err := os.Remove(filepath.Join(root, name)); err != nil {
		return err
	}
	for dir := filepath.Dir(name); dir != "."; dir = filepath.Dir(dir) {
		if os.Remove(filepath.Join(root, dir)) != nil {
			return nil // not empty
		}
	}
	return nil
}
