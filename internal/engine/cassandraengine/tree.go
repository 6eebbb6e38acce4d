package cassandraengine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"cwb/executor"
)

// found is one file of a snapshot, as it lies.
type found struct {
	root   string // data directory
	folder string // of the snapshot, relative to root: "ks/table-id/snapshots/tag"
	name   string // relative to folder: "nb-1-big-Data.db", ".idx/nb-1-big-Data.db"
	stamp
}

// stamp is what tells that a file is still the one that was looked at.
type stamp struct {
	device, inode uint64
	size, mtime   int64
}

func (f found) rel() string  { return f.folder + "/" + f.name }
func (f found) path() string { return filepath.Join(f.root, filepath.FromSlash(f.rel())) }

// where is the folder of a table inside one data directory.
type where struct {
	root     string
	keyspace string
	folder   string // "table-id"
}

// snapshotDir is the snapshot's folder relative to root.
func (w where) snapshotDir(tag string) string {
	return w.keyspace + "/" + w.folder + "/snapshots/" + tag
}

// tableDirs lists the folders of all tables of the keyspaces, also of dropped ones, in order.
// A keyspace without a folder has no tables there.
func tableDirs(dataDirs, keyspaces []string) ([]where, error) {
	var all []where
	for _, root := range dataDirs {
		for _, keyspace := range keyspaces {
			names, err := subfolders(filepath.Join(root, keyspace))
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				all = append(all, where{root: root, keyspace: keyspace, folder: name})
			}
		}
	}
	return all, nil
}

// snapshotFolders are the table folders in which a snapshot of that tag lies.
func snapshotFolders(dataDirs, keyspaces []string, tag string) ([]where, error) {
	dirs, err := tableDirs(dataDirs, keyspaces)
	if err != nil {
		return nil, err
	}
	var holding []where
	for _, w := range dirs {
		info, err := os.Lstat(filepath.Join(w.root, w.snapshotDir(tag)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err == nil && info.IsDir() {
			holding = append(holding, w)
		}
	}
	return holding, nil
}

// subfolders lists real folders, no links, in order; none where path does not exist.
func subfolders(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

// snapshotFiles lists the files of one snapshot folder.
func snapshotFiles(w where, tag string) ([]found, error) {
	return folderFiles(w.root, w.snapshotDir(tag))
}

// folderFiles lists the files of one folder of a backup and of its index folders (".idx").
// What is neither is an error: a snapshot that is not understood is not proven.
func folderFiles(root, folder string) ([]found, error) {
	files, dirs, err := filesIn(root, folder, "")
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		if !strings.HasPrefix(dir, ".") || !word.MatchString(dir[1:]) {
			return nil, fmt.Errorf("%w: %q is not the folder of an index: what made it?", executor.ErrRefused, filepath.Join(root, folder, dir))
		}
		inner, deeper, err := filesIn(root, folder, dir+"/")
		if err != nil {
			return nil, err
		}
		if len(deeper) > 0 {
			return nil, fmt.Errorf("%w: %q: there is no such folder in a snapshot", executor.ErrRefused, filepath.Join(root, folder, dir, deeper[0]))
		}
		files = append(files, inner...)
	}
	return files, nil
}

// filesIn lists one folder in order of name, reading it piece by piece: it may have very many
// files.
func filesIn(root, folder, sub string) (files []found, dirs []string, err error) {
	dir, err := os.Open(filepath.Join(root, folder, sub))
	if err != nil {
		return nil, nil, err
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(1000)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		for _, entry := range entries {
			if entry.IsDir() {
				dirs = append(dirs, entry.Name())
				continue
			}
			stamp, err := regular(dir.Name(), entry)
			if err != nil {
				return nil, nil, err
			}
			files = append(files, found{root: root, folder: folder, name: sub + entry.Name(), stamp: stamp})
		}
	}
	slices.SortFunc(files, func(a, b found) int { return strings.Compare(a.name, b.name) })
	slices.Sort(dirs)
	return files, dirs, nil
}

// regular refuses whatever is no file.
func regular(dir string, entry fs.DirEntry) (stamp, error) {
	info, err := entry.Info()
	if err != nil {
		return stamp{}, err
	}
	if !info.Mode().IsRegular() {
		return stamp{}, fmt.Errorf("%w: %q is neither file nor folder", executor.ErrRefused, filepath.Join(dir, entry.Name()))
	}
	return stampOf(info), nil
}

func stampOf(info fs.FileInfo) stamp {
	s := stamp{size: info.Size(), mtime: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.device, s.inode = uint64(sys.Dev), sys.Ino
	}
	return s
}
