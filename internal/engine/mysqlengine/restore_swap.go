package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cwb/executor"
)

// swap puts what is loaded in the place of what is live, and then makes the programs follow.
func (r *restore) swap(ctx context.Context) error {
	b, found, err := getNote[begun](r.o.Notes, beginNote)
	if err != nil {
		return err
	}
	l, isLoaded, err := getNote[loaded](r.o.Notes, loadNote)
	if err != nil {
		return err
	}
	if !found || !isLoaded {
		return errors.New("nothing is loaded yet")
	}
	w, noted, err := getNote[swapped](r.o.Notes, swapNote)
	if err == nil && !noted {
		w, err = r.noteSwap(ctx, b, l)
	}
	if err != nil {
		return err
	}
	return r.forward(ctx, b, w)
}

// noteSwap writes down what is about to change.
func (r *restore) noteSwap(ctx context.Context, b begun, l loaded) (swapped, error) {
	plan, err := planSwap(ctx, r.s, r.product, r.o, b, l)
	if err != nil {
		return swapped{}, err
	}
	if len(plan.border.inward) > 0 && !r.o.SchemaMismatch {
		plan.conflicts = append(plan.conflicts, plan.border.describeInward())
	}
	if len(plan.conflicts) > 0 {
		return swapped{}, fmt.Errorf("%w: %s", executor.ErrRefused, strings.Join(plan.conflicts, "; "))
	}
	return plan.swapped, putNote(r.o.Notes, swapNote, plan.swapped)
}

// forward does what is left of a swap.
func (r *restore) forward(ctx context.Context, b begun, w swapped) error {
	for _, d := range w.After {
		if slices.Contains(w.Made, d.Name) {
			if err := r.createDatabase(ctx, d); err != nil {
				return err
			}
		}
	}
	for _, p := range b.Places {
		if err := r.s.exec(ctx, "CREATE DATABASE IF NOT EXISTS "+quoteName(string(p.Undo))); err != nil {
			return fmt.Errorf("create the undo database: %w", err)
		}
	}
	if err := r.exchange(ctx, b, w, true); err != nil {
		return err
	}
	for _, j := range w.Detach {
		if err := r.dropJoin(ctx, j); err != nil {
			return err
		}
	}
	for _, j := range w.JoinsAfter {
		if err := r.ensureJoin(ctx, j); err != nil {
			return err
		}
	}
	return r.converge(ctx, w.After, w.Before)
}

// exchange moves tables: in the swap, live ones out and loaded ones in; in an undo, the
// other way. Triggers cannot move to another database (ER_TRG_IN_WRONG_SCHEMA), so those of
// leaving tables go just before, and views whose names are needed.
func (r *restore) exchange(ctx context.Context, b begun, w swapped, forth bool) error {
	pairs, err := r.pairs(ctx, b, w, forth)
	if err != nil || len(pairs) == 0 {
		return err
	}
	if err := r.clear(ctx, b, w, pairs); err != nil {
		return err
	}
	var renames []string
	for _, p := range pairs {
		renames = append(renames, p.from+" TO "+p.to)
	}
	err = r.retry(ctx, func() error { return r.s.exec(ctx, "RENAME TABLE "+strings.Join(renames, ", ")) })
	if err != nil {
		return fmt.Errorf("exchange the tables: %w", err)
	}
	return nil
}

// renamePair is one table's way, quoted; live says whether it leaves a live database.
type renamePair struct {
	from, to string
	database text // that it leaves or enters
	name     text
	leaves   bool
}

// pairs are the renames that are left to do, by where the tables are now. A server that is
// not crash-safe (before MariaDB 10.6 and MySQL 8.0) may have done some of them.
func (r *restore) pairs(ctx context.Context, b begun, w swapped, forth bool) ([]renamePair, error) {
	var names []text
	for _, p := range b.Places {
		names = append(names, p.Target, p.Scratch, p.Undo)
	}
	now, err := listTables(ctx, r.s, names...)
	if err != nil {
		return nil, err
	}
	at := map[string]bool{}
	for _, t := range now {
		if t.base() {
			at[quoteTable(t.database, t.name)] = true
		}
	}
	var out []renamePair
	for _, m := range w.Moves {
		place := b.Places[m.Place]
		if forth && m.lost(place, at) {
			return nil, fmt.Errorf("%w: %s was loaded, and is neither in %s any more nor in its place: somebody dropped it; undo the restore, and begin again",
				executor.ErrRefused, quoteTable(string(place.Target), string(m.Name)), quoteName(string(place.Scratch)))
		}
		out = append(out, m.pairs(place, at, forth)...)
	}
	return out, nil
}

