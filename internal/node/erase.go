package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"cwb/internal/backup"
)

// erase removes a backup, whole or half made, in the one order in which it can be killed at
// any instant: backup.json first, so that it is no backup any more; then what lies outside;
// then the files; begun.json last, since it proves that the rest is ours. Doing it again
// finishes it.
func (s *session) erase(ctx context.Context, begun backup.Begun) error {
	return s.makingRoom(func() error { return s.eraseOnce(ctx, begun) })
}

func (s *session) eraseOnce(ctx context.Context, begun backup.Begun) error {
	dir := string(begun.Set)
	there, err := exists(s.f, dir)
	if err != nil || !there {
		return err
	}
	if err := ctx.Err(); err != nil {
		return canceled(ctx)
	}
	if err := removeIfThere(s.f, path.Join(dir, recordFile)); err != nil {
		return err
	}
	if err := syncDir(s.f, dir); err != nil {
		return err
	}
	if err := s.n.engine.Discard(ctx, begun); err != nil {
		return fmt.Errorf("discard what lies outside of it: %w", err)
	}
	if err := s.hollow(ctx, dir); err != nil {
		return err
	}
	return s.vanish(dir)
}

// hollow removes everything below a backup's directory but its begun.json.
func (s *session) hollow(ctx context.Context, dir string) error {
	entries, err := s.f.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return canceled(ctx)
		}
		if e.Name() == begunFile {
			continue
		}
		if err := s.scrap(path.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return syncDir(s.f, dir)
}

// vanish moves the directory, which holds only begun.json by now, away under its private
// name before it removes it: no directory is ever seen without its begun.json.
func (s *session) vanish(dir string) error {
	aside := path.Join(tmpDir, "gone-"+dir)
	if err := s.scrap(aside); err != nil {
		return err
	}
	if err := s.f.Rename(dir, aside); err != nil {
		return err
	}
	if err := syncDir(s.f, "."); err != nil {
		return err
	}
	return s.scrap(aside)
}

// scrap removes a file, or a directory with all that is in it. Links are removed, never
// followed. A missing name is no error.
func (s *session) scrap(name string) error {
	info, err := s.f.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		entries, err := s.f.ReadDir(name)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := s.scrap(path.Join(name, e.Name())); err != nil {
				return err
			}
		}
	}
	return removeIfThere(s.f, name)
}

func (s *session) emptyTmp() error {
	entries, err := s.f.ReadDir(tmpDir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := s.scrap(path.Join(tmpDir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
