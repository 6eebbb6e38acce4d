//go:build servers

package cassandraengine

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gocql/gocql"
)

const (
	ringWriters   = 3
	keysPerWriter = 500
)

// ringWrite is one version of a row in both keyspaces; version 0 deletes it.
type ringWrite struct {
	version int64
	began   time.Time
	at      time.Time // when the second of them was acknowledged; zero: not known to be written
}

// ringWork is what writers did, by key; each key is one writer's.
type ringWork struct {
	cancel  context.CancelFunc
	wait    sync.WaitGroup
	history [ringWriters * keysPerWriter][]ringWrite
}

// startRingWriters writes and deletes rows until it is stopped.
func startRingWriters(session *gocql.Session, seed uint64) *ringWork {
	ctx, cancel := context.WithCancel(context.Background())
	w := &ringWork{cancel: cancel}
	for who := range ringWriters {
		w.wait.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(who)+1))
			for version := int64(1); ctx.Err() == nil; version++ {
				k := who + ringWriters*random.IntN(keysPerWriter)
				one := ringWrite{version: version, began: time.Now()}
				if random.IntN(10) == 0 {
					one.version = 0
				}
				if one.write(session, k) == nil {
					one.at = time.Now()
				}
				w.history[k] = append(w.history[k], one)
			}
		})
	}
	return w
}

// write writes at the consistencies that a row is safe at: a majority of three, both of two.
func (o ringWrite) write(session *gocql.Session, k int) error {
	var errs []error
	for _, table := range []string{"two.t", "three.t"} {
		q := session.Query("INSERT INTO "+table+" (k, v) VALUES (?, ?)", k, o.version)
		if o.version == 0 {
			q = session.Query("DELETE FROM "+table+" WHERE k = ?", k)
		}
		errs = append(errs, q.Consistency(gocql.Quorum).Exec())
	}
	return errors.Join(errs...)
}

// stop ends the writers, once, and counts what was acknowledged.
func (w *ringWork) stop() int {
	w.cancel()
	w.wait.Wait()
	count := 0
	for _, writes := range w.history {
		for _, one := range writes {
			if !one.at.IsZero() {
				count++
			}
		}
	}
	return count
}

// check wants every row in each of the tables to be what was last acknowledged before the set's
// captures began, or what was written while they went on. It counts the rows that had to be.
func (w *ringWork) check(t *testing.T, set ringSet, tables ...map[int]int64) int {
	t.Helper()
	wanted := 0
	for k, writes := range w.history {
		last := -1
		for i, one := range writes {
			if !one.at.IsZero() && one.at.Before(set.asked) {
				last = i
			}
		}
		if last < 0 {
			continue
		}
		wanted++
		for _, rows := range tables {
			if !hasVersion(writes[last:], rows[k], set.done) {
				t.Errorf("%s: row %d has version %d; acknowledged before the capture was %d", set.parts[0].begun.Set, k, rows[k], writes[last].version)
			}
		}
	}
	return wanted
}

// hasVersion tells whether the version is that of the first write, or of one begun in time.
func hasVersion(writes []ringWrite, version int64, until time.Time) bool {
	return slices.ContainsFunc(writes, func(one ringWrite) bool { return one.version == version && !one.began.After(until) })
}
