package cassandraengine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

// truncate empties the live tables, once for the whole ring, and makes those that are not
// there. It changes what is served for the first time; doing it again is harmless, since no
// host has loaded anything yet.
func (r *restoring) truncate(ctx context.Context) error {
	p, err := r.plan(ctx)
	if err != nil {
		return err
	}
	was, err := r.before()
	if err != nil {
		return err
	}
	if err := r.dropViews(ctx, p.live, was.Targets); err != nil {
		return err
	}
	if err := r.create(ctx, p); err != nil {
		return err
	}
	for _, t := range was.Exact {
		if err := r.dropTable(ctx, p.live, t); err != nil {
			return err
		}
	}
	var there []tableName
	for _, t := range was.Targets {
		if t.ID != "" {
			there = append(there, t)
		}
	}
	if err := r.empty(ctx, there); err != nil {
		return err
	}
	return r.noteKept(was)
}

// before is what was there before the restore, which the load has noted.
func (r *restoring) before() (before, error) {
	var was before
	there, err := r.note(noteBefore, &was)
	if err == nil && !there {
		err = fmt.Errorf("%w: there is no note of what was there before; load again", executor.ErrRefused)
	}
	return was, err
}

// dropViews drops the materialised views of tables: a table with one cannot be dropped, and
// loading files does not fill it.
func (r *restoring) dropViews(ctx context.Context, live map[string]keyspaceSchema, tables []tableName) error {
	for _, t := range tables {
		for _, view := range live[t.Keyspace].viewsOf(t.Table) {
			if err := r.server.exec(ctx, "DROP MATERIALIZED VIEW IF EXISTS "+qualified(t.Keyspace, view)); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropTable drops a table, if it is still the one that is meant.
func (r *restoring) dropTable(ctx context.Context, live map[string]keyspaceSchema, t tableName) error {
	k := live[t.Keyspace]
	if now := k.table(t.Table); now == nil || now.ID != t.ID {
		return nil
	}
	if err := r.dropViews(ctx, live, []tableName{t}); err != nil {
		return err
	}
	return r.server.exec(ctx, "DROP TABLE IF EXISTS "+qualified(t.Keyspace, t.Table))
}

// truncations is how often TRUNCATE is tried: it waits for all hosts, and a busy one answers
// late (truncate_request_timeout), which does not mean that it did not do it.
const truncations = 3

func (r *restoring) empty(ctx context.Context, tables []tableName) error {
	for i, t := range tables {
		var err error
		for n := range truncations {
			if err = r.server.exec(ctx, "TRUNCATE "+qualified(t.Keyspace, t.Table)); err == nil || ctx.Err() != nil {
				break
			}
			if pause(ctx, time.Duration(n)*time.Second) != nil {
				break
			}
		}
		if err != nil {
			return fmt.Errorf("truncate %s, which needs all hosts of the ring: %w", t, err)
		}
		r.progress(int64(i+1), int64(len(tables)))
	}
	return nil
}

// noteKept notes the snapshots that TRUNCATE and DROP have made of the tables since the restore
// began, so that a confirmation can clear exactly them.
func (r *restoring) noteKept(was before) error {
	kept := map[string][]string{}
	if _, err := r.note(noteKept, &kept); err != nil {
		return err
	}
	for _, t := range was.concerned() {
		tags, err := r.e.tagsOf(t)
		if err != nil {
			return err
		}
		for _, tag := range tags {
			made := classify(tag, t.Keyspace).kind
			automatic := made == backup.ForeignTruncated || made == backup.ForeignDropped
			if automatic && !slices.Contains(was.Snapshots[t.String()], tag) && !slices.Contains(kept[t.Keyspace], tag) {
				kept[t.Keyspace] = append(kept[t.Keyspace], tag)
			}
		}
	}
	return r.putNote(noteKept, kept)
}
