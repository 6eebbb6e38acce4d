package cassandraengine

import (
	"cmp"
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cwb/internal/backup"
)

// The layouts in which Clearwater's scripts left hard links under legacy_paths, by era:
//
//	<cf>/snapshots/<name>/     for some days in 2013-06 (crest 5a4bf01)
//	<name>/<cf>/               until release 35 (crest 58baf5d); the path names the keyspace
//	<db>/<name>/<cf>[-<id>]/   from release 36 on (crest b98539d, clearwater-cassandra)
//
// The first releases left theirs in the data directories, where they are listed as snapshots.
const (
	legacyDepth = 3      // folders below a legacy path
	legacyLimit = 100000 // folders looked at below one, at most
)

// legacyTable is one folder with SSTables below a legacy path.
type legacyTable struct {
	database string // the scripts' "db": a part of the keyspace's name, or all of it
	name     string // of the backup
	folder   string // of the table: "cf" or "cf-id"
	dir      string // absolute
}

// legacyBackups lists what lies under the legacy paths, one entry a backup.
func (e *Engine) legacyBackups(ctx context.Context) ([]foreignSource, error) {
	var all []foreignSource
	for _, root := range e.legacy {
		tables, err := findLegacy(ctx, root)
		if err != nil {
			return nil, err
		}
		groups := map[string][]legacyTable{}
		var order []string
		for _, t := range tables {
			key := t.database + "\x00" + t.name
			if groups[key] == nil {
				order = append(order, key)
			}
			groups[key] = append(groups[key], t)
		}
		for _, key := range order {
			all = append(all, foreignSource{Foreign: e.describeLegacy(root, groups[key]), root: root, legacy: groups[key]})
		}
	}
	return all, nil
}

// findLegacy walks down and recognizes a layout by how deep the files lie.
func findLegacy(ctx context.Context, root string) ([]legacyTable, error) {
	var tables []legacyTable
	budget := legacyLimit
	var walk func(parts []string) error
	walk = func(parts []string) error {
		if budget--; budget < 0 || ctx.Err() != nil {
			return ctx.Err()
		}
		dir := filepath.Join(root, filepath.Join(parts...))
		names, err := subfolders(dir)
		if os.IsPermission(err) || len(parts) >= legacyDepth {
			names, err = nil, nil
		}
		if t, ok := legacyOf(parts); ok && hasSSTables(dir) {
			t.dir = dir
			tables = append(tables, t)
		}
		for _, name := range names {
			if strings.HasPrefix(name, ".") {
				continue // the index of a table
			}
			if err := walk(append(parts[:len(parts):len(parts)], name)); err != nil {
				return err
			}
		}
		return err
	}
	return tables, walk(nil)
}

// legacyOf reads the folders between a legacy path and some files.
func legacyOf(parts []string) (legacyTable, bool) {
	switch {
	case len(parts) == 2:
		return legacyTable{name: parts[0], folder: parts[1]}, true
	case len(parts) == 3 && parts[1] == "snapshots":
		return legacyTable{name: parts[2], folder: parts[0]}, true
	case len(parts) == 3:
		return legacyTable{database: parts[0], name: parts[1], folder: parts[2]}, true
	}
	return legacyTable{}, false
}

// hasSSTables is true for the folder of an empty table too, when it has a manifest.
func hasSSTables(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		_, ok := parseComponent(e.Name())
		return e.Type().IsRegular() && (ok || e.Name() == "manifest.json")
	})
}

// describeLegacy judges one backup of a script. Its name begins with the script's own word for
// the database, so that it differs from that of the snapshot it was linked from.
func (e *Engine) describeLegacy(root string, tables []legacyTable) backup.Foreign {
	first := tables[0]
	f := backup.Foreign{
		Node: e.addr, Kind: backup.ForeignScript, Restorable: true,
		Name: cmp.Or(first.database, "backup") + "-" + first.name,
		Path: filepath.Join(root, first.database, first.name),
		Time: classify(first.name, "").at,
	}
	slices.SortFunc(tables, func(a, b legacyTable) int { return cmp.Compare(a.folder, b.folder) })
	var newest time.Time
	for _, t := range tables {
		files := looseFiles(t.dir)
		var s foreignTable
		s.judge(files)
		name, _, ok := splitTableFolder(t.folder)
		if !ok {
			name, s.reason = t.folder, "its folder is not named after a table"
		}
		ref := backup.ForeignRef{Database: e.legacyKeyspace(root, t.database, files), Table: name}
		f.Tables = append(f.Tables, ref)
		f.Bytes += s.bytes
		newest = later(newest, s.newest)
		if s.reason != "" && f.Restorable {
			f.Restorable, f.Reason = false, ref.Database+"."+name+": "+s.reason
		}
	}
	f.Time = cmp.Or(f.Time, newest)
	if !isDir(f.Path) {
		f.Path = first.dir // the first layout has no folder for the backup as a whole
	}
	return f
}

// looseFiles lists the files of one folder of a script's backup.
func looseFiles(dir string) []found {
	files, dirs, err := filesIn(filepath.Dir(dir), filepath.Base(dir), "")
	if err != nil {
		return nil
	}
	for _, d := range dirs {
		if inner, _, err := filesIn(filepath.Dir(dir), filepath.Base(dir), d+"/"); err == nil && strings.HasPrefix(d, ".") {
			files = append(files, inner...)
		}
	}
	return files
}

// legacyKeyspace is what the names of the files say (they begin with it until 2.1), else the
// keyspace of the policy that fits the folders' names, else the scripts' word.
func (e *Engine) legacyKeyspace(root, database string, files []found) string {
	for _, f := range files {
		if m := oldName.FindStringSubmatch(path.Base(f.name)); m != nil {
			keyspace, _, _ := strings.Cut(m[1], "-")
			return keyspace
		}
	}
	component := filepath.Base(filepath.Dir(filepath.Dir(root))) // …/<component>/backup/backups
	for _, guess := range []string{component + "_" + database, database, component} {
		if slices.Contains(e.node.Keyspaces, guess) {
			return guess
		}
	}
	return cmp.Or(database, component)
}
