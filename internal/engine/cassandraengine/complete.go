package cassandraengine

import (
	"fmt"
	"path/filepath"
	"slices"

	"cwb/executor"
)

// tableFiles is the snapshot of one table, proven complete.
type tableFiles struct {
	table tableName
	files []found
}

// content is the size of the SSTables' files.
func (t tableFiles) content() int64 {
	var sum int64
	for _, f := range t.files {
		if !isIncidental(f.name) {
			sum += f.size
		}
	}
	return sum
}

// collect finds the snapshot of every table in the data directories and proves that each is
// there and whole, and that no folder of the tag belongs to anything else.
func collect(dataDirs, keyspaces []string, tag string, tables []tableName) ([]tableFiles, error) {
	folders, err := snapshotFolders(dataDirs, keyspaces, tag)
	if err != nil {
		return nil, fmt.Errorf("look for snapshot %q: %w", tag, err)
	}
	var all []tableFiles
	for _, t := range tables {
		own, rest := partition(folders, t)
		if len(own) == 0 {
			return nil, fmt.Errorf("%w: table %s (%s) has no folder of snapshot %q in %s: nodetool left it out; see the server's log, then run cwb apply again", executor.ErrRefused, t, t.ID, tag, list(dataDirs))
		}
		files, err := completeTable(own, tag)
		if err != nil {
			return nil, fmt.Errorf("snapshot %q of table %s: %w", tag, t, err)
		}
		all = append(all, tableFiles{table: t, files: files})
		folders = rest
	}
	if len(folders) > 0 {
		w := folders[0]
		return nil, fmt.Errorf("%w: %q is a snapshot of a table that the schema does not have: the schema changed during the take; run cwb apply again", executor.ErrRefused, filepath.Join(w.root, w.snapshotDir(tag)))
	}
	return all, nil
}

// partition takes out the folders of one table.
func partition(folders []where, t tableName) (own, rest []where) {
	names := tableFolders(t.Table, t.ID)
	for _, w := range folders {
		if w.keyspace == t.Keyspace && slices.Contains(names, w.folder) {
			own = append(own, w)
		} else {
			rest = append(rest, w)
		}
	}
	return own, rest
}

// completeTable lists the files of one table's snapshot over all data directories and proves
// them complete. The server puts manifest.json into one of the directories, whichever, and
// names there what lies in all of them.
func completeTable(folders []where, tag string) ([]found, error) {
	var files []found
	for _, w := range folders {
		some, err := snapshotFiles(w, tag)
		if err != nil {
			return nil, err
		}
		files = append(files, some...)
	}
	if err := checkSSTables(files); err != nil {
		return nil, err
	}
	return files, checkManifests(files)
}
