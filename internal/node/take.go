package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

// take is this node's part of a set while it is made.
type take struct {
	s        *session
	order    executor.Order
	begun    backup.Begun
	prepared executor.Prepared
	captured time.Time
	stage    stage
}

type stage int

const (
	ready stage = iota
	fixed
	finished
	gone
)

var _ executor.Take = (*take)(nil)

// Begin proves that the take can be made, and makes its directory appear with begun.json in
// it. The error wraps fs.ErrExist when the set's directory is there already.
func (s *session) Begin(ctx context.Context, o executor.Order) (executor.Take, error) {
	there, err := exists(s.f, string(o.Set))
	if err != nil {
		return nil, fmt.Errorf("begin %s: %w", o.Set, err)
	}
	if there {
		return nil, fmt.Errorf("begin %s on %s: %w", o.Set, s.n.cfg.Addr, fs.ErrExist)
	}
	begun, err := s.announce(ctx, o)
	if err != nil {
		return nil, err
	}
	previous, err := s.n.previous(s.f)
	if err != nil {
		return nil, fmt.Errorf("read earlier manifests: %w", err)
	}
	if err := s.n.enoughRoom(previous); err != nil {
		return nil, err
	}
	prepared, err := s.n.engine.Prepare(ctx, executor.TakeSpec{Begun: begun, Earlier: earlier(s.f, previous)})
	if err != nil {
		return nil, err
	}
	print := prepared.Footprint()
	begun.Tag, begun.Keyspaces, begun.DataDirs = print.Tag, print.Keyspaces, print.DataDirs
	t := &take{s: s, order: o, begun: begun, prepared: prepared}
	s.n.setBusy(o.Set, true)
	if err := s.appear(begun); err != nil {
		// Not even a cancelled context may leave a directory behind that this run can undo.
		return nil, errors.Join(fmt.Errorf("begin %s on %s: %w", o.Set, s.n.cfg.Addr, err), t.Abandon(context.WithoutCancel(ctx)))
	}
	return t, nil
}

// announce is the begun record as far as it is known before the engine has prepared.
func (s *session) announce(ctx context.Context, o executor.Order) (backup.Begun, error) {
	server, err := s.n.engine.Inspect(ctx)
	if err != nil {
		return backup.Begun{}, fmt.Errorf("inspect %s: %w", s.n.cfg.Addr, err)
	}
	if server.Down != "" {
		return backup.Begun{}, fmt.Errorf("%s: server %w: %s", s.n.cfg.Addr, executor.ErrUnreachable, server.Down)
	}
	return backup.Begun{
		Deployment: o.Deployment, Node: s.n.cfg.Addr, Block: o.Block, Set: o.Set, Purpose: o.Purpose,
		Members: o.Members, Identity: server.Identity, Began: o.Began, Tool: o.Tool,
	}, nil
}

// appear makes the directory of a backup appear with begun.json whole in it.
func (s *session) appear(begun backup.Begun) error {
	data, err := backup.Encode(begun)
	if err != nil {
		return err
	}
	aside := path.Join(tmpDir, "new-"+string(begun.Set))
	if err := s.f.Mkdir(aside); err != nil {
		return err
	}
	file, err := s.f.Create(path.Join(aside, begunFile))
	if err == nil {
		err = writeSynced(file, data)
	}
	if err == nil {
		err = s.f.SyncDir(aside)
	}
	if err == nil {
		err = s.f.Rename(aside, string(begun.Set))
	}
	if err != nil {
		return errors.Join(err, s.scrap(aside))
	}
	return syncDir(s.f, ".")
}

// Capture fixes the content at one moment.
func (t *take) Capture(ctx context.Context) (time.Time, error) {
	if t.stage != ready {
		return time.Time{}, errors.New("capture: the take is past that")
	}
	at, err := t.prepared.Capture(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("capture %s: %w", t.s.n.cfg.Addr, err)
	}
	t.captured, t.stage = at.UTC(), fixed
	return t.captured, nil
}

// Finish reads out and verifies; the record comes last, when nothing can go wrong any more.
func (t *take) Finish(ctx context.Context, p executor.Progress) (backup.Record, error) {
	if t.stage != fixed {
		return backup.Record{}, errors.New("finish: nothing was captured")
	}
	if p == nil {
		p = func(int64, int64) {}
	}
	record, err := t.finish(ctx, p)
	if err != nil {
		return backup.Record{}, fmt.Errorf("finish %s on %s: %w", t.order.Set, t.s.n.cfg.Addr, err)
	}
	t.stage = finished
	t.s.n.setBusy(t.order.Set, false)
	return record, nil
}

