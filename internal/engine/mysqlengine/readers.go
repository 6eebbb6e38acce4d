package mysqlengine

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"cwb/executor"
	"cwb/internal/backup"
)

// readSnapshot reads all tables of the snapshot, on all connections side by side.
func (r *readOut) readSnapshot(ctx context.Context) error {
	units, err := r.units(ctx)
	if err != nil {
		return err
	}
	r.queue = newUnitQueue(len(r.captured.order), units)
	watching, stop := context.WithCancel(ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return guard(func() error { return r.e.probe(watching, r.e.opts.LoadEvery, r.lookAtLoad) })
	})
	group.Go(func() error {
		defer stop()
		return r.readers(ctx, len(r.captured.snapshots), func(ctx context.Context, i int, p *packer) error {
			return r.reader(ctx, i, p)
		})
	})
	return group.Wait()
}

// units are all tables of the snapshot, the large ones in ranges, in the order in which they
// are read from the end.
func (r *readOut) units(ctx context.Context) ([]unit, error) {
	var units []unit
	connections := len(r.captured.snapshots)
	for level, t := range r.captured.order {
		parts := 1
		if connections > 1 {
			parts = int(min(t.table.bytes/r.e.opts.PerConnection, int64(maxParts*connections)))
		}
		split, err := ranges(ctx, r.captured.snapshots[0], t, parts)
		if err != nil {
			return nil, fmt.Errorf("table %s: find ranges: %w", t.quoted(), err)
		}
		for i := len(split) - 1; i >= 0; i-- {
			u := unit{ref: t, level: level, where: split[i]}
			if len(split) > 1 {
				u.part = i + 1
			}
			units = append(units, u)
		}
	}
	return units, nil
}

// readLocked reads the tables that only LOCK TABLES holds, and lets writers go on. They wait
// for its end, so neither max_rate nor a busy server holds it back.
func (r *readOut) readLocked(ctx context.Context) error {
	r.keeper.end()
	if len(r.survey.locked) == 0 {
		return nil
	}
	err := r.readers(ctx, 1, func(ctx context.Context, _ int, p *packer) error {
		for _, t := range r.survey.schema.tables() {
			if !lockableEngines[t.table.Engine] {
				continue
			}
			if err := r.readUnit(ctx, r.locker, unit{ref: t}, newThrottle(0), p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.unlock(ctx)
}

// readers runs n readers, each with its packer and verifier. The first error ends all.
func (r *readOut) readers(ctx context.Context, n int, read func(ctx context.Context, i int, p *packer) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for i := range n {
		verify := make(chan backup.File, 2)
		p, err := newPacker(r.dir, verify)
		if err != nil {
			return errors.Join(err, group.Wait())
		}
		group.Go(func() error {
			defer close(p.in)
			return guard(func() error { return read(ctx, i, p) })
		})
		group.Go(func() error {
			defer close(verify)
			return guard(func() error { return p.run(ctx) })
		})
		group.Go(func() error {
			return guard(func() error { return r.verifyAll(verify) })
		})
	}
	return group.Wait()
}

// reader reads units until there are none, and ends its snapshot.
func (r *readOut) reader(ctx context.Context, snapshot int, p *packer) error {
	s, level := r.captured.snapshots[snapshot], len(r.captured.order)
	for {
		u, ok := r.queue.next()
		if !ok {
			break
		}
		if err := r.readUnit(ctx, s, u, r.rate, p); err != nil {
			return err
		}
		if err := r.recheck(ctx, s, u.ref); err != nil {
			return err
		}
		r.queue.finish(u)
		if released := r.queue.released(); released < level {
			level = released
			if err := s.exec(ctx, fmt.Sprintf("ROLLBACK TO SAVEPOINT cwb%d", level)); err != nil {
				return fmt.Errorf("release tables: %w", err)
			}
			r.captured.levels[snapshot].Store(int64(level))
		}
	}
	if err := s.exec(ctx, "ROLLBACK"); err != nil {
		return fmt.Errorf("end the snapshot: %w", err)
	}
	r.captured.levels[snapshot].Store(0)
	return nil
}

func (r *readOut) readUnit(ctx context.Context, s *session, u unit, rate *throttle, p *packer) error {
	w, err := newChunkWriter(ctx, p, u, r.e.opts.ChunkBytes, rate)
	if err != nil {
		return err
	}
	rows, err := readRows(ctx, s, selectTable(u, r.survey.product), len(u.ref.table.Columns), w)
	if err == nil {
		err = w.close()
	}
	if err != nil {
		return fmt.Errorf("table %s: %w", u.ref.quoted(), explain(err))
	}
	r.counted(u.ref, rows)
	return nil
}

// recheck compares a table's definition with the one that is stored, while its metadata lock
// is still held.
func (r *readOut) recheck(ctx context.Context, s *session, t tableRef) error {
	shown, err := s.query(ctx, "SHOW CREATE TABLE "+t.quoted())
	if err != nil {
		return fmt.Errorf("table %s: %w", t.quoted(), err)
	}
	now := nextNumber.ReplaceAllString(shown.text(shown.rows[0], "Create Table"), "$1")
	if now != nextNumber.ReplaceAllString(string(t.table.Create), "$1") {
		return fmt.Errorf("%w: table %s was altered while it was read, although it was locked", executor.ErrRefused, t.quoted())
	}
	return nil
}

// explain adds what to do to errors that an operator can act upon.
func explain(err error) error {
	switch {
	case isServerError(err, errPacketTooLarge):
		return fmt.Errorf("%w: a row is larger than the server sends: raise max_allowed_packet on the server", err)
	case isServerError(err, errTableDefChanged):
		return fmt.Errorf("%w: the table was altered meanwhile; take the backup again", err)
	}
	return err
}
