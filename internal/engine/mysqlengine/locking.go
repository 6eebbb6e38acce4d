package mysqlengine

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// A take makes others wait in two ways: BACKUP STAGE holds back commits while snapshots open,
// and LOCK TABLES holds back the writers of tables that no snapshot covers. lock_wait bounds
// how long a statement of others can queue up behind a request of ours that does not come
// through; how long they could have waited at most is measured, and recorded.

// waiting measures from its call to the call of what it returns.
func (p *prepared) waiting() (done func()) {
	since := time.Now()
	return func() { p.captured.waited = max(p.captured.waited, time.Since(since)) }
}

// idle is how long a session that makes commits wait may do nothing before the server ends it
// and its locks: should this process be stopped or its network cut, nobody waits for longer.
// The server knows whole seconds. The session that holds LOCK TABLES has a longer limit, and a
// keeper: a healthy take leaves it idle for as long as other nodes take to get to the same point.
func (p *prepared) idle() time.Duration {
	return max(time.Second, (p.e.node.MySQL.LockWait / 2).Truncate(time.Second))
}

// patience is the time for requests that others queue up behind; with idle it makes lock_wait.
// Below a lock_wait of two seconds it makes up to half a second more, since idle is a second.
func (p *prepared) patience() time.Duration {
	wait := p.e.node.MySQL.LockWait
	return max(wait-p.idle(), wait/2)
}

// hasty lets the server end a session that is idle for longer than limit.
func (s *session) hasty(ctx context.Context, limit time.Duration) error {
	return s.exec(ctx, fmt.Sprintf("SET SESSION wait_timeout = %d", int64((limit+time.Second-1)/time.Second)))
}

// calm is the opposite of hasty: a take waits for the other nodes of its set.
func (s *session) calm(ctx context.Context) error { return s.exec(ctx, waitForOthers) }

// limit bounds the session's next statements, to fractions of a second; 0: no bound. MySQL
// has no such setting but for SELECT; its lock_wait_timeout bounds each lock by itself.
func (s *session) limit(ctx context.Context, d time.Duration) error {
	seconds := 0.0
	if d != 0 {
		seconds = max(d.Seconds(), 0.001)
	}
	err := s.exec(ctx, fmt.Sprintf("SET SESSION max_statement_time = %.3f", seconds))
	if isServerError(err, errUnknownVariable) {
		return nil
	}
	return err
}

// lockTables locks the tables without transactions. The others need no lock: nothing of the
// locked ones changes until the snapshot is open, so its moment is theirs too.
func (p *prepared) lockTables(ctx context.Context) error {
	var locks []string
	for _, t := range p.survey.locked {
		locks = append(locks, t+" READ")
	}
	p.captured.locked = time.Now()
	if err := p.locker.mortal(ctx, p.e.opts.HeldFor); err != nil { // first: the locks may come when nobody hears of it
		return err
	}
	if err := p.locker.limit(ctx, p.e.node.MySQL.LockWait); err != nil {
		return err
	}
	if err := p.locker.exec(ctx, "LOCK TABLES "+strings.Join(locks, ", ")); err != nil {
		return p.lockError("lock the tables "+strings.Join(p.survey.locked, ", "), err)
	}
	if err := p.locker.limit(ctx, 0); err != nil {
		return err
	}
	p.startKeeper()
	return nil
}

// mortal lets the server end a session that says nothing, or takes no rows, for so long.
func (s *session) mortal(ctx context.Context, limit time.Duration) error {
	if err := s.hasty(ctx, limit); err != nil {
		return err
	}
	return s.exec(ctx, fmt.Sprintf("SET SESSION net_write_timeout = %d", int64(limit.Seconds())))
}

// startKeeper keeps the locks while the rest of the capture takes its time, and while other
// nodes get to the same point.
func (p *prepared) startKeeper() {
	p.keeper.end()
	p.keeper = keep(p.locker, p.e.opts.HeldFor)
}

// unlock lets writers go on. The session then waits for another try, or for the end of the take.
func (p *prepared) unlock(ctx context.Context) error {
	p.keeper.end()
	if err := p.locker.exec(ctx, "UNLOCK TABLES"); err != nil {
		return fmt.Errorf("unlock the tables: %w", err)
	}
	if !p.captured.locked.IsZero() {
		p.captured.waited = max(p.captured.waited, time.Since(p.captured.locked))
		p.captured.locked = time.Time{}
	}
	return p.locker.calm(ctx)
}
