package cassandraengine

import (
	"context"
	"fmt"
	"slices"

	"cwb/executor"
)

// noteTouched lists tables whose import was begun.
const noteTouched = "touched.json"

// undo gives back what was there before, and leaves nothing of the restore behind.
func (r *restoring) undo(ctx context.Context) error {
	var was before
	there, err := r.note(noteBefore, &was)
	if err == nil && there {
		err = r.undoChanges(ctx, was)
	}
	if err != nil {
		return err
	}
	if there {
		if err := r.noteKept(was); err != nil { // what the undo itself has emptied and dropped
			return err
		}
	}
	return r.forget(ctx, was)
}

func (r *restoring) undoChanges(ctx context.Context, was before) error {
	touched, err := r.marked(noteTouched)
	if err != nil {
		return err
	}
	if r.o.Adds {
		for _, t := range was.Targets {
			if t.ID != "" && touched[t.String()] {
				return fmt.Errorf("%w: rows were added to %s on this host alone, and cannot be told from those that were there: restore the whole ring from its safety backup", executor.ErrRefused, t)
			}
		}
	}
	if !r.o.Emptied && !r.o.Adds && len(touched) == 0 {
		return nil // nothing that is served was changed
	}
	back, err := r.readBefore(ctx, was)
	if err != nil {
		return err
	}
	if r.o.Adds || slices.Contains(r.o.Phases, executor.PhaseTruncate) {
		if err := r.giveRoom(ctx, was, back); err != nil {
			return err
		}
	}
	if r.o.Adds {
		return nil
	}
	return r.giveBack(ctx, was, back)
}

// readBefore finds the files of what was there: in the safety backup, else in the restore's own
// snapshot.
func (r *restoring) readBefore(ctx context.Context, was before) (source, error) {
	back := source{keyspaces: was.Keyspaces}
	if r.o.Adds {
		return back, nil
	}
	safe := source{}
	if r.o.Safety != nil {
		var err error
		if safe, err = r.e.readSource(ctx, *r.o.Safety); err != nil {
			return back, err
		}
	}
	back.host, back.tokens = safe.host, safe.tokens
	for _, t := range was.replaced() {
		if err := back.find(t, safe, was, r.e); err != nil {
			return back, err
		}
	}
	return back, nil
}

// find adds one table with its files of before.
func (s *source) find(t tableName, safe source, was before, e *Engine) error {
	for _, have := range safe.tables {
		if have.Keyspace == t.Keyspace && have.Table == t.Table {
			have.target = t.Keyspace
			s.tables = append(s.tables, have)
			return nil
		}
	}
	folders, err := snapshotFolders(e.node.DataDirs, []string{t.Keyspace}, was.Own)
	if err != nil {
		return err
	}
	own, _ := partition(folders, t)
	if was.Own == "" || len(own) == 0 {
		return fmt.Errorf("%w: what was in %s before is in no safety backup any more: look for it among the snapshots that cwb list shows", executor.ErrRefused, t)
	}
	var files []found
	for _, w := range own {
		some, err := snapshotFiles(w, was.Own)
		if err != nil {
			return err
		}
		files = append(files, inFolders(some)...)
	}
	s.add(tableName{Keyspace: t.Keyspace, Table: t.Table, ID: t.ID}, files)
	return nil
}

// giveRoom empties what was replaced, and lets go what was not there, once for the whole ring.
func (r *restoring) giveRoom(ctx context.Context, was before, back source) error {
	if err := r.putNote(noteReturned, map[string]bool{}); err != nil { // of a run that was cut
		return err
	}
	p := restorePlan{source: back}
	var err error
	if p.live, err = liveSchemas(ctx, r.server, was.places()); err != nil {
		return err
	}
	if !r.o.Adds {
		if err := r.dropViews(ctx, p.live, was.replaced()); err != nil {
			return err
		}
	}
	if err := r.dropMade(ctx, was, p.live); err != nil {
		return err
	}
	if r.o.Adds {
		return nil
	}
	if err := r.create(ctx, p); err != nil {
		return err
	}
	return r.empty(ctx, was.replaced())
}

