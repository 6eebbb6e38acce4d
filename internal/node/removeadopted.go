package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"cwb/internal/backup"
)

// removeAdopted removes an adopted backup with the files it refers to: an operator named it,
// so they are cwb's to rotate. Its record goes after them: killed in the middle, it is a
// partial backup of ours, which a later plan removes, and never the half of a foreign one.
func (s *session) removeAdopted(ctx context.Context, found survey) error {
	manifest, err := s.adoptedManifest(found)
	if err != nil {
		return err
	}
	shelves := s.n.shelves(s.f, found.begun)
	defer shelves.Close()
	if err := shelves.noStrangers(manifest); err != nil {
		return err
	}
	for _, file := range manifest.Files {
		if err := shelves.remove(ctx, file); err != nil {
			return err
		}
	}
	for _, folder := range deepestFirst(manifest.Folders) {
		if err := shelves.removeFolder(folder); err != nil {
			return err
		}
	}
	if err := shelves.sync(manifest); err != nil {
		return err
	}
	return s.erase(ctx, found.begun)
}

// adoptedManifest is empty where there is none.
func (s *session) adoptedManifest(found survey) (backup.Manifest, error) {
	if !found.hasManifest {
		return backup.Manifest{}, nil
	}
	return found.manifest(s.f)
}

func deepestFirst(folders []backup.Folder) []backup.Folder {
	return slices.SortedFunc(slices.Values(folders), func(a, b backup.Folder) int {
		return cmp.Compare(len(b.Path), len(a.Path))
	})
}

// folder says where a folder lies.
func (s *shelves) folder(f backup.Folder) (Folder, string, error) {
	if f.Root == "" {
		return nil, "", &astray{fmt.Sprintf("%q has no place", f.Path)}
	}
	return s.find(backup.File{Root: f.Root, Path: f.Path})
}

// noStrangers refuses folders that somebody put something into since they were adopted: the
// operator named what lay there then, and nothing else.
func (s *shelves) noStrangers(m backup.Manifest) error {
	known := map[backup.Folder]bool{}
	for _, file := range m.Files {
		known[backup.Folder{Root: file.Root, Path: file.Path}] = true
	}
	for _, folder := range m.Folders {
		known[folder] = true
	}
	for _, f := range m.Folders {
		entries, err := s.list(f)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if name := path.Join(f.Path, e.Name()); !known[backup.Folder{Root: f.Root, Path: name}] {
				return fmt.Errorf("%s was not there when the backup was adopted: move it out of its folder, then plan again", path.Join(f.Root, name))
			}
		}
	}
	return nil
}

// list reads a folder; a missing one is empty.
func (s *shelves) list(f backup.Folder) ([]fs.DirEntry, error) {
	folder, name, err := s.folder(f)
	if err != nil {
		return nil, orMissing(err)
	}
	entries, err := folder.ReadDir(name)
	return entries, orMissing(err)
}

// remove removes a file that lies outside of the backup's directory.
func (s *shelves) remove(ctx context.Context, file backup.File) error {
	if err := ctx.Err(); err != nil {
		return canceled(ctx)
	}
	if file.Root == "" {
		return nil
	}
	folder, name, err := s.find(file)
	if err != nil {
		return orMissing(err)
	}
	return removeIfThere(folder, name)
}

func (s *shelves) removeFolder(f backup.Folder) error {
	folder, name, err := s.folder(f)
	if err != nil {
		return orMissing(err)
	}
	return removeIfThere(folder, name)
}

// sync makes durable that files and folders are gone, before the record is.
func (s *shelves) sync(m backup.Manifest) error {
	parents := map[backup.Folder]bool{}
	for _, file := range m.Files {
		if file.Root != "" {
			parents[backup.Folder{Root: file.Root, Path: path.Dir(file.Path)}] = true
		}
	}
	for _, f := range m.Folders {
		parents[backup.Folder{Root: f.Root, Path: path.Dir(f.Path)}] = true
	}
	for parent := range parents {
		folder, _, err := s.folder(backup.Folder{Root: parent.Root, Path: path.Join(parent.Path, "x")})
		if err == nil {
			err = folder.SyncDir(parent.Path)
		}
		if err := orMissing(err); err != nil {
			return fmt.Errorf("sync directory %s: %w", path.Join(parent.Root, parent.Path), err)
		}
	}
	return nil
}

// orMissing drops the error of what is not there: a removal can be done again.
func orMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
