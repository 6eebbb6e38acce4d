package mysqlengine

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"cwb/internal/backup"
)

// sender hands chunks to connections, and counts.
type sender struct {
	*loader
	mu    sync.Mutex
	done  int64 // bytes
	total int64
}

// job is a chunk of a table, or, without one, the end of a table: its keys and its count.
type job struct {
	table *loadTable
	chunk *backup.File
}

// sendAll sends all rows, on several connections side by side.
func (l *loader) sendAll(ctx context.Context) error {
	infile, err := l.s.one(ctx, "SELECT @@GLOBAL.local_infile")
	if err != nil {
		return fmt.Errorf("ask for local_infile: %w", err)
	}
	l.infile = infile == "1"
	s := &sender{loader: l}
	chunks := 0
	for _, t := range l.tables {
		chunks += len(t.chunks)
		for _, f := range t.chunks {
			s.total += f.Content.Bytes
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for range max(1, min(max(2, l.e.opts.Connections), max(chunks, len(l.tables)))) {
		group.Go(func() error { return guard(func() error { return s.connection(ctx) }) })
	}
	return group.Wait()
}

// connection works on chunks until there are none.
func (s *sender) connection(ctx context.Context) error {
	conn, err := s.e.restoreSession(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	// Connections that load one MyISAM or Aria table wait for each other's statements; nobody
	// else knows the databases that are loaded, so nobody is made to wait.
	if err := conn.exec(ctx, "SET SESSION lock_wait_timeout = 86400"); err != nil {
		return err
	}
	dec, err := newDecoder()
	if err != nil {
		return err
	}
	defer dec.Close()
	c := &chunkSender{session: conn, dir: s.dir, dec: dec, infile: s.infile}
	for {
		j, ok := s.take()
		if !ok {
			return nil
		}
		if err := s.work(ctx, c, j); err != nil {
			return err
		}
	}
}

func (s *sender) work(ctx context.Context, c *chunkSender, j job) error {
	if j.chunk != nil {
		if err := c.send(ctx, j.table, *j.chunk); err != nil {
			return fmt.Errorf("table %s: %w", j.table.quoted(), err)
		}
		if !s.arrived(j) {
			return nil
		}
	}
	if err := j.table.addKeys(ctx, c.session); err != nil {
		return err
	}
	return j.table.count(ctx, c.session)
}

// take hands out the next chunk of the most urgent table.
func (s *sender) take() (job, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var best *loadTable
	for _, t := range s.tables {
		if len(t.chunks) == 0 && !t.taken {
			t.taken = true
			return job{table: t}, true
		}
		if t.next < len(t.chunks) && (best == nil || t.urgent(best)) {
			best = t
		}
	}
	if best == nil {
		return job{}, false
	}
	j := job{best, &best.chunks[best.next]}
	best.next++
	best.active++
	best.unsent -= j.chunk.Content.Bytes
	return j, true
}

// sideBySide is how many connections append to one table before they are in each other's way.
const sideBySide = 2

// urgent reports whether a chunk of t is to be sent before one of o. Keys are made by one
// connection when all rows are there, so rows that need them go first: while they are made,
// the others have something to send.
func (t *loadTable) urgent(o *loadTable) bool {
	if crowded := t.active >= sideBySide; crowded != (o.active >= sideBySide) {
		return !crowded
	}
	if keys := len(t.plan.keys) > 0; keys != (len(o.plan.keys) > 0) {
		return keys
	}
	return t.unsent > o.unsent
}

// arrived counts a chunk, and reports whether it was its table's last.
func (s *sender) arrived(j job) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += j.chunk.Content.Bytes
	s.report(s.done, s.total)
	j.table.active--
	j.table.left--
	return j.table.left == 0
}
