package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"syscall"

	"cwb/internal/backup"
)

// outline reads where the files of a finished backup lie. The record vouches for the bytes of
// the manifest, so that no more of it is understood than needed, and a manifest that this
// process read before is not read again while it is the same file. The error wraps
// fs.ErrNotExist, or is an *unreadable.
func (n *Node) outline(f Reader, s survey) (backup.Outline, error) {
	name := path.Join(string(s.id), manifestFile)
	info, err := f.Lstat(name)
	if err != nil {
		return nil, orUnreadable(name, err)
	}
	stamp := stampOf(name, info)
	if o, ok := n.memo.outline(stamp, s.record.Manifest.SHA256); ok {
		return o, nil
	}
	o, err := through(f, s, backup.ReadOutline)
	if err != nil {
		return nil, err
	}
	n.memo.putOutline(stamp, s.record.Manifest.SHA256, o)
	return o, nil
}

func orUnreadable(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return &unreadable{name, err}
}

// stampOf tells a file from every other that ever was there; empty where the disk does not say.
// No program can set the time of the last change, which the kernel keeps.
func stampOf(name string, info fs.FileInfo) string {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprint(name, s.Dev, s.Ino, s.Size, s.Mtim, s.Ctim)
}

// outline is what was remembered of a file that is as it was.
func (m *memo) outline(stamp, sha256 string) (backup.Outline, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if stamp == "" || m.stamp[stamp] != sha256 {
		return nil, false
	}
	o, ok := m.known[memoKey(backup.Outline(nil), sha256)].(backup.Outline)
	return o, ok
}

func (m *memo) putOutline(stamp, sha256 string, o backup.Outline) {
	m.keep(memoKey(o, sha256), o, o.Memory())
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stamp == nil {
		m.stamp = map[string]string{}
	}
	m.stamp[stamp] = sha256
}

// nested is a folder that can open one below it.
type nested interface {
	Sub(name string) (Folder, error)
}

// worthOpening is from how many files of one directory on it is opened for them.
const worthOpening = 8

// absent looks at every file of a backup: there, regular, and of its size. It returns one line
// for each that is not; the error is a cancelled context or an unreadable disk.
func (s *shelves) absent(ctx context.Context, o backup.Outline) ([]string, error) {
	var problems []string
	for _, shelf := range o {
		some, err := s.lookAt(ctx, shelf)
		if err != nil {
			return nil, err
		}
		problems = append(problems, some...)
	}
	return problems, nil
}

func (s *shelves) lookAt(ctx context.Context, shelf backup.Shelf) (problems []string, err error) {
	look := s.look
	if sub := s.open(shelf); sub != nil {
		defer sub.Close()
		look = func(file backup.File) (string, error) {
			if !local(file.Path) {
				return s.look(file)
			}
			info, err := sub.Lstat(path.Base(file.Path))
			return judgeFile(file, info, err)
		}
	}
	for item := range shelf.Items() {
		if ctx.Err() != nil {
			return nil, canceled(ctx)
		}
		problem, err := look(shelf.File(item))
		if err != nil {
			return nil, err
		}
		if problem != "" {
			problems = append(problems, problem)
		}
	}
	return problems, nil
}

// open opens the directory of a shelf; nil when that is not worth it, or not possible: then
// each of its files is looked for, and says what is wrong.
func (s *shelves) open(shelf backup.Shelf) Folder {
	if shelf.Len < worthOpening {
		return nil
	}
	folder, name, err := s.find(shelf.File(backup.Item{Name: "x"})) // whatever file of it
	if err != nil {
		return nil
	}
	parent, ok := folder.(nested)
	if !ok {
		return nil
	}
	sub, err := parent.Sub(path.Dir(name))
	if err != nil {
		return nil
	}
	return sub
}
