package node_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"
	"syscall"

	"cwb/internal/memengine"
	"cwb/internal/node"
)

// fault is what goes wrong at one operation.
type fault string

const (
	noFault    fault = ""
	ioError    fault = "EIO"
	noSpace    fault = "ENOSPC"
	noAccess   fault = "EACCES"
	shortWrite fault = "short write" // half of it is written; at other operations like EIO
	lostReply  fault = "lost reply"  // it is done, and an error comes back
	killBefore fault = "killed before"
	killAfter  fault = "killed after"
	powerCut   fault = "power cut" // killed after, and what was not synced is lost
)

// faultsOf are the faults that make a difference at the k-th operation. To be killed after
// one is to be killed before the next. Whether a read was done before the end shows nowhere,
// and there are so many of them that each fails in one way, and its neighbour in another.
func faultsOf(k int, operation string) []fault {
	plain := []fault{ioError, noSpace, noAccess}[k%3]
	switch verb, _, _ := strings.Cut(operation, " "); verb {
	case "open", "read", "lstat", "readdir", "list", "locked", "free":
		return []fault{plain, killBefore, powerCut}[k/3%3:][:1]
	case "write":
		return []fault{plain, shortWrite, lostReply, killBefore, powerCut}
	}
	return []fault{plain, lostReply, killBefore, powerCut}
}

func allFaults() []fault {
	return []fault{ioError, noSpace, noAccess, shortWrite, lostReply, killBefore, killAfter, powerCut}
}

var errKilled = errors.New("the process was killed")

// process is one run of the tool on a simDisk: every operation on disk and engine goes
// through it, and the k-th one fails.
type process struct {
	disk *simDisk

	mu    sync.Mutex
	ops   int      // so far
	names []string // of all operations so far
	at    int      // the operation that fails, from 1; 0: none
	fault fault
	every func(name string) error // fails operations by their names; nil: none
	hit   string                  // which one it was
	dead  bool
}

var (
	_ node.Disk         = (*process)(nil)
	_ memengine.Outside = (*process)(nil)
)

// do counts an operation and lets it happen, or what the fault makes of it. half does a
// write by half; nil for operations that are no writes.
func (p *process) do(name string, whole func() error, half func()) error {
	if p.every != nil {
		if err := p.every(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	f := p.next(name)
	switch f {
	case noFault:
		return whole()
	case noSpace:
		return fmt.Errorf("%s: %w", name, syscall.ENOSPC)
	case noAccess:
		return fmt.Errorf("%s: %w", name, syscall.EACCES)
	case shortWrite:
		if half != nil {
			half()
			return fmt.Errorf("%s: %w", name, io.ErrShortWrite)
		}
		return fmt.Errorf("%s: %w", name, syscall.EIO)
	case lostReply:
		_ = whole()
		return fmt.Errorf("%s: reply lost: %w", name, syscall.EIO)
	case killAfter, powerCut:
		_ = whole()
		p.disk.end(p)
		return errKilled
	case killBefore:
		p.disk.end(p)
		return errKilled
	}
	return fmt.Errorf("%s: %w", name, syscall.EIO)
}

func (p *process) next(name string) fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return killBefore
	}
	p.ops++
	p.names = append(p.names, name)
	if p.ops != p.at {
		return noFault
	}
	p.hit = name
	switch p.fault {
	case killBefore, killAfter, powerCut:
		p.dead = true
	}
	return p.fault
}

func (p *process) killed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

// around lets engine operations fail like the others.
func (p *process) around(_ context.Context, op memengine.Op, do func() error) error {
	return p.do("engine "+string(op), do, nil)
}

// Open implements node.Disk.
func (p *process) Open(dir string) (node.Folder, error) {
	err := p.do("open "+dir, func() error {
		_, err := p.disk.stat(dir)
		return err
	}, nil)
	if err != nil {
		return nil, err
	}
	return &simFolder{p, dir}, nil
}

// Make implements node.Disk.
func (p *process) Make(dir string) error {
	return p.do("make "+dir, func() error {
		err := p.disk.mkdir(dir)
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		if err == nil {
			err = p.disk.syncDir(path.Dir(dir))
		}
		return err
	}, nil)
}

// Free implements node.Disk.
func (p *process) Free(dir string) (free int64, err error) {
	err = p.do("free "+dir, func() error {
		free = p.disk.free
		_, err := p.disk.stat(dir)
		return err
	}, nil)
	return free, err
}

// simFolder is a directory as a process has it open.
type simFolder struct {
	p   *process
	dir string
}

var _ node.Folder = (*simFolder)(nil)

func (f *simFolder) at(name string) string { return path.Join(f.dir, name) }

