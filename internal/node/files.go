package node

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"cwb/internal/backup"
)

// shelves opens the directories that the files of backups lie in, each once: a Cassandra
// backup has thousands of files in a handful of data directories.
type shelves struct {
	n     *Node
	own   Folder // the snapshot_path; the caller's to close
	begun backup.Begun
	roots map[string]Folder
}

func (n *Node) shelves(own Folder, begun backup.Begun) *shelves {
	return &shelves{n: n, own: own, begun: begun, roots: map[string]Folder{}}
}

func (s *shelves) Close() {
	for _, f := range s.roots {
		f.Close()
	}
}

// find says where a file of the manifest lies. A manifest is data from a disk: roots and
// paths that cwb would not have written are refused, whatever its digest says.
func (s *shelves) find(file backup.File) (Folder, string, error) {
	if !local(file.Path) {
		return nil, "", &astray{fmt.Sprintf("%q is no path below a backup", file.Path)}
	}
	if file.Root == "" {
		return s.own, path.Join(string(s.begun.Set), file.Path), nil
	}
	if !s.n.declared(file.Root, s.begun) {
		return nil, "", &astray{fmt.Sprintf("%s is no data directory of %s", file.Root, s.n.cfg.Addr)}
	}
	if s.roots[file.Root] == nil {
		f, err := s.n.disk.Open(file.Root)
		if err != nil {
			return nil, "", err
		}
		s.roots[file.Root] = f
	}
	return s.roots[file.Root], file.Path, nil
}

// astray is a file that the manifest puts where no file of a backup may be.
type astray struct{ why string }

func (e *astray) Error() string { return e.why }

// local reports whether p is a clean path that stays below the directory it is joined to.
func local(p string) bool {
	return p != "" && p != "." && filepath.IsLocal(p) && path.Clean(p) == p && !strings.ContainsAny(p, "\x00\\")
}

// declared reports whether files of a backup may lie below root: in data directories of the
// policy or of the time it was taken, and, for adopted ones, in legacy_paths.
func (n *Node) declared(root string, begun backup.Begun) bool {
	dirs := append([]string{}, begun.DataDirs...)
	if n.cfg.Cassandra != nil {
		dirs = append(dirs, n.cfg.Cassandra.DataDirs...)
	}
	for _, dir := range append(dirs, n.cfg.LegacyPaths...) {
		if root == dir && filepath.IsAbs(root) {
			return true
		}
	}
	return false
}

func (s *shelves) look(file backup.File) (problem string, err error) {
	folder, name, err := s.find(file)
	var wrong *astray
	switch {
	case errors.As(err, &wrong):
		return wrong.why, nil
	case errors.Is(err, fs.ErrNotExist):
		return file.Root + " is missing", nil
	case err != nil: // what cannot be read now is not proven missing
		return "", err
	}
	info, err := folder.Lstat(name)
	return judgeFile(file, info, err)
}

// judgeFile says what is wrong with a file by what Lstat said of it.
func judgeFile(file backup.File, info fs.FileInfo, err error) (problem string, _ error) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return file.Path + " is missing", nil
	case err != nil:
		return "", fmt.Errorf("look at %s: %w", file.Path, err)
	case !info.Mode().IsRegular():
		return file.Path + " is no regular file", nil
	case info.Size() != file.Bytes:
		return fmt.Sprintf("%s has %d bytes instead of %d", file.Path, info.Size(), file.Bytes), nil
	}
	return "", nil
}
