package node_test

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
)

// simDisk is a file system in memory that knows what would survive a power cut: bytes of
// files that were synced, and names up to the last one whose directory was synced. Changes
// of names reach the disk in their order, as they do on journaling file systems, so a cut
// leaves a prefix of them.
type simDisk struct {
	mu      sync.Mutex
	seen    tree // what processes see
	durable tree // what a power cut leaves at least
	pending []change
	locks   map[string]any // path → the process that holds it
	free    int64
}

type tree map[string]*inode

type inode struct {
	dir    bool
	mode   fs.FileMode
	data   []byte
	synced []byte
}

// change is a change of names that is not durable yet.
type change struct {
	dirs  []string
	apply func(tree)
}

func newSimDisk(dirs ...string) *simDisk {
	d := &simDisk{seen: tree{}, durable: tree{}, locks: map[string]any{}, free: 1 << 30}
	for _, dir := range append(dirs, "/") {
		d.seen[dir] = &inode{dir: true, mode: 0o700}
		d.durable[dir] = d.seen[dir]
	}
	return d
}

// clone copies the whole world, so that many trials can start from one.
func (d *simDisk) clone() *simDisk {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := &simDisk{seen: tree{}, durable: tree{}, locks: map[string]any{}, free: d.free}
	for name, n := range d.seen {
		copied := &inode{n.dir, n.mode, slices.Clone(n.data), slices.Clone(n.data)}
		c.seen[name], c.durable[name] = copied, copied
	}
	return c
}

// record does a change of names now and remembers it until its directory is synced.
func (d *simDisk) record(apply func(tree), dirs ...string) {
	apply(d.seen)
	d.pending = append(d.pending, change{dirs, apply})
}

// commit makes all changes up to the last one in dir durable.
func (d *simDisk) commit(dir string) {
	last := -1
	for i, c := range d.pending {
		if slices.Contains(c.dirs, dir) {
			last = i
		}
	}
	d.flush(last + 1)
}

func (d *simDisk) flush(n int) {
	for _, c := range d.pending[:n] {
		c.apply(d.durable)
	}
	d.pending = d.pending[n:]
}

// end frees the locks of a process that has ended.
func (d *simDisk) end(process any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, holder := range d.locks {
		if holder == process {
			delete(d.locks, name)
		}
	}
}

// cut is a power cut: the first n pending changes of names reached the disk, and no bytes
// that were not synced.
func (d *simDisk) cut(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.flush(min(n, len(d.pending)))
	d.pending = nil
	d.seen = tree{}
	for name, n := range d.durable {
		left := &inode{n.dir, n.mode, slices.Clone(n.synced), slices.Clone(n.synced)}
		d.seen[name] = left
	}
	d.durable = tree{}
	for name, n := range d.seen {
		d.durable[name] = n
	}
	d.locks = map[string]any{}
}

func (d *simDisk) get(op, name string) (*inode, error) {
	n := d.seen[name]
	if n == nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: syscall.ENOENT}
	}
	return n, nil
}

func (d *simDisk) mkdir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[name] != nil {
		return &fs.PathError{Op: "mkdir", Path: name, Err: syscall.EEXIST}
	}
	if _, err := d.get("mkdir", path.Dir(name)); err != nil {
		return err
	}
	n := &inode{dir: true, mode: 0o700}
	d.record(func(t tree) { t[name] = n }, path.Dir(name))
	return nil
}

func (d *simDisk) create(name string, exclusive bool) (*inode, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := d.seen[name]; n != nil {
		if exclusive || n.dir {
			return nil, &fs.PathError{Op: "create", Path: name, Err: syscall.EEXIST}
		}
		return n, nil
	}
	if _, err := d.get("create", path.Dir(name)); err != nil {
		return nil, err
	}
	n := &inode{mode: 0o600}
	d.record(func(t tree) { t[name] = n }, path.Dir(name))
	return n, nil
}

func (d *simDisk) write(n *inode, p []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n.data = append(n.data, p...)
}

func (d *simDisk) sync(n *inode) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n.synced = slices.Clone(n.data)
}

func (d *simDisk) syncDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.commit(name)
	_, err := d.get("sync", name)
	return err
}

