package cassandraengine

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"cwb/executor"
	"cwb/internal/backup"
)

// restorePlan is what a phase works with: the backup, and the schema as it is now.
type restorePlan struct {
	source
	live map[string]keyspaceSchema
}

func (r *restoring) plan(ctx context.Context) (restorePlan, error) {
	s, err := r.e.source(ctx, r.o)
	if err != nil {
		return restorePlan{}, err
	}
	p := restorePlan{source: s}
	p.live, err = liveSchemas(ctx, r.server, s.targets())
	return p, err
}

// liveTable is the table that one of the backup goes into; nil when there is none.
func (p restorePlan) liveTable(t sourceTable) *tableSchema {
	k, ok := p.live[t.target]
	if !ok {
		return nil
	}
	return k.table(t.Table)
}

// definitionIn is the keyspace whose definition of a table its files are loaded under: that of
// the backup, unless it has none, or the live one is meant although it differs.
func (p restorePlan) definitionIn(t sourceTable) keyspaceSchema {
	was, live := p.definition(t.tableName), p.liveTable(t)
	if live != nil && (was == nil || mismatch(*was, *live) != "") {
		return p.live[t.target]
	}
	return p.schema(t.Keyspace)
}

// load stages and rehearses. What a run before has left is done again.
func (r *restoring) load(ctx context.Context) error {
	p, err := r.plan(ctx)
	if err == nil {
		err = r.mayLoad(p)
	}
	if err == nil {
		err = r.allUp(ctx)
	}
	if err != nil {
		return err
	}
	if err := r.remember(ctx, p); err != nil {
		return err
	}
	if err := r.unstage(""); err != nil {
		return err
	}
	for _, t := range p.tables {
		if _, err := r.stage(ctx, forImport, t.target, t.Table, t.files); err != nil {
			return err
		}
	}
	return r.rehearse(ctx, p)
}

// mayLoad refuses what only the whole of a ring can do.
func (r *restoring) mayLoad(p restorePlan) error {
	for _, t := range p.tables {
		k := p.definitionIn(t)
		d := k.table(t.Table)
		if r.o.Adds && d != nil && d.isCounter() {
			return fmt.Errorf("%w: %s holds counters, whose parts on all hosts belong together: restore it on all hosts of the ring", executor.ErrRefused, t.into())
		}
		if p.liveTable(t) == nil && p.definition(t.tableName) == nil {
			return fmt.Errorf("%w: the table %s does not exist, and the backup does not have its definition: create it first", executor.ErrRefused, t.into())
		}
	}
	return nil
}

// allUp refuses to begin while a host of the ring is down: the tables could not be emptied.
func (r *restoring) allUp(ctx context.Context) error {
	if len(r.hosts) == 1 || r.o.Adds {
		return nil
	}
	versions, err := r.e.schemaVersions(ctx)
	if err == nil && versions.unreachable != "" {
		err = fmt.Errorf("%w: the hosts %s of the ring cannot be reached, and TRUNCATE needs all: start them, then run again", executor.ErrRefused, versions.unreachable)
	}
	return err
}

// remember notes, once, what is there, and makes sure that all of it can come back: tables that
// are replaced and that no safety backup has get a snapshot of the restore's own.
func (r *restoring) remember(ctx context.Context, p restorePlan) error {
	var was before
	there, err := r.note(noteBefore, &was)
	if err != nil {
		return err
	}
	if !there {
		if was, err = r.look(p); err != nil {
			return err
		}
		if err := r.putNote(noteBefore, was); err != nil {
			return err
		}
	}
	return r.ownSnapshot(ctx, was)
}

func (r *restoring) look(p restorePlan) (before, error) {
	was := before{Snapshots: map[string][]string{}}
	for _, name := range p.targets() {
		if k, ok := p.live[name]; ok {
			was.Keyspaces = append(was.Keyspaces, k)
		}
	}
	for _, t := range p.tables {
		target := tableName{Keyspace: t.target, Table: t.Table}
		if live := p.liveTable(t); live != nil {
			target.ID = live.ID
		}
		was.Targets = append(was.Targets, target)
	}
	if r.o.Exact {
		was.Exact = newerTables(p.source, p.live, r.o)
	}
	for _, t := range slices.Concat(was.Targets, was.Exact) {
		for _, view := range p.live[t.Keyspace].viewsOf(t.Table) {
			was.Views = append(was.Views, tableName{Keyspace: t.Keyspace, Table: view, View: true})
		}
	}
	for _, v := range p.views {
		was.Views = append(was.Views, tableName{Keyspace: targetOf(r.o, v.Keyspace), Table: v.Table, View: true})
	}
	var err error
	for _, t := range was.concerned() {
		if was.Snapshots[t.String()], err = r.e.tagsOf(t); err != nil {
			return was, err
		}
	}
	for _, t := range was.replaced() {
		if !r.o.Adds && !r.isSafe(t) {
			was.Own, was.OwnTables = ownTag(r.o.ID), append(was.OwnTables, t)
		}
	}
	return was, nil
}

func ownTag(id string) string { return "cwb-restore-" + id }

// isSafe reports whether the safety backup has a table.
func (r *restoring) isSafe(t tableName) bool {
	return r.o.Safety != nil && r.o.Safety.Manifest != nil && slices.ContainsFunc(r.o.Safety.Manifest.Tables, func(b backup.Table) bool {
		return b.Database == t.Keyspace && b.Name == t.Table
	})
}

// tagsOf are the snapshots that a table has, by its name: also those of one that was dropped.
func (e *Engine) tagsOf(t tableName) ([]string, error) {
	var all []string
	for _, root := range e.node.DataDirs {
		folders, err := subfolders(filepath.Join(root, t.Keyspace))
		if err != nil {
			return nil, err
		}
		for _, folder := range folders {
			if name, _, ok := splitTableFolder(folder); !ok || name != t.Table {
				continue
			}
			tags, err := subfolders(filepath.Join(root, t.Keyspace, folder, "snapshots"))
			if err != nil {
				return nil, err
			}
			all = append(all, tags...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// ownSnapshot takes the restore's own snapshot of tables that no safety backup has.
func (r *restoring) ownSnapshot(ctx context.Context, was before) error {
	var missing []string
	for _, t := range was.OwnTables {
		tags, err := r.e.tagsOf(t)
		if err != nil {
			return err
		}
		if !slices.Contains(tags, was.Own) {
			missing = append(missing, t.String())
		}
	}
	if len(missing) == 0 {
		return nil
	}
	output, err := r.e.tool.run(ctx, "snapshot", "-t", was.Own, "-kt", strings.Join(missing, ","))
	if err != nil {
		return err
	}
	return parseSnapshot(output, was.Own)
}