func (t *take) finish(ctx context.Context, p executor.Progress) (backup.Record, error) {
	dir := newStoreDir(t.s.f, string(t.order.Set))
	content, err := t.prepared.ReadOut(ctx, dir, p)
	if err := errors.Join(err, t.prepared.Close(), dir.finish()); err != nil {
		return backup.Record{}, err
	}
	if err := t.prove(ctx, content); err != nil {
		return backup.Record{}, err
	}
	manifest := backup.Manifest{Node: t.begun.Node, Set: t.order.Set, Tables: content.Tables}
	raw, err := putManifest(t.s.f, manifest, content.Files)
	if err != nil {
		return backup.Record{}, err
	}
	if err := t.accept(); err != nil {
		return backup.Record{}, err
	}
	record := t.record(content, raw)
	data, err := backup.Encode(record)
	if err != nil {
		return backup.Record{}, err
	}
	return record, putWhole(t.s.f, t.path(recordFile), data)
}

func (t *take) path(name string) string { return path.Join(string(t.order.Set), name) }

// prove looks once more at every file that the engine says it stored: between an engine that
// is wrong and a backup that is called good stands only this.
func (t *take) prove(ctx context.Context, c executor.Content) error {
	shelves := t.s.n.shelves(t.s.f, t.begun)
	defer shelves.Close()
	problems, err := shelves.absent(ctx, backup.OutlineOf(c.Files))
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("%w: what was stored is not there: %s", executor.ErrRefused, summary(problems))
	}
	return err
}

func (t *take) accept() error {
	if !t.order.Accept {
		return nil
	}
	return t.s.putAcceptance(t.order.Set)
}

func (t *take) record(c executor.Content, manifest backup.Digest) backup.Record {
	identity := c.Identity
	if identity.IsZero() {
		identity = t.begun.Identity
	}
	return backup.Record{
		Deployment: t.begun.Deployment, Node: t.begun.Node, Block: t.begun.Block, Set: t.begun.Set,
		Purpose: t.begun.Purpose, Members: t.begun.Members, Identity: identity, Server: c.Server,
		Began: t.begun.Began, Captured: t.captured, Finished: t.s.n.now().UTC(),
		Consistency: c.Consistency, Position: c.Position, WaitedMS: milliseconds(c.Waited), Totals: c.Totals, Manifest: manifest, Tool: t.begun.Tool,
	}
}

// milliseconds rounds up, so that a short wait does not look like none.
func milliseconds(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }

// Abandon removes what was made so far, in the order that every removal has.
func (t *take) Abandon(ctx context.Context) error {
	if t.stage == finished || t.stage == gone {
		return nil
	}
	closed := t.prepared.Close()
	if err := t.s.erase(ctx, t.begun); err != nil {
		return errors.Join(closed, fmt.Errorf("abandon %s on %s (the next plan cleans it): %w", t.order.Set, t.s.n.cfg.Addr, err))
	}
	t.stage = gone
	t.s.n.setBusy(t.order.Set, false)
	return closed
}

// maxPrevious bounds how many earlier manifests an engine is shown: one is enough to
// recognise unchanged files, unless it was of another block.
const maxPrevious = 3

// previous are the newest finished backups of this node whose manifests can be read.
func (n *Node) previous(f Folder) (newest []survey, err error) {
	entries, err := f.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for i := len(entries) - 1; i >= 0 && len(newest) < maxPrevious; i-- {
		id, err := backup.ParseSetID(entries[i].Name())
		if err != nil {
			continue
		}
		if s, err := n.readSurvey(f, id); err == nil && s.hasManifest {
			newest = append(newest, s)
		}
	}
	return newest, nil
}

// earlier is how an engine sees them.
func earlier(f Reader, previous []survey) []executor.Earlier {
	var all []executor.Earlier
	for _, s := range previous {
		all = append(all, executor.Earlier{Record: s.record, Files: func(each func(backup.File) error) error {
			_, err := files(f, s, each)
			return err
		}})
	}
	return all
}

// enoughRoom expects the next backup to need about what the last one has in its directory.
func (n *Node) enoughRoom(previous []survey) error {
	var need int64
	if len(previous) > 0 {
		need = previous[0].outline.BytesBelow("")
	}
	free, err := n.disk.Free(n.cfg.SnapshotPath)
	if err != nil {
		return err
	}
	if free-need < n.cfg.MinFree {
		return fmt.Errorf("%w: %s has %d bytes left; the backup may need %d, and min_free is %d: free some room",
			executor.ErrRefused, n.cfg.SnapshotPath, free, need, n.cfg.MinFree)
	}
	return nil
}
