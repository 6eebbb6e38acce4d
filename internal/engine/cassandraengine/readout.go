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
	l, err := t.hash(ctx, tables, p)
	if err != nil {
		return executor.Content{}, err
	}
	stored, err := t.store(dir)
	if err != nil {
		return executor.Content{}, err
	}
	return t.content(l, stored), nil
}

func (t *take) collect() ([]tableFiles, error) {
	return collect(t.engine.node.DataDirs, t.engine.node.Keyspaces, t.tag, t.before.tables())
}

// hash reads or vouches for every file, the small digests first, since they decide about the
// others.
func (t *take) hash(ctx context.Context, tables []tableFiles, p executor.Progress) (*fileList, error) {
	l := newFileList(tables)
	h := &hasher{parallel: t.engine.options.Parallel, now: t.engine.options.Now, progress: p, total: l.size()}
	newKnown(l).ask(t.earlier)
	if err := h.digests(ctx, l); err != nil {
		return nil, err
	}
	l.vouch(t.engine.options.Now().Add(-t.engine.options.RehashAfter).UnixNano())
	if err := h.all(ctx, l.files, l.hashes); err != nil {
		return nil, err
	}
	t.bytesRead = h.read.Load()
	return l, nil
}

// digests reads the digest components, and confirms what earlier manifests claim of them.
func (h *hasher) digests(ctx context.Context, l *fileList) error {
	var digests []*found
	var index []int
	for i, f := range l.files {
		if c, ok := parseComponent(path.Base(f.name)); ok && c.isDigest() {
			digests, index = append(digests, f), append(index, i)
		}
	}
	sums := make([]hashed, len(digests))
	if err := h.all(ctx, digests, sums); err != nil {
		return err
	}
	for i, at := range index {
		if was := l.hashes[at]; was.basis == claimed && was.sum == sums[i].sum {
			sums[i].basis = confirmed
		}
		l.hashes[at] = sums[i]
		h.done.Add(-digests[i].size) // counted again with all files
	}
	return nil
}

func (t *take) content(l *fileList, stored []backup.File) executor.Content {
	c := l.content(stored...)
	c.Server = backup.Server{Product: "Cassandra", Version: t.local.version}
	c.Identity, c.Consistency = t.local.identity(), rung
	c.Position = map[string]string{
		"datacenter": t.local.datacenter, "rack": t.local.rack,
		"schema_version": t.local.schemaVersion, "tokens": strings.Join(t.local.tokens, " "),
		"snapshot_began": t.began.Format(time.RFC3339Nano), provenKey: t.engine.wiring(),
	}
	return c
}

// content sums up; stored are the files in the backup's own directory, which come first.
func (l *fileList) content(stored ...backup.File) executor.Content {
	c := executor.Content{Files: func(yield func(backup.File) bool) {
		for _, f := range stored {
			if !yield(f) {
				return
			}
		}
		l.entries()(yield)
	}}
	for _, table := range l.tables {
		c.Tables = append(c.Tables, backup.Table{
			Database: table.table.Keyspace, Name: table.table.Table, ID: table.table.ID,
			Type: table.table.kind(), Bytes: table.content(),
		})
		c.Totals.Bytes += table.content()
	}
	c.Totals.Stored = l.size()
	for _, f := range stored {
		c.Totals.Stored += f.Bytes
	}
	c.Totals.Tables, c.Totals.Files = int64(len(l.tables)), int64(len(l.files)+len(stored))
	return c
}

func (t tableName) kind() string {
	if t.View {
		return "view"
	}
	return "table"
}
