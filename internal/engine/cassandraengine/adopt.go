package cassandraengine

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

var _ executor.Adopter = (*Engine)(nil)

// foreignRung stands in the records of adopted backups: what their files do not tell.
const foreignRung = "not known: hard links that cwb did not make"

// Prove reads a snapshot in the data directories, or an old script's backup, to its end: every
// SSTable has all its files and no other, the data is what its Digest.crc32 says (3.0 on), and
// the data files are those of manifest.json where there is one. The server is not asked, and
// which one made it is not known: its identity stays empty.
func (e *Engine) Prove(ctx context.Context, name string, p executor.Progress) (executor.Examined, error) {
	all, err := e.foreignSources(ctx, nil)
	if err != nil {
		return executor.Examined{}, err
	}
	at := slices.IndexFunc(all, func(s foreignSource) bool { return s.Name == name })
	if at < 0 {
		return executor.Examined{}, fmt.Errorf("%w: there is no foreign backup %q", executor.ErrRefused, name)
	}
	if strings.HasPrefix(all[at].tag, "cwb-") {
		return executor.Examined{}, fmt.Errorf("%w: %q is named like a snapshot that cwb itself made: adopt nothing of another policy", executor.ErrRefused, name)
	}
	return e.prove(ctx, all[at], p)
}

func (e *Engine) prove(ctx context.Context, s foreignSource, p executor.Progress) (executor.Examined, error) {
	tables, folders, err := e.gather(s)
	if err != nil {
		return executor.Examined{}, err
	}
	l := newFileList(tables)
	if len(l.files) == 0 {
		return executor.Examined{}, fmt.Errorf("%w: it holds no file", executor.ErrRefused)
	}
	if err := e.hashProven(ctx, l, p); err != nil {
		return executor.Examined{}, err
	}
	x := executor.Examined{At: s.Time, Folders: folders, Content: l.content()}
	x.Content.Server, x.Content.Consistency = backup.Server{Product: "Cassandra"}, foreignRung
	return x, nil
}

// gather finds the files of all tables of a foreign backup, and proves that none is missing.
func (e *Engine) gather(s foreignSource) ([]tableFiles, []backup.Folder, error) {
	if s.legacy != nil {
		return e.gatherLegacy(s)
	}
	var tables []tableFiles
	var folders []backup.Folder
	for _, group := range byTable(s.folders) {
		t, own, err := gatherTable(group, s.tag)
		if err != nil {
			return nil, nil, err
		}
		tables, folders = append(tables, t), append(folders, own...)
	}
	return tables, folders, nil
}

// gatherTable finds one table's part of a snapshot in all data directories.
func gatherTable(group []where, tag string) (tableFiles, []backup.Folder, error) {
	name, id, _ := splitTableFolder(group[0].folder)
	t := tableFiles{table: tableName{Keyspace: group[0].keyspace, Table: name, ID: id}}
	var folders []backup.Folder
	for _, w := range group {
		files, err := snapshotFiles(w, tag)
		if err != nil {
			return t, nil, err
		}
		own, err := foldersOf(w.root, w.snapshotDir(tag))
		if err != nil {
			return t, nil, err
		}
		t.files, folders = append(t.files, files...), append(folders, own...)
	}
	return t, folders, provenForeign(t)
}

// provenForeign is completeTable for what has no manifest.json, as before 2.1.
func provenForeign(t tableFiles) error {
	if err := checkSSTables(t.files); err != nil {
		return fmt.Errorf("table %s: %w", t.table, err)
	}
	at := slices.IndexFunc(t.files, func(f found) bool { return f.name == "manifest.json" })
	if at < 0 {
		return nil
	}
	if err := checkManifests(t.files); err != nil {
		return fmt.Errorf("table %s: %w", t.table, err)
	}
	return checkStays(t.files[at])
}

// checkStays refuses a snapshot that the server will remove by itself: adopted, it would be a
// backup that vanishes.
func checkStays(manifest found) error {
	m, err := readManifest(manifest)
	if err == nil && !m.Expires.IsZero() {
		err = fmt.Errorf("%w: it expires: Cassandra removes it at %s: make one that has no --ttl and adopt that", executor.ErrRefused, m.Expires.UTC().Format(time.RFC3339))
	}
	return err
}

// foldersOf is the folder of one table, and those of its indexes.
func foldersOf(root, folder string) ([]backup.Folder, error) {
	all := []backup.Folder{{Root: root, Path: folder}}
	indexes, err := subfolders(filepath.Join(root, folder))
	for _, index := range indexes {
		all = append(all, backup.Folder{Root: root, Path: folder + "/" + index})
	}
	return all, err
}
