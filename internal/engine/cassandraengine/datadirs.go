package cassandraengine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"cwb/executor"
)

// checkDataDirs proves that the policy names all data directories of the server, and that they
// are on this machine.
func (e *Engine) checkDataDirs(ctx context.Context, s server, tables []tableName) error {
	for _, dir := range e.node.DataDirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return fmt.Errorf("%w: the data directory %q cannot be read here: correct data_dirs, or run cwb on the server's machine as root or the server's user (%v)", executor.ErrRefused, dir, err)
		}
	}
	said, ok, err := s.dataDirs(ctx)
	if err != nil {
		return err
	}
	if ok && !sameDirs(said, e.node.DataDirs) {
		return fmt.Errorf("%w: the server at %s keeps its data in %s, the policy says data_dirs = %s: correct the policy", executor.ErrRefused, e.node.Address, list(said), list(e.node.DataDirs))
	}
	return e.checkHere(tables)
}

// checkHere refuses data directories in which no table of the schema has a folder: equal paths
// on another machine.
func (e *Engine) checkHere(tables []tableName) error {
	for _, t := range tables {
		for _, dir := range e.node.DataDirs {
			for _, folder := range tableFolders(t.Table, t.ID) {
				if isDir(filepath.Join(dir, t.Keyspace, folder)) {
					return nil
				}
			}
		}
	}
	if len(tables) == 0 {
		return nil
	}
	return fmt.Errorf("%w: no table of the server at %s has a folder in %s: the server runs on another machine: run cwb on that machine", executor.ErrRefused, e.node.Address, list(e.node.DataDirs))
}

// checkRoom holds the policy's min_free against every file system that the data lies on.
func (e *Engine) checkRoom() error {
	for _, dir := range e.node.DataDirs {
		var fs syscall.Statfs_t
		if err := syscall.Statfs(dir, &fs); err != nil {
			return fmt.Errorf("%w: free space of %q: %w", executor.ErrRefused, dir, err)
		}
		free := int64(fs.Bavail) * fs.Bsize
		if free < e.minFree {
			return fmt.Errorf("%w: %q has %d bytes free, min_free asks for %d: remove something, or lower min_free", executor.ErrRefused, dir, free, e.minFree)
		}
	}
	return nil
}

// sameDirs compares two lists of directories as sets, links resolved.
func sameDirs(a, b []string) bool { return slices.Equal(resolved(a), resolved(b)) }

func resolved(dirs []string) []string {
	var all []string
	for _, dir := range dirs {
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			real = filepath.Clean(dir)
		}
		all = append(all, real)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// isDir does not follow links.
func isDir(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

func list(names []string) string { return `["` + strings.Join(names, `", "`) + `"]` }