func (d *simDisk) read(name string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.get("open", name)
	if err == nil && n.dir {
		err = &fs.PathError{Op: "open", Path: name, Err: syscall.EISDIR}
	}
	if err != nil {
		return nil, err
	}
	return slices.Clone(n.data), nil
}

func (d *simDisk) stat(name string) (simInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.get("lstat", name)
	if err != nil {
		return simInfo{}, err
	}
	return simInfo{path.Base(name), n.dir, n.mode, int64(len(n.data))}, nil
}

// list returns the names directly below a directory, in order.
func (d *simDisk) list(dir string) ([]fs.DirEntry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.get("readdir", dir); err != nil {
		return nil, err
	}
	var entries []fs.DirEntry
	for name, n := range d.seen {
		if path.Dir(name) == dir && name != "/" {
			entries = append(entries, fs.FileInfoToDirEntry(simInfo{path.Base(name), n.dir, n.mode, int64(len(n.data))}))
		}
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	return entries, nil
}

func (d *simDisk) remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.get("remove", name)
	if err != nil {
		return err
	}
	if n.dir {
		for other := range d.seen {
			if strings.HasPrefix(other, name+"/") {
				return &fs.PathError{Op: "remove", Path: name, Err: syscall.ENOTEMPTY}
			}
		}
	}
	d.record(func(t tree) { delete(t, name) }, path.Dir(name))
	return nil
}

func (d *simDisk) rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.get("rename", from)
	if err != nil {
		return err
	}
	if _, err := d.get("rename", path.Dir(to)); err != nil {
		return err
	}
	if old := d.seen[to]; old != nil && (old.dir || n.dir) {
		return &fs.PathError{Op: "rename", Path: to, Err: syscall.EEXIST}
	}
	d.record(func(t tree) { move(t, from, to) }, path.Dir(from), path.Dir(to))
	return nil
}

func move(t tree, from, to string) {
	for name, n := range t {
		if name == from || strings.HasPrefix(name, from+"/") {
			delete(t, name)
			t[to+strings.TrimPrefix(name, from)] = n
		}
	}
}

func (d *simDisk) lock(name string, process any) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locks[name] != nil {
		return false
	}
	d.locks[name] = process
	if d.seen[name] == nil {
		n := &inode{mode: 0o600}
		d.record(func(t tree) { t[name] = n }, path.Dir(name))
	}
	return true
}

func (d *simDisk) locked(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.locks[name] != nil
}

func (d *simDisk) unlock(name string, process any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locks[name] == process {
		delete(d.locks, name)
	}
}

// files is everything below the given directories: path → content.
func (d *simDisk) files() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := map[string]string{}
	for name, n := range d.seen {
		if n.dir {
			all[name+"/"] = fmt.Sprintf("%04o", n.mode)
		} else {
			all[name] = string(n.data)
		}
	}
	return all
}

// plant puts a file there, durably, with the directories it needs.
func (d *simDisk) plant(name, content string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for dir := path.Dir(name); d.seen[dir] == nil; dir = path.Dir(dir) {
		n := &inode{dir: true, mode: 0o700}
		d.seen[dir], d.durable[dir] = n, n
	}
	n := &inode{mode: 0o600, data: []byte(content), synced: []byte(content)}
	d.seen[name], d.durable[name] = n, n
}

// simInfo is what Lstat says.
type simInfo struct {
	name string
	dir  bool
	mode fs.FileMode
	size int64
}

func (i simInfo) Name() string       { return i.name }
func (i simInfo) Size() int64        { return i.size }
func (i simInfo) ModTime() time.Time { return time.Time{} }
func (i simInfo) IsDir() bool        { return i.dir }
func (i simInfo) Sys() any           { return nil }
func (i simInfo) Mode() fs.FileMode {
	if i.dir {
		return i.mode | fs.ModeDir
	}
	return i.mode
}

// unlinkDurably removes a file as a database's own tool does it; what it does is not ours to
// sync.
func (d *simDisk) unlinkDurably(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.get("unlink", name); err != nil {
		return err
	}
	delete(d.seen, name)
	delete(d.durable, name)
	return nil
}
