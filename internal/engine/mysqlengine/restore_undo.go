package mysqlengine

import (
	"context"
	"errors"
	"fmt"

	"cwb/executor"
)

// undo gives back what was there before, after whichever phase, whole or cut: tables by one
// RENAME, then what could not be part of it. Then nothing of the restore is left.
func (r *restore) undo(ctx context.Context) error {
	b, found, err := getNote[begun](r.o.Notes, beginNote)
	if err != nil || !found {
		return err // nothing was begun on the server
	}
	w, changed, err := getNote[swapped](r.o.Notes, swapNote)
	if err != nil {
		return err
	}
	_, isBack, err := getNote[undone](r.o.Notes, undoNote)
	if err != nil {
		return err
	}
	if changed && !isBack {
		if err := r.back(ctx, b, w); err != nil {
			return err
		}
		if err := putNote(r.o.Notes, undoNote, undone{true}); err != nil {
			return err
		}
	}
	return r.sweep(ctx, b, append(b.Made, w.Made...))
}

// back exchanges the tables again and puts foreign keys and programs back.
func (r *restore) back(ctx context.Context, b begun, w swapped) error {
	if err := r.exchange(ctx, b, w, false); err != nil {
		return err
	}
	for _, j := range w.JoinsBefore {
		if err := r.ensureJoin(ctx, j); err != nil {
			return err
		}
	}
	return r.converge(ctx, w.Before, w.After)
}

// sweep drops what the restore made on the server. An undo database that still has tables
// holds what was live: it is never dropped by an undo.
func (r *restore) sweep(ctx context.Context, b begun, made []text) error {
	for _, p := range b.Places {
		kept, err := listTables(ctx, r.s, p.Undo)
		if err != nil {
			return err
		}
		if len(kept) > 0 {
			return fmt.Errorf("database %s still holds %d tables, such as %s, which did not find their way back; nothing was dropped",
				quoteName(string(p.Undo)), len(kept), quoteName(kept[0].name))
		}
	}
	for _, q := range b.StandIns {
		if err := r.s.exec(ctx, "DROP SEQUENCE IF EXISTS "+quoteTable(string(q.Database), string(q.Name))); err != nil && !isServerError(err, errUnknownDatabase) {
			return fmt.Errorf("drop sequence %s: %w", quoteTable(string(q.Database), string(q.Name)), err)
		}
	}
	if err := r.dropOwn(ctx, b); err != nil {
		return err
	}
	for _, name := range made {
		if err := r.dropEmpty(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// dropOwn drops the scratch and undo databases.
func (r *restore) dropOwn(ctx context.Context, b begun) error {
	if err := r.dropScratch(ctx, b); err != nil {
		return err
	}
	for _, p := range b.Places {
		if err := r.s.exec(ctx, "DROP DATABASE IF EXISTS "+quoteName(string(p.Undo))); err != nil {
			return fmt.Errorf("drop the undo database: %w", err)
		}
	}
	return nil
}

// dropEmpty drops a database that the restore made, unless somebody has put something there.
func (r *restore) dropEmpty(ctx context.Context, name text) error {
	live, err := readLive(ctx, r.s, r.product, []text{name})
	if err != nil {
		return err
	}
	d, exists := live.of(name)
	if !exists || len(live.tables)+len(d.Routines)+len(d.Events) > 0 {
		return nil
	}
	if err := r.s.exec(ctx, "DROP DATABASE IF EXISTS "+quoteName(string(name))); err != nil {
		return fmt.Errorf("drop database %s, which the restore had made: %w", quoteName(string(name)), err)
	}
	return nil
}

// confirm drops what was replaced: from then on there is no way back.
func (r *restore) confirm(ctx context.Context) error {
	b, found, err := getNote[begun](r.o.Notes, beginNote)
	if err != nil || !found {
		return err
	}
	if _, changed, err := getNote[swapped](r.o.Notes, swapNote); err != nil {
		return err
	} else if !changed {
		return fmt.Errorf("%w: %w", executor.ErrRefused, errNotSwapped)
	}
	return r.dropOwn(ctx, b)
}

// errNotSwapped says that a restore has not changed anything yet.
var errNotSwapped = errors.New("the restore has not put anything in its place yet")
