package cassandraengine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"cwb/executor"
	"cwb/internal/backup"
)

// foreignSource finds the files of a backup that cwb did not make: a snapshot by its tag in the
// data directories, or what an old script linked below a legacy path. The folder of a table that
// was dropped, or made again since, has another id than the live one: what counts is its name.
func (e *Engine) foreignSource(ctx context.Context, f backup.Foreign) (source, error) {
	if f.Node != e.addr && f.Node != (backup.NodeAddr{}) {
		return source{}, fmt.Errorf("%w: %q is a snapshot of %s, and can only be restored there", executor.ErrRefused, f.Name, f.Node)
	}
	if !f.Restorable {
		return source{}, fmt.Errorf("%w: %q cannot be restored: %s", executor.ErrRefused, f.Name, f.Reason)
	}
	s := source{name: fmt.Sprintf("%s %q", f.Kind, f.Name), captured: f.Time}
	var err error
	if f.Kind == backup.ForeignScript {
		err = e.addLegacy(ctx, &s, f)
	} else {
		err = e.addSnapshot(ctx, &s, f)
	}
	if err == nil && len(s.tables)+len(s.views) == 0 {
		err = fmt.Errorf("%w: nothing of %q is there any more", executor.ErrRefused, f.Name)
	}
	if err != nil {
		return source{}, err
	}
	return s, s.check()
}

func (e *Engine) addSnapshot(ctx context.Context, s *source, f backup.Foreign) error {
	byTag, err := e.snapshotsByTag(ctx, nil)
	if err != nil {
		return err
	}
	folders := map[string][]where{}
	for _, group := range byTable(byTag[f.Name]) {
		name, _, _ := splitTableFolder(group[0].folder)
		key := group[0].keyspace + "." + name
		if other := folders[key]; len(other) > 0 {
			return fmt.Errorf("%w: %q is in the folders %s and %s of %s, of which one is of a dropped table: move the one that is not meant away", executor.ErrRefused, f.Name, other[0].folder, group[0].folder, key)
		}
		folders[key] = group
		if err := s.addFolders(group, f.Name); err != nil {
			return err
		}
	}
	return nil
}

// addFolders adds one table of a snapshot, over all data directories.
func (s *source) addFolders(folders []where, tag string) error {
	name, id, _ := splitTableFolder(folders[0].folder)
	t := tableName{Keyspace: folders[0].keyspace, Table: name, ID: id}
	var files []found
	for _, w := range folders {
		some, err := snapshotFiles(w, tag)
		if err != nil {
			return err
		}
		files = append(files, inFolders(some)...)
	}
	return s.addForeign(t, files)
}

// addForeign adds a table with the definition that lies beside its files. The snapshot of a
// view has one, too: it is left out, since views are made from their tables.
func (s *source) addForeign(t tableName, files []found) error {
	if missing := missingComponent(files); missing != "" {
		return fmt.Errorf("%w: %s: %s", executor.ErrRefused, t, missing)
	}
	if err := s.describeFrom(t, files); err != nil {
		return err
	}
	k := s.schema(t.Keyspace)
	t.View = slices.ContainsFunc(k.Statements, func(st statement) bool { return st.Type == "materialized_view" && st.Name == t.Table })
	s.add(t, files)
	return nil
}

// inFolders moves the folder of an index from the names of files to their folders.
func inFolders(files []found) []found {
	for i, f := range files {
		if dir := filepath.Dir(f.name); dir != "." {
			files[i].folder, files[i].name = f.folder+"/"+dir, filepath.Base(f.name)
		}
	}
	return files
}

func (e *Engine) addLegacy(ctx context.Context, s *source, f backup.Foreign) error {
	for _, root := range e.legacy {
		tables, err := findLegacy(ctx, root)
		if err != nil {
			return err
		}
		groups := map[string][]legacyTable{}
		for _, t := range tables {
			groups[t.database+"\x00"+t.name] = append(groups[t.database+"\x00"+t.name], t)
		}
		for _, group := range groups {
			if e.describeLegacy(root, group).Path != f.Path {
				continue
			}
			for _, t := range group {
				if err := e.addLegacyTable(s, root, t); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (e *Engine) addLegacyTable(s *source, root string, t legacyTable) error {
	files := looseFiles(t.dir)
	name, id, ok := splitTableFolder(t.folder)
	if !ok {
		return fmt.Errorf("%w: %q is not named after a table", executor.ErrRefused, t.dir)
	}
	keyspace := e.legacyKeyspace(root, t.database, files)
	if err := checkNames("keyspace or table", keyspace, name); err != nil {
		return err
	}
	return s.addForeign(tableName{Keyspace: keyspace, Table: name, ID: id}, inFolders(files))
}

// readPresent reads a small file as it is now.
func readPresent(f found) ([]byte, error) {
	info, err := os.Lstat(f.path())
	if err != nil {
		return nil, err
	}
	f.stamp = stampOf(info)
	return readSmall(f)
}
