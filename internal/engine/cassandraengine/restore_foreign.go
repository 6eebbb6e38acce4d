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

// readForeignSource finds the files of a backup that cwb did not make: a snapshot by its tag in
// the data directories, or what an old script linked below a legacy path. The folder of a table
// that was dropped, or made again since, has another id than the live one: what counts is its
// name.
func (e *Engine) readForeignSource(ctx context.Context, f backup.Foreign) (source, error) {
	if f.Node != e.addr {
		return source{}, fmt.Errorf("%w: %q is a snapshot of %s, and can only be restored there", executor.ErrRefused, f.Name, f.Node)
	}
	all, err := e.foreignSources(ctx, nil)
	if err != nil {
		return source{}, err
	}
	at := slices.IndexFunc(all, func(s foreignSource) bool { return s.Name == f.Name && s.Kind == f.Kind })
	if at < 0 {
		return source{}, fmt.Errorf("%w: %q is not there any more", executor.ErrRefused, f.Name)
	}
	if !all[at].Restorable {
		return source{}, fmt.Errorf("%w: %q cannot be restored: %s", executor.ErrRefused, f.Name, all[at].Reason)
	}
	s := source{name: fmt.Sprintf("%s %q", f.Kind, f.Name), captured: f.Time, expires: all[at].Expires}
	for _, t := range all[at].legacy {
		if err := e.addLegacyTable(&s, all[at].root, t); err != nil {
			return source{}, err
		}
	}
	if err := s.addSnapshot(all[at]); err != nil {
		return source{}, err
	}
	return s, s.check()
}

func (s *source) addSnapshot(f foreignSource) error {
	folders := map[string][]where{}
	for _, group := range byTable(f.folders) {
		name, _, _ := splitTableFolder(group[0].folder)
		key := group[0].keyspace + "." + name
		if other := folders[key]; len(other) > 0 {
			return fmt.Errorf("%w: %q is in the folders %s and %s of %s, of which one is of a dropped table: move the one that is not meant away", executor.ErrRefused, f.Name, other[0].folder, group[0].folder, key)
		}
		folders[key] = group
		if err := s.addFolders(group, f.tag); err != nil {
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
