package mysqlengine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"cwb/executor"
)

// capture is what fixing the content at one moment gave.
type capture struct {
	at        time.Time
	position  position
	snapshots []*session     // all of one point
	waited    time.Duration  // how long others could have been made to wait, at most, by now
	locked    time.Time      // since when LOCK TABLES makes writers wait; zero: it does not
	order     []tableRef     // in which metadata locks were taken: the last one can be given back first
	levels    []atomic.Int64 // by snapshot: of the first so many of order it holds the locks
}

// hold notes that every snapshot holds the locks of all tables.
func (c *capture) hold() {
	c.levels = make([]atomic.Int64, len(c.snapshots))
	for i := range c.levels {
		c.levels[i].Store(int64(len(c.order)))
	}
}

// held is how many of the first tables of order some snapshot still holds.
func (c *capture) held() int {
	most := int64(0)
	for i := range c.levels {
		most = max(most, c.levels[i].Load())
	}
	return int(most)
}

// tableRef points to a table of the schema.
type tableRef struct {
	database *database
	table    *table
}

func (t tableRef) quoted() string { return quoteTable(string(t.database.Name), string(t.table.Name)) }

// captureTries bounds how often a capture is begun anew because of DDL beside it.
const captureTries = 5

// heldTries bounds how often a capture asks for what others hold.
const heldTries = 3

// errHeld says that others did not let go in time.
var errHeld = errors.New("somebody's ALTER, LOCK or long transaction held it")

// errMoved says that the schema changed while the snapshot was being taken.
var errMoved = errors.New("the schema changed while the snapshot was taken")

// Capture opens the consistent snapshot. The schema that was read before it must be the
// schema that is read after it with every table's metadata lock held, so that what is stored
// is the schema of the snapshot; if not, both are taken anew. So are they when somebody holds
// a table for longer than lock_wait, after a pause in which those who queued up can go on.
func (p *prepared) Capture(ctx context.Context) (time.Time, error) {
	if len(p.sessions) == 0 {
		return time.Time{}, fmt.Errorf("capture %s: the take was closed", p.e.node.Addr)
	}
	moves, waits := 0, 0
	for {
		err := guard(func() error { return p.try(ctx) })
		switch {
		case err == nil:
			p.captured.hold()
			p.startWatch(ctx)
			return p.captured.at, nil
		case errors.Is(err, errMoved):
			moves++
		case errors.Is(err, errHeld):
			waits++
		}
		if final := p.giveUp(err, moves, waits); final != nil {
			return time.Time{}, fmt.Errorf("capture %s: %w", p.e.node.Addr, final)
		}
		if err := guard(func() error { return p.again(ctx, errors.Is(err, errHeld)) }); err != nil {
			return time.Time{}, fmt.Errorf("capture %s: %w", p.e.node.Addr, err)
		}
	}
}

// giveUp says why there is no further try; nil while there is one.
func (p *prepared) giveUp(err error, moves, waits int) error {
	switch {
	case moves < captureTries && errors.Is(err, errMoved), waits < heldTries && errors.Is(err, errHeld):
		return nil
	case errors.Is(err, errMoved):
		return fmt.Errorf("%w: %w, %d times in a row; take the backup when nobody alters tables", executor.ErrRefused, err, moves)
	case errors.Is(err, errHeld):
		return fmt.Errorf("%w: %w; this was try %d of %d; wait for the end of who holds it (SHOW PROCESSLIST), or raise lock_wait", executor.ErrRefused, err, waits, heldTries)
	}
	return err
}

// again makes ready for another try. Locks are given back before the pause.
func (p *prepared) again(ctx context.Context, pause bool) error {
	if err := p.letGo(ctx); err != nil {
		return err
	}
	if pause {
		if err := p.e.opts.sleep(ctx, p.e.node.MySQL.LockWait); err != nil {
			return err
		}
	}
	return p.startOver(ctx)
}

// letGo ends the snapshots and locks of a try that failed.
func (p *prepared) letGo(ctx context.Context) error {
	if p.locker != nil {
		if err := p.unlock(ctx); err != nil {
			return err
		}
	}
	for _, s := range p.sessions {
		if err := s.exec(ctx, "ROLLBACK"); err != nil {
			return err
		}
	}
	return nil
}