// lost reports whether a table that shall come in is nowhere: of one that is in its place the
// scratch database has none any more, and the undo database has the one that it replaced.
func (m move) lost(p restorePlace, at map[string]bool) bool {
	inPlace := at[quoteTable(string(p.Target), string(m.Name))] && (!m.Out || at[quoteTable(string(p.Undo), string(m.Name))])
	return m.In && !at[quoteTable(string(p.Scratch), string(m.Name))] && !inPlace
}

func (m move) pairs(p restorePlace, at map[string]bool, forth bool) []renamePair {
	live := quoteTable(string(p.Target), string(m.Name))
	scratch := quoteTable(string(p.Scratch), string(m.Name))
	undo := quoteTable(string(p.Undo), string(m.Name))
	pending := m.In && at[scratch]
	var out []renamePair
	if forth {
		if m.Out && at[live] && !at[undo] && (pending || !m.In) {
			out = append(out, renamePair{live, undo, p.Target, m.Name, true})
		}
		if pending {
			out = append(out, renamePair{scratch, live, p.Target, m.Name, false})
		}
		return out
	}
	if m.lost(p, at) && !at[undo] {
		return nil // what was loaded is gone, and what is live never left
	}
	if m.In && !at[scratch] && at[live] {
		out = append(out, renamePair{live, scratch, p.Target, m.Name, true})
	}
	if m.Out && at[undo] {
		out = append(out, renamePair{undo, live, p.Target, m.Name, false})
	}
	return out
}

// clear drops what is in the way of the renames: triggers of tables that leave, and views
// whose names come in. All of it is in the note, or was made from it.
func (r *restore) clear(ctx context.Context, b begun, w swapped, pairs []renamePair) error {
	leaves, enters := map[string]bool{}, map[string]bool{}
	for _, p := range pairs {
		quoted := quoteTable(string(p.database), string(p.name))
		leaves[quoted] = leaves[quoted] || p.leaves
		enters[quoted] = enters[quoted] || !p.leaves
	}
	now, err := readLive(ctx, r.s, r.product, targets(b.Places))
	if err != nil {
		return err
	}
	for _, d := range now.databases {
		for _, t := range d.Tables {
			if !leaves[quoteTable(string(d.Name), string(t.Name))] {
				continue
			}
			if err := r.clearTriggers(ctx, d, t, w); err != nil {
				return err
			}
		}
		for _, v := range d.Views {
			if quoted := quoteTable(string(d.Name), string(v.Name)); enters[quoted] {
				if err := r.s.exec(ctx, "DROP VIEW IF EXISTS "+quoted); err != nil {
					return fmt.Errorf("drop view %s: %w", quoted, err)
				}
			}
		}
	}
	return nil
}

func (r *restore) clearTriggers(ctx context.Context, d database, t table, w swapped) error {
	for _, trg := range t.Triggers {
		if !knownTrigger(w.Before, d.Name, trg.Name) && !knownTrigger(w.After, d.Name, trg.Name) {
			return fmt.Errorf("%w: trigger %s was created after this restore had begun; drop it, or undo the restore",
				executor.ErrRefused, quoteTable(string(d.Name), string(trg.Name)))
		}
		quoted := quoteTable(string(d.Name), string(trg.Name))
		if err := r.retry(ctx, func() error { return r.s.exec(ctx, "DROP TRIGGER IF EXISTS "+quoted) }); err != nil {
			return fmt.Errorf("drop trigger %s: %w", quoted, err)
		}
	}
	return nil
}

func knownTrigger(all []database, database, name text) bool {
	for _, d := range all {
		for _, t := range d.Tables {
			for _, trg := range t.Triggers {
				if d.Name == database && trg.Name == name {
					return true
				}
			}
		}
	}
	return false
}

// lockTries bounds how often a statement that waits for somebody's transaction is tried
// again: while it waits, everybody else waits behind it, so each try is short (lock_wait).
const lockTries = 10

// retry runs a statement again when somebody held a table for too long.
func (r *restore) retry(ctx context.Context, run func() error) error {
	var err error
	for try := range lockTries {
		if err = run(); !isServerError(err, errLockWaitTimeout) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Duration(try+1) * time.Second / 2):
		}
	}
	return fmt.Errorf("%w: a long transaction held a table each of %d times; find it with SHOW PROCESSLIST, then run this again", err, lockTries)
}
