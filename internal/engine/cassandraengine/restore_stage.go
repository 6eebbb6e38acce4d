package cassandraengine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"cwb/executor"
)

// Where files are staged, in each data directory:
//
//	cwb-restores/snapshots/<restore>/<for>/d<n>/<keyspace>/<table>/
//
// It is beside the folders of the keyspaces: no keyspace's name has a "-". The folder
// "snapshots" keeps the checks that a server makes when it starts from looking inside
// (StartupChecks.checkSSTablesFormat), and the server takes files only from a folder whose last
// two names are those of the table (Directories.SSTableLister).
const (
	stagingDir   = "cwb-restores"
	forRehearsal = "rehearsal"
	forImport    = "import"
	forUndo      = "undo"
)

func (r *restoring) stagingIn(root string) string {
	return filepath.Join(root, stagingDir, "snapshots", r.o.ID)
}

// stage links files into the folders of one table, and returns those folders. Doing it again
// finishes it.
func (r *restoring) stage(ctx context.Context, purpose, keyspace, table string, files []found) ([]string, error) {
	var dirs []string
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		root, err := r.e.rootFor(f)
		if err != nil {
			return nil, err
		}
		dir := filepath.Join(r.stagingIn(root), purpose, r.slot(f), keyspace, table)
		if !slices.Contains(dirs, dir) {
			if err := makeOwned(root, dir); err != nil {
				return nil, err
			}
			dirs = append(dirs, dir)
		}
		if err := stageFile(f, filepath.Join(dir, filepath.Base(f.name))); err != nil {
			return nil, fmt.Errorf("stage %q: %w: run cwb as root or as the server's user", f.path(), err)
		}
	}
	return dirs, syncAll(dirs)
}

// slot keeps files of different data directories apart, which can have the same name.
func (r *restoring) slot(f found) string {
	return "d" + itoa(max(slices.Index(r.e.node.DataDirs, f.root), 0))
}

// rootFor is the data directory that a file can be linked into: its own, else the first on its
// file system, else the first, where it is copied.
func (e *Engine) rootFor(f found) (string, error) {
	if slices.Contains(e.node.DataDirs, f.root) {
		return f.root, nil
	}
	device, err := deviceOf(f.path())
	if err != nil {
		return "", err
	}
	for _, dir := range e.node.DataDirs {
		if d, err := deviceOf(dir); err == nil && d == device {
			return dir, nil
		}
	}
	return e.node.DataDirs[0], nil
}

func deviceOf(path string) (uint64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return stampOf(info).device, nil
}

// block is what a small file takes on disk at least.
const block = 4096

// copied is how many bytes staging writes: TOC.txt of every SSTable, twice, and whatever is on
// another file system than the data directories.
func (e *Engine) copied(files []found) int64 {
	var sum int64
	for _, f := range files {
		c, _ := parseComponent(f.name)
		if c.name == "TOC.txt" {
			sum += 2 * block
			continue
		}
		root, err := e.rootFor(f)
		if err != nil {
			continue
		}
		from, err := deviceOf(f.path())
		to, err2 := deviceOf(root)
		if err == nil && err2 == nil && from != to {
			sum += 2 * f.size // for the rehearsal, and for the import
		}
	}
	return sum
}

// stageFile links one file, or copies what cannot be linked. TOC.txt is always copied: the
// server appends to it in place (see detach), and the backup's own would change with it.
func stageFile(f found, to string) error {
	info, err := os.Lstat(f.path())
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: it is no file", executor.ErrRefused)
	}
	if err := removeIfThere(to); err != nil {
		return err
	}
	if c, ok := parseComponent(f.name); !ok || c.name != "TOC.txt" {
		err := os.Link(f.path(), to)
		if err == nil || !errors.Is(err, syscall.EXDEV) {
			return err
		}
	}
	return copyFile(f, to, info)
}

func copyFile(f found, to string, info os.FileInfo) error {
	in, err := os.OpenFile(f.path(), os.O_RDONLY|noFollow, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	err = errors.Join(err, out.Chmod(info.Mode().Perm()), own(to, filepath.Dir(to)))
	return errors.Join(err, out.Sync(), out.Close())
}

// makeOwned makes a folder below a data directory that belongs to whom that belongs to: the
// server must be able to read it and to take files out of it.
func makeOwned(root, dir string) error {
	rel, err := filepath.Rel(root, dir)
	if err != nil || !filepath.IsLocal(rel) {
		return fmt.Errorf("%w: %q is not below %q", executor.ErrRefused, dir, root)
	}
	at := root
	for _, name := range splitPath(rel) {
		at = filepath.Join(at, name)
		err := os.Mkdir(at, 0o700)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err != nil && !isDir(at) {
			return fmt.Errorf("%w: %q is no folder: what made it?", executor.ErrRefused, at)
		}
		if err == nil {
			if err := own(at, root); err != nil {
				return err
			}
		}
	}
	return nil
}

func splitPath(rel string) []string {
	dir, name := filepath.Split(rel)
	if dir == "" {
		return []string{name}
	}
	return append(splitPath(filepath.Clean(dir)), name)
}

// own gives a file or folder to the owner of another one, which only root can and needs to.
func own(path, like string) error {
	info, err := os.Stat(like)
	if err != nil {
		return err
	}
	sys, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(sys.Uid) == os.Geteuid() && int(sys.Gid) == os.Getegid() {
		return nil
	}
	return os.Lchown(path, int(sys.Uid), int(sys.Gid))
}

// syncAll makes the names in folders durable.
func syncAll(dirs []string) error {
	for _, dir := range dirs {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return err
		}
	}
	return nil
}

// unstage removes what was staged for a purpose; all of it for none.
func (r *restoring) unstage(purpose string) error {
	for _, root := range r.e.node.DataDirs {
		if !isDir(filepath.Join(root, stagingDir)) || !isDir(filepath.Join(root, stagingDir, "snapshots")) {
			continue // nothing is there, or a link that leads elsewhere
		}
		if err := os.RemoveAll(filepath.Join(r.stagingIn(root), purpose)); err != nil {
			return err
		}
		for _, dir := range []string{r.stagingIn(root), filepath.Join(root, stagingDir, "snapshots"), filepath.Join(root, stagingDir)} {
			_ = os.Remove(dir) // stays while other things are in it
		}
	}
	return nil
}
