package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cwb/executor"
)

// A table that is still to be read cannot be altered: the ALTER, TRUNCATE or RENAME waits for
// the take's metadata lock, and whoever wants the table after it waits behind it, readers too.
// So a take gives way: when a new statement on one of its tables could not begin for about
// lock_wait, it ends with an error, and all its locks with it.

// watchEvery is how often it looks whether somebody waits.
func (r *readOut) watchEvery() time.Duration {
	return min(max(r.e.node.MySQL.LockWait/4, 200*time.Millisecond), 5*time.Second)
}

// watch looks until ctx ends, on a connection of its own: who waits, and how busy the server
// is. Only what it finds out ends the take: where it cannot look, it tries again.
func (r *readOut) watch(ctx context.Context) error {
	waits, loads := time.NewTicker(r.watchEvery()), time.NewTicker(r.e.opts.LoadEvery)
	defer waits.Stop()
	defer loads.Stop()
	since := map[int]time.Time{} // by level: when a table was first found blocked
	var probe *session
	defer func() { probe.discard() }()
	for {
		look := r.lookAtLoad
		select {
		case <-ctx.Done():
			return nil
		case <-loads.C:
		case <-waits.C:
			look = func(ctx context.Context, probe *session) error { return r.look(ctx, probe, since) }
		}
		if probe == nil {
			probe, _ = r.prober(ctx)
		}
		if probe == nil {
			continue
		}
		err := look(ctx, probe)
		if errors.Is(err, errGaveWay) {
			return err
		}
		if err != nil {
			probe.discard()
			probe = nil
		}
	}
}

// discard closes a session, if there is one.
func (s *session) discard() {
	if s != nil {
		s.close()
	}
}

// errGaveWay says that others waited for a take for too long.
var errGaveWay = errors.New("the take gave way")

// prober is a session that waits for no lock: it gets it at once or not at all.
func (r *readOut) prober(ctx context.Context) (*session, error) {
	s, err := r.e.connect(ctx)
	if err != nil {
		return nil, err
	}
	s.line.wait(r.e.opts.Stall)
	// MariaDB takes 0; MySQL makes it a second.
	if err := s.exec(ctx, "SET SESSION lock_wait_timeout = 0"); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// look tries to begin a statement on every table that is still to be read.
func (r *readOut) look(ctx context.Context, probe *session, since map[int]time.Time) error {
	now := time.Now()
	for level, t := range r.captured.order[:r.queue.released()] {
		_, err := probe.query(ctx, "SELECT 1 FROM "+t.quoted()+" LIMIT 0")
		if !isServerError(err, errLockWaitTimeout) {
			delete(since, level)
			if err != nil && !isServerError(err, moved...) { // it was read meanwhile, and altered
				return fmt.Errorf("look who waits for table %s: %w", t.quoted(), err)
			}
			continue
		}
		if _, known := since[level]; !known {
			since[level] = now
		}
		if now.Sub(since[level]) >= r.e.node.MySQL.LockWait-2*r.watchEvery() && level < r.queue.released() {
			return r.giveWay(ctx, probe, t)
		}
	}
	return nil
}

// giveWay names who waits, as far as the account may see it.
func (r *readOut) giveWay(ctx context.Context, probe *session, t tableRef) error {
	who := ""
	if list, err := probe.query(ctx, "SELECT USER AS u, INFO AS i FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table metadata lock' ORDER BY TIME DESC LIMIT 1"); err == nil && len(list.rows) > 0 {
		statement := strings.ToValidUTF8(list.text(list.rows[0], "i"), "?")
		who = fmt.Sprintf(" (%s: %.100s)", list.text(list.rows[0], "u"), statement)
	}
	return fmt.Errorf("%w: %w: somebody alters table %s%s and waits for the end of this take, and all statements on the table wait behind; lock_wait = %s is over; take the backup when nobody alters tables, or raise lock_wait",
		executor.ErrRefused, errGaveWay, t.quoted(), who, r.e.node.MySQL.LockWait)
}
