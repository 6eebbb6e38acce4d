package node

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"syscall"

	"github.com/gofrs/flock"
)

// ThisMachine is the disk of this machine, which is what a Node uses when it is given none.
func ThisMachine() Disk { return osDisk{} }

// osDisk is this machine's disk.
type osDisk struct{}

func (osDisk) Open(dir string) (Folder, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) && isLink(dir) {
		// Not fs.ErrNotExist: what is on a disk that is not mounted is not gone.
		return nil, fmt.Errorf("%s is a link that leads nowhere: mount what it leads to", dir)
	}
	if err != nil {
		return nil, err
	}
	return osFolder{root}, nil
}

func isLink(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

func (osDisk) Make(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(os.Chmod(dir, 0o700), syncPath(filepath.Dir(dir))) // the umask may have taken bits away
}

func (osDisk) Free(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("statfs %s: %w", dir, err)
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}

func syncPath(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// osFolder is a directory of this machine, held open: os.Root resolves every name below it
// and refuses links that lead out.
type osFolder struct{ root *os.Root }

func (f osFolder) Open(name string) (io.ReadCloser, error) {
	// O_NONBLOCK: opening a named pipe that somebody put there must not hang.
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", name)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func (f osFolder) Lstat(name string) (fs.FileInfo, error) { return f.root.Lstat(name) }

func (f osFolder) ReadDir(name string) ([]fs.DirEntry, error) {
	dir, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	return entries, err
}

func (f osFolder) Mkdir(name string) error {
	if err := f.root.Mkdir(name, 0o700); err != nil {
		return err
	}
	return f.root.Chmod(name, 0o700)
}

func (f osFolder) Create(name string) (File, error) {
	return f.open(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
}

func (f osFolder) Append(name string) (File, error) {
	return f.open(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND)
}

func (f osFolder) open(name string, flag int) (File, error) {
	file, err := f.root.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Chmod(0o600); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func (f osFolder) Rename(oldName, newName string) error { return f.root.Rename(oldName, newName) }

func (f osFolder) Remove(name string) error { return f.root.Remove(name) }

func (f osFolder) SyncDir(name string) error {
	dir, err := f.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (f osFolder) Close() error { return f.root.Close() }

// Sub opens a directory below, so that many files of it are found without walking to each.
func (f osFolder) Sub(name string) (Folder, error) {
	root, err := f.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return osFolder{root}, nil
}

// Lock uses flock(2): the kernel gives the lock back when its holder dies, however it dies,
// and children do not inherit it, since Go opens files close-on-exec. The directory is locked
// together with the file, so that whoever deletes the file lets nobody in beside its holder.
func (f osFolder) Lock(name string) (func() error, error) {
	if err := f.regularOrMissing(name); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(f.root.Name(), name), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err == nil && !got {
		err = ErrBusy
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	release, err := f.lockSelf(syscall.LOCK_EX)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return func() error { return errors.Join(release(), lock.Close()) }, nil
}

// lockSelf locks the directory, or returns ErrBusy. Some network file systems cannot lock one:
// there the lock file stands alone.
func (f osFolder) lockSelf(how int) (release func() error, err error) {
	dir, err := f.root.Open(".")
	if err != nil {
		return nil, err
	}
	for err = syscall.EINTR; err == syscall.EINTR; {
		err = syscall.Flock(int(dir.Fd()), how|syscall.LOCK_NB)
	}
	if err == syscall.EWOULDBLOCK {
		return nil, errors.Join(ErrBusy, dir.Close())
	}
	return dir.Close, nil
}

// Locked asks by taking a shared lock for a moment; [Node.Open] tries more than once, so
// that being asked never makes a run fail.
func (f osFolder) Locked(name string) (bool, error) {
	release, err := f.lockSelf(syscall.LOCK_SH)
	if errors.Is(err, ErrBusy) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if err := release(); err != nil {
		return false, err
	}
	if _, err := f.root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err := f.regularOrMissing(name); err != nil {
		return false, err
	}
	lock := flock.New(filepath.Join(f.root.Name(), name), flock.SetFlag(os.O_RDONLY))
	got, err := lock.TryRLock()
	return err == nil && !got, errors.Join(err, lock.Close())
}

func (f osFolder) regularOrMissing(name string) error {
	info, err := f.root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", name)
	}
	return nil
}
