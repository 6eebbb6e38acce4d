package cassandraengine

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"cwb/executor"
	"cwb/internal/backup"
)

// gatherLegacy is gather for an old script's backup.
func (e *Engine) gatherLegacy(s foreignSource) ([]tableFiles, []backup.Folder, error) {
	var tables []tableFiles
	var folders []backup.Folder
	for _, t := range s.legacy {
		proven, own, err := e.gatherLegacyTable(s.root, t)
		if err != nil {
			return nil, nil, err
		}
		tables, folders = append(tables, proven), append(folders, own...)
	}
	whole, err := wholeFolder(s, folders)
	return tables, append(folders, whole...), err
}

func (e *Engine) gatherLegacyTable(root string, t legacyTable) (tableFiles, []backup.Folder, error) {
	folder, err := below(root, t.dir)
	if err != nil {
		return tableFiles{}, nil, err
	}
	table, id, ok := splitTableFolder(t.folder)
	if !ok {
		return tableFiles{}, nil, fmt.Errorf("%w: the folder %q is not named after a table", executor.ErrRefused, t.dir)
	}
	files, err := folderFiles(root, folder)
	if err != nil {
		return tableFiles{}, nil, err
	}
	proven := tableFiles{table: tableName{Keyspace: e.legacyKeyspace(root, t.database, files), Table: table, ID: id}, files: files}
	if err := provenForeign(proven); err != nil {
		return tableFiles{}, nil, err
	}
	own, err := foldersOf(root, folder)
	return proven, own, err
}

// wholeFolder is the folder that all tables of a script's backup lie in, with those in it that
// are empty. When something else lies there too, it stays; when the tables lie in none of
// their own, there is none.
func wholeFolder(s foreignSource, tables []backup.Folder) ([]backup.Folder, error) {
	at, err := below(s.root, s.Path)
	if err != nil || slices.Contains(tables, backup.Folder{Root: s.root, Path: at}) {
		return nil, err
	}
	entries, err := os.ReadDir(s.Path)
	if err != nil {
		return nil, err
	}
	var own []backup.Folder
	for _, entry := range entries {
		f := backup.Folder{Root: s.root, Path: path.Join(at, entry.Name())}
		if slices.Contains(tables, f) {
			continue
		}
		if inside, err := os.ReadDir(filepath.Join(s.Path, entry.Name())); !entry.IsDir() || err != nil || len(inside) > 0 {
			return nil, nil
		}
		own = append(own, f)
	}
	return append(own, backup.Folder{Root: s.root, Path: at}), nil
}

// below is where dir lies below root, slash-separated.
func below(root, dir string) (string, error) {
	rel, err := filepath.Rel(root, dir)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%w: %q does not lie in %q", executor.ErrRefused, dir, root)
	}
	return filepath.ToSlash(rel), nil
}
