package mysqlengine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cwb/internal/backup"
)

// Limits of a look through directories that anybody may have filled.
const (
	foreignDepth   = 3
	foreignEntries = 10_000
)

// epochName is what the old scripts call a backup: the second it was made.
var epochName = regexp.MustCompile(`^[0-9]{10}$`)

// scriptDump is the file of a backup of the old scripts.
const scriptDump = "db_backup.sql"

// Foreign lists the dumps under legacy_paths, in order of name. Only directories and regular
// files are looked at: a link leads nowhere, a FIFO hangs nobody. A path that does not exist
// holds no backups.
func (e *Engine) Foreign(ctx context.Context, _ map[string]bool) ([]backup.Foreign, error) {
	f := &foreignList{ctx: ctx, node: e.node.Addr, names: map[string]bool{}}
	for _, path := range e.node.LegacyPaths {
		if err := f.directory(path, "", 0); err != nil {
			return nil, fmt.Errorf("list old backups in %q: %w", path, err)
		}
	}
	slices.SortFunc(f.found, func(a, b backup.Foreign) int { return cmp.Compare(a.Name, b.Name) })
	return f.found, nil
}

type foreignList struct {
	ctx     context.Context
	node    backup.NodeAddr
	found   []backup.Foreign
	names   map[string]bool
	entries int
}

// directory looks through root/rel.
func (f *foreignList) directory(root, rel string, depth int) error {
	entries, err := os.ReadDir(filepath.Join(root, rel))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if f.entries++; f.entries > foreignEntries {
			return fmt.Errorf("more than %d entries: legacy_paths names a directory of something else", foreignEntries)
		}
		if err := f.ctx.Err(); err != nil {
			return err
		}
		if err := f.entry(root, filepath.Join(rel, entry.Name()), entry, depth); err != nil {
			return err
		}
	}
	return nil
}

func (f *foreignList) entry(root, rel string, entry fs.DirEntry, depth int) error {
	switch {
	case entry.IsDir() && epochName.MatchString(entry.Name()):
		return f.script(root, rel)
	case entry.IsDir() && depth < foreignDepth:
		return f.directory(root, rel, depth+1)
	case entry.Type().IsRegular() && compressionOf(entry.Name()) != "":
		return f.add(root, rel, filepath.Join(root, rel), backup.ForeignDump, time.Time{})
	}
	return nil
}

// script lists a backup of the old scripts: <epoch>/db_backup.sql.
func (f *foreignList) script(root, rel string) error {
	seconds, err := strconv.ParseInt(filepath.Base(rel), 10, 64)
	if err != nil {
		return err
	}
	at := time.Unix(seconds, 0).UTC()
	return f.add(root, rel, filepath.Join(root, rel, scriptDump), backup.ForeignScript, at)
}

// add reads a dump as far as it has to be read to know what it is worth.
func (f *foreignList) add(root, rel, file string, kind backup.ForeignKind, at time.Time) error {
	scan, info, err := scanDumpFile(f.ctx, file)
	if err != nil && f.ctx.Err() != nil {
		return f.ctx.Err()
	}
	x := backup.Foreign{Node: f.node, Name: f.unique(root, rel), Kind: kind, Path: filepath.Join(root, rel), Time: at}
	x.Tables = scan.tables
	if info != nil {
		x.Bytes = info.Size()
		if at.IsZero() {
			x.Time = info.ModTime().UTC()
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		x.Reason = "it holds no " + scriptDump
	case err != nil:
		x.Reason = err.Error()
	default:
		x.Reason = scan.problem()
	}
	x.Restorable = x.Reason == ""
	f.found = append(f.found, x)
	return nil
}

// unique names a backup by its path under its legacy path, or by its whole path where two
// have the same.
func (f *foreignList) unique(root, rel string) string {
	name := filepath.ToSlash(rel)
	if f.names[name] {
		name = strings.TrimPrefix(filepath.ToSlash(filepath.Join(root, rel)), "/")
	}
	f.names[name] = true
	return name
}
