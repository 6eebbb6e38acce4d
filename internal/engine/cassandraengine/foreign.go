package cassandraengine

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cwb/internal/backup"
)

// Foreign lists, in order of name, the snapshots in the data directories that are not ours, one
// entry a tag, and what the old scripts left under the policy's legacy paths. It needs no
// server, follows no link, and opens nothing but TOC.txt and manifest.json.
func (e *Engine) Foreign(ctx context.Context, ours map[string]bool) ([]backup.Foreign, error) {
	sources, err := e.foreignSources(ctx, ours)
	var all []backup.Foreign
	for _, s := range sources {
		all = append(all, s.Foreign)
	}
	return all, err
}

// foreignSource is a foreign backup with where it lies: a tag in table folders, or the tables
// of an old script's backup below a legacy path.
type foreignSource struct {
	backup.Foreign
	tag     string
	folders []where
	root    string
	legacy  []legacyTable
}

func (e *Engine) foreignSources(ctx context.Context, ours map[string]bool) ([]foreignSource, error) {
	byTag, err := e.snapshotsByTag(ctx, ours)
	if err != nil {
		return nil, err
	}
	var all []foreignSource
	for _, tag := range slices.Sorted(maps.Keys(byTag)) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if f, ok := e.describeTag(tag, byTag[tag]); ok {
			all = append(all, foreignSource{Foreign: f, tag: tag, folders: byTag[tag]})
		}
	}
	legacy, err := e.legacyBackups(ctx)
	if err != nil {
		return nil, err
	}
	all = uniqueNames(append(all, legacy...))
	slices.SortStableFunc(all, func(a, b foreignSource) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// snapshotsByTag finds the table folders in which each foreign tag lies, also those of tables
// that exist no more.
func (e *Engine) snapshotsByTag(ctx context.Context, ours map[string]bool) (map[string][]where, error) {
	dirs, err := tableDirs(e.node.DataDirs, e.node.Keyspaces)
	if err != nil {
		return nil, err
	}
	byTag := map[string][]where{}
	for _, w := range dirs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, _, ok := splitTableFolder(w.folder); !ok {
			continue
		}
		tags, err := subfolders(filepath.Join(w.root, w.keyspace, w.folder, "snapshots"))
		if err != nil {
			return nil, err
		}
		for _, tag := range tags {
			if !ours[tag] {
				byTag[tag] = append(byTag[tag], w)
			}
		}
	}
	return byTag, nil
}

// describeTag judges one snapshot, table by table; ok is false for one that the server made for
// itself and will clear (ephemeral, in repairs).
func (e *Engine) describeTag(tag string, folders []where) (backup.Foreign, bool) {
	made := classify(tag, folders[0].keyspace)
	f := backup.Foreign{Node: e.addr, Name: tag, Kind: made.kind, Path: commonPath(folders, tag), Time: made.at, Restorable: true}
	var written, newest time.Time
	for _, table := range byTable(folders) {
		s := readForeign(table, tag)
		if s.ephemeral {
			return backup.Foreign{}, false
		}
		name, _, _ := splitTableFolder(table[0].folder)
		f.Tables = append(f.Tables, backup.ForeignRef{Database: table[0].keyspace, Table: name})
		f.Bytes += s.bytes
		if s.reason != "" && f.Restorable {
			f.Restorable, f.Reason = false, table[0].keyspace+"."+name+": "+s.reason
		}
		written, newest = later(written, s.created), later(newest, s.newest)
		f.Expires = sooner(f.Expires, s.expires)
	}
	f.Time = cmp.Or(f.Time, written, newest)
	return f, true
}

// byTable groups folders that are the same table's in several data directories, in order.
func byTable(folders []where) [][]where {
	groups := map[string][]where{}
	for _, w := range folders {
		key := w.keyspace + "/" + w.folder
		groups[key] = append(groups[key], w)
	}
	var all [][]where
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		all = append(all, groups[key])
	}
	return all
}

// commonPath shows where a snapshot lies, with * where there is more than one folder.
func commonPath(folders []where, tag string) string {
	first := strings.Split(filepath.Join(folders[0].root, folders[0].snapshotDir(tag)), "/")
	for _, w := range folders[1:] {
		next := strings.Split(filepath.Join(w.root, w.snapshotDir(tag)), "/")
		for i := range first {
			if len(next) != len(first) || next[i] != first[i] {
				first[i] = "*"
			}
		}
	}
	return path.Join("/", path.Join(first...))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// sooner is the earlier of two moments of which each may be never, the zero time.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// uniqueNames makes the names differ from each other, since restore and adopt go by them.
func uniqueNames(all []foreignSource) []foreignSource {
	seen := map[string]bool{}
	for i := range all {
		for base, n := all[i].Name, 2; seen[all[i].Name]; n++ {
			all[i].Name = fmt.Sprintf("%s~%d", base, n)
		}
		seen[all[i].Name] = true
	}
	return all
}
