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

// watcher looks from the end of the capture until the take ends: metadata locks are held all
// the while, also before the reading begins.
type watcher struct {
	stop context.CancelFunc
	done chan struct{}
	gone context.Context // ends when the take gives way; its cause says why
}

// startWatch begins to watch. Should the take have to give way, its connections are cut, and
// the server ends what they hold, whatever the take is doing.
func (p *prepared) startWatch(ctx context.Context) {
	p.watcher.end()
	ctx = context.WithoutCancel(ctx) // which may be of the capture alone
	running, stop := context.WithCancel(ctx)
	gone, give := context.WithCancelCause(ctx)
	p.watcher = &watcher{stop: stop, done: make(chan struct{}), gone: gone}
	done, holders := p.watcher.done, append([]*session{p.locker}, p.captured.snapshots...)
	since := map[int]time.Time{} // by level: when a table was first found blocked
	go func() {
		defer close(done)
		err := guard(func() error {
			return p.e.probe(running, p.watchEvery(), func(ctx context.Context, probe *session) error { return p.look(ctx, probe, since) })
		})
		if err == nil {
			return
		}
		give(err)
		for _, s := range holders {
			if s != nil {
				s.line.Close()
			}
		}
	}()
}

// end ends the watch, if there is one.
func (w *watcher) end() {
	if w != nil {
		w.stop()
		<-w.done
	}
}

// gave is why the take gave way; nil while it did not.
func (w *watcher) gave() error { return context.Cause(w.gone) }

// watchEvery is how often it looks whether somebody waits.
func (p *prepared) watchEvery() time.Duration {
	return min(max(p.e.node.MySQL.LockWait/4, 200*time.Millisecond), 5*time.Second)
}

// probe looks at the server until ctx ends, on a connection of its own. Only a take that has
// to give way is an error: where it cannot look, it tries again.
func (e *Engine) probe(ctx context.Context, every time.Duration, look func(ctx context.Context, probe *session) error) error {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	var probe *session
	defer func() { probe.discard() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
		if probe == nil {
			probe, _ = e.prober(ctx)
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
func (e *Engine) prober(ctx context.Context) (*session, error) {
	s, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	s.line.wait(e.opts.Stall)
	// MariaDB takes 0; MySQL makes it a second.
	if err := s.exec(ctx, "SET SESSION lock_wait_timeout = 0"); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// look tries to begin a statement on every table whose metadata lock a reader still holds:
// one that has been read is given back when the last of them has ended what it reads.
func (p *prepared) look(ctx context.Context, probe *session, since map[int]time.Time) error {
	now := time.Now()
	for level, t := range p.captured.order[:p.captured.held()] {
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
		if now.Sub(since[level]) >= p.e.node.MySQL.LockWait-2*p.watchEvery() && level < p.captured.held() {
			return p.giveWay(ctx, probe, t)
		}
	}
	return nil
}

// giveWay names who waits, as far as the account may see it.
func (p *prepared) giveWay(ctx context.Context, probe *session, t tableRef) error {
	who := ""
	if list, err := probe.query(ctx, "SELECT USER AS u, INFO AS i FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table metadata lock' ORDER BY TIME DESC LIMIT 1"); err == nil && len(list.rows) > 0 {
		statement := strings.ToValidUTF8(list.text(list.rows[0], "i"), "?")
		who = fmt.Sprintf(" (%s: %.100s)", list.text(list.rows[0], "u"), statement)
	}
	return fmt.Errorf("%w: %w: somebody alters table %s%s and waits for the end of this take, and all statements on the table wait behind; lock_wait = %s is over; take the backup when nobody alters tables, or raise lock_wait",
		executor.ErrRefused, errGaveWay, t.quoted(), who, p.e.node.MySQL.LockWait)
}