// startOver reads the schema again.
func (p *prepared) startOver(ctx context.Context) error {
	if err := p.survey.readSchema(ctx, p.sessions[0], p.e.node.MySQL); err != nil {
		return err
	}
	if err := refused(p.survey.refusals); err != nil {
		return err
	}
	return p.openLocker(ctx)
}

// try takes the snapshot once.
func (p *prepared) try(ctx context.Context) error {
	p.captured = capture{waited: p.captured.waited}
	if p.locker != nil && len(p.survey.locked) > 0 {
		if err := p.lockTables(ctx); err != nil {
			return err
		}
	}
	before, err := readStanding(ctx, p.sessions[0], p.survey)
	if err != nil {
		return err
	}
	if err := p.openSnapshots(ctx); err != nil {
		return err
	}
	if err := p.findPosition(ctx, before); err != nil {
		return err
	}
	if err := p.touchAll(ctx); err != nil {
		return err
	}
	if err := p.compareSchema(ctx); err != nil {
		return err
	}
	return p.stillOpen(ctx)
}

// touchAll takes every table's metadata lock on every connection: one that came later would
// queue behind a waiting ALTER, which waits for the others. Large tables come last, since
// what is locked last is read and given back first. Tables without transactions are LOCK
// TABLES' business, and their engines refuse savepoints.
func (p *prepared) touchAll(ctx context.Context) error {
	p.captured.order = filter(p.survey.schema.tables(), func(t tableRef) bool { return !lockableEngines[t.table.Engine] })
	slices.SortStableFunc(p.captured.order, func(a, b tableRef) int { return cmp.Compare(a.table.bytes, b.table.bytes) })
	var group errgroup.Group // without a context of its own: cancelling a query costs its connection
	for _, s := range p.captured.snapshots {
		group.Go(func() error { return guard(func() error { return p.touch(ctx, s) }) })
	}
	return group.Wait()
}

// touch reads one row of every table. From then on the transaction holds each table's
// metadata lock, and a table that was altered or truncated since the snapshot answers with
// error 1412, which would otherwise be an empty table and no error
// (https://bugs.mysql.com/bug.php?id=71025). The savepoint before each table lets its lock go
// as soon as it has been read.
func (p *prepared) touch(ctx context.Context, s *session) error {
	for i, t := range p.captured.order {
		if err := s.exec(ctx, fmt.Sprintf("SAVEPOINT cwb%d", i)); err != nil {
			return err
		}
		query := "SELECT 1 FROM " + t.quoted()
		if t.table.History {
			query += " FOR SYSTEM_TIME ALL" // the first row that is still valid can be far away
		}
		if _, err := s.query(ctx, query+" LIMIT 1"); err != nil {
			return p.lockError("open table "+t.quoted(), err)
		}
	}
	return s.exec(ctx, fmt.Sprintf("SAVEPOINT cwb%d", len(p.captured.order)))
}

// compareSchema reads the schema again, now that no table of it can change. It is read once:
// an error can have ended the snapshot, and what is read after it proves nothing.
func (p *prepared) compareSchema(ctx context.Context) error {
	after := p.survey
	if err := after.readSchemaOnce(ctx, p.sessions[0], p.e.node.MySQL); err != nil {
		return p.lockError("read the schema again", err)
	}
	if after.schema.fingerprint() != p.survey.schema.fingerprint() {
		return errMoved
	}
	return nil
}

// stillOpen proves that every snapshot is the one whose tables were touched: a transaction
// that the server ended meanwhile has no savepoints, and later reads would be of now. It also
// gives back what comparing the schema has locked besides.
func (p *prepared) stillOpen(ctx context.Context) error {
	for _, s := range p.captured.snapshots {
		if err := s.exec(ctx, fmt.Sprintf("ROLLBACK TO SAVEPOINT cwb%d", len(p.captured.order))); err != nil {
			return p.lockError("hold the snapshot", err)
		}
	}
	return nil
}

// lockError tells apart a table that changed, one that somebody holds, and the rest.
func (p *prepared) lockError(what string, err error) error {
	switch {
	case isServerError(err, moved...):
		return fmt.Errorf("%s: %w: %w", what, errMoved, err)
	case isServerError(err, errLockWaitTimeout, errStatementTimeout):
		return fmt.Errorf("%s: %w for more than lock_wait = %s", what, errHeld, p.e.node.MySQL.LockWait)
	}
	return fmt.Errorf("%s: %w", what, err)
}