// places are the keyspaces that the restore has to do with.
func (b before) places() []string {
	var all []string
	for _, t := range slices.Concat(b.Targets, b.Exact) {
		all = append(all, t.Keyspace)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// dropMade drops the tables that the restore has made, and keyspaces that have nothing else.
func (r *restoring) dropMade(ctx context.Context, was before, live map[string]keyspaceSchema) error {
	for _, t := range was.Targets {
		if t.ID == "" {
			t.ID = madeID(r.o.ID, t)
			if err := r.dropTable(ctx, live, t); err != nil {
				return err
			}
		}
	}
	for _, name := range was.places() {
		if _, before := was.schema(name); before {
			continue
		}
		now, err := r.server.schema(ctx, name)
		if err != nil || len(now.Tables) > 0 {
			continue // it is gone already, or somebody uses it
		}
		if err := r.server.exec(ctx, "DROP KEYSPACE IF EXISTS "+quote(name)); err != nil {
			return err
		}
	}
	return nil
}

// giveBack loads on this host what it had before.
func (r *restoring) giveBack(ctx context.Context, was before, back source) error {
	done, err := r.marked(noteReturned)
	if err != nil {
		return err
	}
	for i, t := range back.tables {
		if !done[t.into()] {
			if err := r.returnTable(ctx, back, t); err != nil {
				return fmt.Errorf("give back %s: %w", t.into(), err)
			}
		}
		r.progress(int64(i+1), int64(len(back.tables)))
	}
	replicated := map[string][]sourceTable{}
	for _, t := range back.tables {
		if k, _ := was.schema(t.target); isReplicated(r.hosts, k.Replication) && k.compacts(t.Table) {
			replicated[t.target] = append(replicated[t.target], t)
		}
	}
	if err := r.eachKeyspace(ctx, replicated, "enableautocompaction"); err != nil { // an import that was cut has stopped it
		return err
	}
	return r.makeViews(ctx, was, nil, "undo")
}

func (r *restoring) returnTable(ctx context.Context, back source, t sourceTable) error {
	dirs, err := r.stage(ctx, forUndo, t.target, t.Table, t.files)
	if err != nil {
		return err
	}
	if err := r.importFiles(ctx, t.target, t.Table, dirs, t.bytes, r.tokenFlags(back)...); err != nil {
		return err
	}
	return r.mark(noteReturned, t.into())
}

// confirm drops what was kept as the undo.
func (r *restoring) confirm(ctx context.Context) error {
	var was before
	if _, err := r.note(noteBefore, &was); err != nil {
		return err
	}
	return r.forget(ctx, was)
}

// forget removes all that the restore has outside of its notes.
func (r *restoring) forget(ctx context.Context, was before) error {
	if err := r.unstage(""); err != nil {
		return err
	}
	if err := r.sweepScratch(ctx); err != nil {
		return err
	}
	kept := map[string][]string{}
	if _, err := r.note(noteKept, &kept); err != nil {
		return err
	}
	for keyspace, tags := range kept {
		for _, tag := range tags {
			if err := r.clear(ctx, keyspace, tag); err != nil {
				return err
			}
		}
	}
	for _, t := range was.OwnTables {
		if err := r.clear(ctx, t.Keyspace, was.Own); err != nil {
			return err
		}
	}
	return nil
}

// clear clears one snapshot in one keyspace, if it is there.
func (r *restoring) clear(ctx context.Context, keyspace, tag string) error {
	folders, err := snapshotFolders(r.e.node.DataDirs, []string{keyspace}, tag)
	if err != nil || len(folders) == 0 || tag == "" {
		return err
	}
	output, err := r.e.tool.run(ctx, "clearsnapshot", "-t", tag, "--", keyspace)
	if err != nil {
		return err
	}
	return parseCleared(output, tag)
}
