package cassandraengine

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"cwb/executor"
)

// detach gives the snapshot its own copies of every TOC.txt. The server appends to that file in
// place when an index is built later (TOCComponent.appendTOC; seen on 5.0.5), and through the
// hard link the snapshot would change with it, and list files that it never had.
func detach(folders []where, tag string) error {
	for _, w := range folders {
		files, err := snapshotFiles(w, tag)
		if err != nil {
			return fmt.Errorf("snapshot %q of %s/%s: %w", tag, w.keyspace, w.folder, err)
		}
		for _, f := range files {
			if c, ok := parseComponent(path.Base(f.name)); !ok || c.name != "TOC.txt" {
				continue
			}
			if err := detachFile(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// detachFile replaces one name of a file by a copy with the same owner, mode and time.
func detachFile(f found) error {
	info, err := os.Lstat(f.path())
	if err != nil {
		return err
	}
	sys, ok := info.Sys().(*syscall.Stat_t)
	if ok && sys.Nlink == 1 {
		return nil
	}
	data, err := readSmall(f)
	if err != nil {
		return err
	}
	temp := filepath.Join(filepath.Dir(f.path()), detaching)
	if err := writeCopy(temp, data, info, sys); err != nil {
		return errors.Join(cannotDetach(f, err), removeIfThere(temp))
	}
	if err := os.Rename(temp, f.path()); err != nil {
		return errors.Join(cannotDetach(f, err), removeIfThere(temp))
	}
	return nil
}

// detaching is the name of a copy that is not whole yet.
const detaching = ".cwb-toc"

func writeCopy(temp string, data []byte, info os.FileInfo, sys *syscall.Stat_t) error {
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|noFollow, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(info.Mode().Perm()))
	if sys != nil && (int(sys.Uid) != os.Geteuid() || int(sys.Gid) != os.Getegid()) {
		err = errors.Join(err, file.Chown(int(sys.Uid), int(sys.Gid)))
	}
	err = errors.Join(err, file.Sync(), file.Close())
	return errors.Join(err, os.Chtimes(temp, info.ModTime(), info.ModTime()))
}

func cannotDetach(f found, err error) error {
	return fmt.Errorf("%w: give the snapshot its own copy of %q, which the server changes in place when an index is built: run cwb as root or as the server's user: %w", executor.ErrRefused, f.path(), err)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
