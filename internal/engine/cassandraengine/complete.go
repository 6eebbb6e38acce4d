package cassandraengine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

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

// checkSSTables proves that every SSTable has exactly the files that its TOC.txt lists, but for
// parts of attached indexes.
func checkSSTables(files []found) error {
	sstables := map[string]map[string]found{} // root, folder and prefix → component → file
	for _, f := range files {
		if f.name == "manifest.json" || f.name == "schema.cql" {
			continue
		}
		c, ok := parseComponent(path.Base(f.name))
		if !ok {
			return fmt.Errorf("%w: %q is no file that a snapshot has", executor.ErrRefused, f.path())
		}
		key := f.root + "\x00" + path.Join(f.folder, path.Dir(f.name), c.sstable)
		if sstables[key] == nil {
			sstables[key] = map[string]found{}
		}
		sstables[key][c.name] = f
	}
	for _, parts := range sstables {
		if err := checkTOC(parts); err != nil {
			return err
		}
	}
	return nil
}

func checkTOC(parts map[string]found) error {
	toc, ok := parts["TOC.txt"]
	if !ok {
		return fmt.Errorf("%w: %q has no TOC.txt, which lists what belongs to it", executor.ErrRefused, anyOf(parts).path())
	}
	listed, err := readTOC(toc)
	if err != nil {
		return err
	}
	if !slices.Contains(listed, "Data.db") {
		return fmt.Errorf("%w: %q lists no Data.db", executor.ErrRefused, toc.path())
	}
	for _, name := range listed {
		if _, ok := parts[name]; !ok && !(component{name: name}).isAttachedIndex() {
			return fmt.Errorf("%w: %q lists %q, which is missing", executor.ErrRefused, toc.path(), name)
		}
	}
	for name, f := range parts {
		if !slices.Contains(listed, name) {
			return fmt.Errorf("%w: %q is not listed in %q", executor.ErrRefused, f.path(), toc.path())
		}
	}
	return nil
}

func anyOf(parts map[string]found) found {
	var names []string
	for name := range parts {
		names = append(names, name)
	}
	return parts[slices.Min(names)]
}

// smallFile bounds what is read into memory of a TOC.txt, digest or manifest.json.
const smallFile = 16 << 20

func readSmall(f found) ([]byte, error) {
	if f.size > smallFile {
		return nil, fmt.Errorf("%w: %q is too big for what it should be (%d bytes)", executor.ErrRefused, f.path(), f.size)
	}
	file, err := openUnchanged(f)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data := make([]byte, f.size)
	_, err = readFull(file, data)
	return data, err
}

func readTOC(f found) ([]string, error) {
	data, err := readSmall(f)
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(data)), nil
}

// snapshotManifest is manifest.json, which the server writes into a snapshot. Before 4.0 it
// has only the files (CASSANDRA-20150).
type snapshotManifest struct {
	Files     []string  `json:"files"`
	Created   time.Time `json:"created_at"`
	Ephemeral bool      `json:"ephemeral"`
}

func readManifest(f found) (snapshotManifest, error) {
	data, err := readSmall(f)
	if err != nil {
		return snapshotManifest{}, err
	}
	var m snapshotManifest
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%w: %q: %w", executor.ErrRefused, f.path(), err)
	}
	return m, nil
}

// checkManifests proves that the data files present are exactly those that manifest.json names.
func checkManifests(files []found) error {
	present := map[string]found{}
	var manifests []found
	for _, f := range files {
		if c, ok := parseComponent(path.Base(f.name)); ok && c.name == "Data.db" {
			present[f.name] = f
		}
		if f.name == "manifest.json" {
			manifests = append(manifests, f)
		}
	}
	if len(manifests) != 1 {
		return fmt.Errorf("%w: there are %d files manifest.json where there should be one", executor.ErrRefused, len(manifests))
	}
	m, err := readManifest(manifests[0])
	if err != nil {
		return err
	}
	for _, name := range m.Files {
		if _, ok := present[name]; !ok {
			return fmt.Errorf("%w: %q names %q, which is missing", executor.ErrRefused, manifests[0].path(), name)
		}
		delete(present, name)
	}
	for _, f := range present {
		return fmt.Errorf("%w: %q is not named in %q", executor.ErrRefused, f.path(), manifests[0].path())
	}
	return nil
}

// openUnchanged opens a file without following a link, and only when it is still the one that
// was found.
func openUnchanged(f found) (*os.File, error) {
	file, err := os.OpenFile(f.path(), os.O_RDONLY|noFollow, 0)
	if err != nil {
		return nil, err
	}
	if err := sameFile(file, f); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func sameFile(file *os.File, f found) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if stampOf(info) != f.stamp {
		return fmt.Errorf("%w: %q changed while it was read: something writes into snapshots", executor.ErrRefused, f.path())
	}
	return nil
}
