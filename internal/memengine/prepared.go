package memengine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

// Prepare implements executor.Engine.
func (e *Engine) Prepare(ctx context.Context, t executor.TakeSpec) (executor.Prepared, error) {
	p := &prepared{e: e, begun: t.Begun}
	err := e.do(ctx, OpPrepare, func() error {
		e.Server.mu.Lock()
		defer e.Server.mu.Unlock()
		if e.Server.down != "" {
			return fmt.Errorf("server %w: %s", executor.ErrUnreachable, e.Server.down)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// prepared is a take of this engine.
type prepared struct {
	e      *Engine
	begun  backup.Begun
	moment map[string]map[string]string // nil before the capture
	closed bool
}

func (p *prepared) outside() bool { return p.e.Node.Kind == backup.Cassandra }

func (p *prepared) tag() string { return p.begun.Set.Tag(p.begun.Node) }

// Footprint implements executor.Prepared.
func (p *prepared) Footprint() executor.Footprint {
	if !p.outside() {
		return executor.Footprint{}
	}
	return executor.Footprint{Tag: p.tag(), Keyspaces: []string{Database}, DataDirs: []string{p.e.DataDir}}
}

// Capture implements executor.Prepared.
func (p *prepared) Capture(ctx context.Context) (time.Time, error) {
	if p.closed {
		return time.Time{}, errors.New("the take is closed")
	}
	err := p.e.do(ctx, OpCapture, p.capture)
	// The set's own second is as good a moment as any, and the same in every run of a test.
	return p.captured(), err
}

func (p *prepared) captured() time.Time {
	if p.begun.Began.IsZero() {
		return time.Now().UTC()
	}
	return p.begun.Began
}

func (p *prepared) capture() error {
	moment, err := p.e.Server.moment()
	if err != nil {
		return err
	}
	p.moment = moment
	if !p.outside() || p.e.Lies.LoseSnapshot {
		return nil
	}
	for _, table := range slices.Sorted(maps.Keys(moment)) {
		if err := p.e.Outside.WriteFile(p.e.DataDir, snapshotFile(table, p.tag()), encode(moment[table])); err != nil {
			return err
		}
	}
	return nil
}

// ReadOut implements executor.Prepared.
func (p *prepared) ReadOut(ctx context.Context, dir executor.Dir, progress executor.Progress) (executor.Content, error) {
	var c executor.Content
	if p.closed || p.moment == nil {
		return c, errors.New("nothing was captured")
	}
	err := p.e.do(ctx, OpReadOut, func() (err error) {
		c, err = p.readOut(ctx, dir, progress)
		return err
	})
	if err != nil {
		return executor.Content{}, err
	}
	return c, nil
}

func (p *prepared) readOut(ctx context.Context, dir executor.Dir, progress executor.Progress) (executor.Content, error) {
	c := listed{Content: executor.Content{
		Server:   backup.Server{Product: p.e.product(), Version: "1.0"},
		Identity: p.e.Server.Identity(), Consistency: "snapshot",
	}}
	names := slices.Sorted(maps.Keys(p.moment))
	if err := p.store(&c, dir, "schema.txt", "", fmt.Appendf(nil, "%q\n", names), 0); err != nil {
		return executor.Content{}, err
	}
	for i, table := range names {
		if ctx.Err() != nil {
			return executor.Content{}, context.Cause(ctx)
		}
		if err := p.table(ctx, &c, dir, table); err != nil {
			return executor.Content{}, err
		}
		progress(int64(i+1), int64(len(names)))
	}
	p.lie(&c)
	return c.content(), nil
}

// chunkRows keeps chunks small, so that every table of a test has several.
const chunkRows = 100

func (p *prepared) table(ctx context.Context, c *listed, dir executor.Dir, table string) error {
	rows := p.moment[table]
	t := backup.Table{Database: Database, Name: table, Type: "table", Rows: int64(len(rows)), Bytes: int64(len(encode(rows)))}
	c.Tables = append(c.Tables, t)
	c.Totals.Rows += t.Rows
	c.Totals.Bytes += t.Bytes
	if p.outside() {
		return p.hash(c, table, rows)
	}
	keys := slices.Sorted(maps.Keys(rows))
	for n, part := range slices.Collect(slices.Chunk(keys, chunkRows)) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		some := map[string]string{}
		for _, key := range part {
			some[key] = rows[key]
		}
		if err := p.store(c, dir, fmt.Sprintf("%s/%s/%06d.rows", Database, table, n), table, encode(some), len(part)); err != nil {
			return err
		}
	}
	return nil
}

// hash proves that a table's snapshot is there and complete.
func (p *prepared) hash(c *listed, table string, rows map[string]string) error {
	name := snapshotFile(table, p.tag())
	data, err := p.e.Outside.ReadFile(p.e.DataDir, name)
	if err != nil {
		return fmt.Errorf("%w: table %s is not in the snapshot: %w", executor.ErrRefused, table, err)
	}
	if !bytes.Equal(data, encode(rows)) {
		return fmt.Errorf("%w: the snapshot of table %s is not complete", executor.ErrRefused, table)
	}
	c.list(backup.File{Root: p.e.DataDir, Path: name, Database: Database, Table: table}, data, 0)
	return nil
}

// store writes a file and reads it back.
func (p *prepared) store(c *listed, dir executor.Dir, name, table string, data []byte, rows int) error {
	w, err := dir.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	if err := errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	r, err := dir.Open(name)
	if err != nil {
		return err
	}
	back, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("read back %s: %w", name, err)
	}
	if !bytes.Equal(back, data) {
		return fmt.Errorf("read back %s: it is not what was written", name)
	}
	c.list(backup.File{Path: name, Database: Database, Table: table}, data, rows)
	return nil
}

// listed is a content that grows.
type listed struct {
	executor.Content
	files []backup.File
}

func (c *listed) list(f backup.File, data []byte, rows int) {
	sum := sha256.Sum256(data)
	f.SHA256, f.Bytes, f.Rows = hex.EncodeToString(sum[:]), int64(len(data)), int64(rows)
	c.files = append(c.files, f)
	c.Totals.Stored += f.Bytes
}

func (c *listed) content() executor.Content {
	c.Totals.Tables, c.Totals.Files = int64(len(c.Tables)), int64(len(c.files))
	c.Files = slices.Values(c.files)
	return c.Content
}

func (p *prepared) lie(c *listed) {
	if p.e.Lies.CutFile {
		c.files[len(c.files)-1].Bytes++
	}
}

// Close implements executor.Prepared.
func (p *prepared) Close() error {
	p.closed = true
	return p.e.Around(context.Background(), OpClose, func() error { return nil })
}
