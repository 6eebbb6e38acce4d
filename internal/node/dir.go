package node

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"sync"

	"cwb/executor"
)

// storeDir is the directory of one backup, as an engine sees it while it reads out. Engines
// write several files side by side.
type storeDir struct {
	f    Folder
	base string
	mu   sync.Mutex
	made map[string]bool // directories that have new names in them
}

var _ executor.Dir = (*storeDir)(nil)

func newStoreDir(f Folder, base string) *storeDir {
	return &storeDir{f: f, base: base, made: map[string]bool{base: true}}
}

// Create makes a new file whose Close syncs it.
func (d *storeDir) Create(name string) (io.WriteCloser, error) {
	if !local(name) || reserved(name) {
		return nil, fmt.Errorf("%q cannot be the name of a backup's file", name)
	}
	if err := d.makeParents(name); err != nil {
		return nil, err
	}
	file, err := d.f.Create(path.Join(d.base, name))
	if err != nil {
		return nil, err
	}
	return syncing{file}, nil
}

func (d *storeDir) makeParents(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.parents(path.Dir(name))
}

func (d *storeDir) parents(name string) error {
	full := path.Join(d.base, name)
	if d.made[full] {
		return nil
	}
	if err := d.parents(path.Dir(name)); err != nil {
		return err
	}
	if err := d.f.Mkdir(full); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d.made[full] = true
	return nil
}

// Open reads a file of the backup.
func (d *storeDir) Open(name string) (io.ReadCloser, error) {
	if !local(name) {
		return nil, fmt.Errorf("%q is no path below a backup", name)
	}
	return d.f.Open(path.Join(d.base, name))
}

// finish makes the new names durable.
func (d *storeDir) finish() error {
	var names []string
	for name := range d.made {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if err := syncDir(d.f, name); err != nil {
			return err
		}
	}
	return nil
}

// reserved are the names that the records have.
func reserved(name string) bool {
	switch name {
	case begunFile, manifestFile, recordFile, holdFile, acceptedFile:
		return true
	}
	return isCheckFile(name)
}

// syncing syncs a file before it closes it.
type syncing struct{ file File }

func (s syncing) Write(p []byte) (int, error) { return s.file.Write(p) }

func (s syncing) Close() error { return errors.Join(s.file.Sync(), s.file.Close()) }
