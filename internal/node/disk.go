package node

import (
	"errors"
	"io"
	"io/fs"
)

// ErrBusy is returned by [Folder.Lock] when another process, or another opening of the file
// by this one, holds the lock.
var ErrBusy = errors.New("locked by another process")

// A Disk is where a node's directories lie. The zero-configuration one is this machine's;
// tests put one in its place that fails on demand.
type Disk interface {
	// Open opens the directory at an absolute path. Nothing that is reached through the
	// folder lies outside of it, whatever links lie in it.
	Open(dir string) (Folder, error)
	// Make creates a directory, 0700, whose parent must exist. An existing one is no error.
	Make(dir string) error
	// Free is how many bytes an unprivileged process can still write below dir.
	Free(dir string) (int64, error)
}

// A Folder is one opened directory. Names are slash-separated and relative to it. Its
// methods may be called concurrently.
type Folder interface {
	Reader
	Writer
	Locker
	Close() error
}

// A Reader looks and changes nothing.
type Reader interface {
	// Open reads a regular file; anything else is an error.
	Open(name string) (io.ReadCloser, error)
	// Lstat does not follow a link at the end of name.
	Lstat(name string) (fs.FileInfo, error)
	// ReadDir lists a directory in order of name.
	ReadDir(name string) ([]fs.DirEntry, error)
}

// A Writer changes files. Nothing is durable before it is synced: a file by its own Sync,
// a name that was created, renamed or removed by SyncDir of its directory.
type Writer interface {
	Mkdir(name string) error              // 0700; an existing one is fs.ErrExist
	Create(name string) (File, error)     // 0600; an existing one is fs.ErrExist
	Append(name string) (File, error)     // 0600; created when missing
	Rename(oldName, newName string) error // replaces a file, never a directory with content
	Remove(name string) error             // a file, a link or an empty directory
	SyncDir(name string) error
}

// A Locker takes locks that end with the process that holds them.
type Locker interface {
	// Lock takes an exclusive lock on a file that it creates when missing, or returns
	// ErrBusy at once.
	Lock(name string) (release func() error, err error)
	// Locked reports whether anybody holds it.
	Locked(name string) (bool, error)
}

// A File is being written.
type File interface {
	io.WriteCloser
	Sync() error
}
