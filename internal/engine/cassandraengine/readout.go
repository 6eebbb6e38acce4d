package cassandraengine

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

// ReadOut proves the snapshot complete, hashes it, and stores the schema and the ring. The data
// stays where Cassandra put it.
func (t *take) ReadOut(ctx context.Context, dir executor.Dir, p executor.Progress) (executor.Content, error) {
	if t.captured.IsZero() {
		return executor.Content{}, errors.New("read out before the capture")
	}
	content, err := t.readOut(ctx, dir, p)
	if err != nil {
		return executor.Content{}, fmt.Errorf("read out %s: %w", t.engine.addr, err)
	}
	return content, nil
}

func (t *take) readOut(ctx context.Context, dir executor.Dir, p executor.Progress) (executor.Content, error) {
	folders, err := snapshotFolders(t.engine.node.DataDirs, t.engine.node.Keyspaces, t.tag)
	if err != nil {
		return executor.Content{}, err
	}
	if err := detach(folders, t.tag); err != nil {
		return executor.Content{}, err
	}
	tables, err := t.collect()
	if err != nil {
		return executor.Content{}, err
	}
	files, err := t.hash(ctx, tables, p)
	if err != nil {
		return executor.Content{}, err
	}
	stored, err := t.store(dir)
	if err != nil {
		return executor.Content{}, err
	}
	return t.content(tables, append(stored, files...)), nil
}

func (t *take) collect() ([]tableFiles, error) {
	return collect(t.engine.node.DataDirs, t.engine.node.Keyspaces, t.tag, t.before.tables())
}

// hash reads or vouches for every file, the small digests first, since they decide about the
// others.
func (t *take) hash(ctx context.Context, tables []tableFiles, p executor.Progress) ([]backup.File, error) {
	files, results := listFiles(tables)
	h := &hasher{parallel: t.engine.options.Parallel, now: t.engine.options.Now, progress: p}
	for _, f := range files {
		h.total += f.size
	}
	if err := t.hashDigests(ctx, h, files, results); err != nil {
		return nil, err
	}
	newKnown(t.previous, t.engine.options.Now().Add(-t.engine.options.RehashAfter)).vouch(files, results)
	if err := h.all(ctx, files, results); err != nil {
		return nil, err
	}
	t.bytesRead = h.read.Load()
	return results, nil
}

// listFiles flattens the tables' files, with all of their entries but the hash.
func listFiles(tables []tableFiles) ([]found, []backup.File) {
	var files []found
	var results []backup.File
	for _, table := range tables {
		for _, f := range table.files {
			files = append(files, f)
			results = append(results, backup.File{
				Root: f.root, Path: f.rel(), Database: table.table.Keyspace, Table: table.table.Table,
				Bytes: f.size, Device: f.device, Inode: f.inode, Modified: f.mtime,
			})
		}
	}
	return files, results
}

func (t *take) hashDigests(ctx context.Context, h *hasher, files []found, results []backup.File) error {
	var digests []found
	var index []int
	for i, f := range files {
		if c, ok := parseComponent(path.Base(f.name)); ok && c.isDigest() {
			digests, index = append(digests, f), append(index, i)
		}
	}
	hashed := make([]backup.File, len(digests))
	if err := h.all(ctx, digests, hashed); err != nil {
		return err
	}
	for i, at := range index {
		results[at].SHA256, results[at].Hashed = hashed[i].SHA256, hashed[i].Hashed
		h.done.Add(-digests[i].size) // counted again with all files
	}
	return nil
}

func (t *take) content(tables []tableFiles, files []backup.File) executor.Content {
	c := contentOf(tables, files)
	c.Server = backup.Server{Product: "Cassandra", Version: t.local.version}
	c.Identity, c.Consistency = t.local.identity(), rung
	c.Position = map[string]string{
		"datacenter": t.local.datacenter, "rack": t.local.rack,
		"schema_version": t.local.schemaVersion, "tokens": strings.Join(t.local.tokens, " "),
		"snapshot_began": t.began.Format(time.RFC3339Nano), provenKey: t.engine.wiring(),
	}
	return c
}

// contentOf sums up.
func contentOf(tables []tableFiles, files []backup.File) executor.Content {
	c := executor.Content{Files: files}
	for _, table := range tables {
		c.Tables = append(c.Tables, backup.Table{
			Database: table.table.Keyspace, Name: table.table.Table, ID: table.table.ID,
			Type: table.table.kind(), Bytes: table.content(),
		})
		c.Totals.Bytes += table.content()
	}
	for _, f := range files {
		c.Totals.Stored += f.Bytes
	}
	c.Totals.Tables, c.Totals.Files = int64(len(tables)), int64(len(files))
	return c
}

func (t tableName) kind() string {
	if t.View {
		return "view"
	}
	return "table"
}