func (f *simFolder) do(op, name string, g func() error) error {
	return f.p.do(op+" "+f.at(name), g, nil)
}

func (f *simFolder) Open(name string) (r io.ReadCloser, err error) {
	err = f.do("read", name, func() error {
		data, err := f.p.disk.read(f.at(name))
		r = io.NopCloser(bytes.NewReader(data))
		return err
	})
	return r, err
}

func (f *simFolder) Lstat(name string) (info fs.FileInfo, err error) {
	err = f.do("lstat", name, func() (err error) {
		info, err = f.p.disk.stat(f.at(name))
		return err
	})
	return info, err
}

func (f *simFolder) ReadDir(name string) (entries []fs.DirEntry, err error) {
	err = f.do("readdir", name, func() (err error) {
		entries, err = f.p.disk.list(f.at(name))
		return err
	})
	return entries, err
}

func (f *simFolder) Mkdir(name string) error {
	return f.do("mkdir", name, func() error { return f.p.disk.mkdir(f.at(name)) })
}

func (f *simFolder) Create(name string) (node.File, error) { return f.open("create", name, true) }

func (f *simFolder) Append(name string) (node.File, error) { return f.open("append", name, false) }

func (f *simFolder) open(op, name string, exclusive bool) (file node.File, err error) {
	err = f.do(op, name, func() error {
		n, err := f.p.disk.create(f.at(name), exclusive)
		file = &simFile{f.p, f.at(name), n}
		return err
	})
	return file, err
}

func (f *simFolder) Rename(from, to string) error {
	return f.do("rename", from, func() error { return f.p.disk.rename(f.at(from), f.at(to)) })
}

func (f *simFolder) Remove(name string) error {
	return f.do("remove", name, func() error { return f.p.disk.remove(f.at(name)) })
}

func (f *simFolder) SyncDir(name string) error {
	return f.do("syncdir", name, func() error { return f.p.disk.syncDir(f.at(name)) })
}

func (f *simFolder) Lock(name string) (func() error, error) {
	err := f.do("lock", name, func() error {
		if !f.p.disk.lock(f.at(name), f.p) {
			return node.ErrBusy
		}
		return nil
	})
	if err != nil && !errors.Is(err, node.ErrBusy) {
		f.p.disk.unlock(f.at(name), f.p) // a real lock goes with its file descriptor
	}
	return func() error {
		f.p.disk.unlock(f.at(name), f.p) // closing a file always gives the lock back
		return f.do("unlock", name, func() error { return nil })
	}, err
}

func (f *simFolder) Locked(name string) (locked bool, err error) {
	err = f.do("locked", name, func() error {
		locked = f.p.disk.locked(f.at(name))
		return nil
	})
	return locked, err
}

func (f *simFolder) Close() error { return nil }

// simFile is a file being written.
type simFile struct {
	p    *process
	name string
	n    *inode
}

func (f *simFile) Write(b []byte) (int, error) {
	written := 0
	err := f.p.do("write "+f.name,
		func() error { f.p.disk.write(f.n, b); written = len(b); return nil },
		func() { f.p.disk.write(f.n, b[:len(b)/2]); written = len(b) / 2 })
	return written, err
}

func (f *simFile) Sync() error {
	return f.p.do("sync "+f.name, func() error { f.p.disk.sync(f.n); return nil }, nil)
}

func (f *simFile) Close() error { return f.p.do("close "+f.name, func() error { return nil }, nil) }

// WriteFile implements memengine.Outside: a snapshot's hard link.
func (p *process) WriteFile(root, name string, data []byte) error {
	full := path.Join(root, name)
	return p.do("link "+full, func() error { p.disk.plant(full, string(data)); return nil }, nil)
}

// ReadFile implements memengine.Outside.
func (p *process) ReadFile(root, name string) (data []byte, err error) {
	err = p.do("read "+path.Join(root, name), func() (err error) {
		data, err = p.disk.read(path.Join(root, name))
		return err
	}, nil)
	return data, err
}

// List implements memengine.Outside.
func (p *process) List(root string) (names []string, err error) {
	err = p.do("list "+root, func() error {
		for name := range p.disk.files() {
			if rest, ok := strings.CutPrefix(name, root+"/"); ok && rest != "" && !strings.HasSuffix(rest, "/") {
				names = append(names, rest)
			}
		}
		sort.Strings(names)
		return nil
	}, nil)
	return names, err
}

// RemoveFile implements memengine.Outside.
func (p *process) RemoveFile(root, name string) error {
	return p.do("unlink "+path.Join(root, name), func() error { return p.disk.unlinkDurably(path.Join(root, name)) }, nil)
}
