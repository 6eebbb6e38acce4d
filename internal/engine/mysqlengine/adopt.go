package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"cwb/executor"
	"cwb/internal/backup"
)

var _ executor.Adopter = (*Engine)(nil)

// dumpConsistency stands in the records of adopted dumps: what a dump does not tell.
const dumpConsistency = "not known: a dump that cwb did not make"

// Prove reads a dump to its end: it has its trailer, its compression is intact, no zero byte
// is in it, and it creates a table. The server is not asked, and which one made the dump is
// not known: its identity stays empty.
func (e *Engine) Prove(ctx context.Context, name string, p executor.Progress) (executor.Examined, error) {
	all, err := e.Foreign(ctx, nil)
	if err != nil {
		return executor.Examined{}, err
	}
	at := slices.IndexFunc(all, func(f backup.Foreign) bool { return f.Name == name })
	if at < 0 {
		return executor.Examined{}, fmt.Errorf("%w: there is no dump %q under legacy_paths", executor.ErrRefused, name)
	}
	root, rel, err := e.placeOf(fileOf(all[at]))
	if err != nil {
		return executor.Examined{}, err
	}
	proven, err := proveDump(ctx, filepath.Join(root, rel), p)
	if err != nil {
		return executor.Examined{}, fmt.Errorf("%q: %w", filepath.Join(root, rel), asRefusal(ctx, err))
	}
	proven.file.Root, proven.file.Path, proven.file.Hashed = root, filepath.ToSlash(rel), e.opts.Now().UTC()
	x := executor.Examined{At: all[at].Time, Content: proven.content()}
	if all[at].Kind == backup.ForeignScript {
		x.Folders, err = ownFolder(root, filepath.Dir(rel))
	}
	return x, err
}

// ownFolder is the folder of an old script's backup, unless something else lies in it, too.
func ownFolder(root, rel string) ([]backup.Folder, error) {
	entries, err := os.ReadDir(filepath.Join(root, rel))
	if err != nil || len(entries) != 1 {
		return nil, err
	}
	return []backup.Folder{{Root: root, Path: filepath.ToSlash(rel)}}, nil
}

// placeOf splits the path of a dump into the legacy path, as the policy has it, and the rest.
func (e *Engine) placeOf(path string) (root, rel string, err error) {
	for _, root := range e.node.LegacyPaths {
		if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
			return root, rel, nil
		}
	}
	return "", "", fmt.Errorf("%w: %q lies in no legacy path", executor.ErrRefused, path)
}

// asRefusal makes what is wrong with a dump a refusal. What the disk or a cancelled context
// did while it was read proves nothing about it.
func asRefusal(ctx context.Context, err error) error {
	var disk *fs.PathError
	if ctx.Err() != nil || errors.As(err, &disk) && disk.Op != "open" {
		return err
	}
	return fmt.Errorf("%w: %w", executor.ErrRefused, err)
}

// fileOf is where the dump itself lies.
func fileOf(f backup.Foreign) string {
	if f.Kind == backup.ForeignScript {
		return filepath.Join(f.Path, scriptDump)
	}
	return f.Path
}

// content is what the record of an adopted dump says.
func (d *provenDump) content() executor.Content {
	c := executor.Content{
		Server: d.server(), Consistency: dumpConsistency, Files: slices.Values([]backup.File{d.file}),
		Totals: backup.Totals{Tables: int64(len(d.tables)), Bytes: d.bytes, Stored: d.file.Bytes, Files: 1},
	}
	for _, t := range d.tables {
		c.Tables = append(c.Tables, backup.Table{Database: t.Database, Name: t.Table, Type: "table"})
	}
	return c
}
