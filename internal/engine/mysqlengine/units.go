package mysqlengine

import "sync"

// unit is what one connection reads at a time: a table, or a range of one.
type unit struct {
	ref   tableRef
	level int    // place of the table in capture.order
	part  int    // 1, 2, … of a table that is read in ranges; else 0
	where string // the range
}

// unitQueue hands units to readers, and knows from which level on every table has been read,
// so that its metadata locks can be given back: savepoints nest, so locks go in the reverse
// of the order in which they were taken.
type unitQueue struct {
	mu    sync.Mutex
	units []unit // the next one is the last
	open  []int  // by level: units that are not yet read
	done  int    // all levels from here on are read
}

func newUnitQueue(levels int, units []unit) *unitQueue {
	q := &unitQueue{units: units, open: make([]int, levels), done: levels}
	for _, u := range units {
		q.open[u.level]++
	}
	return q
}

// next is the next unit to read.
func (q *unitQueue) next() (unit, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.units) == 0 {
		return unit{}, false
	}
	u := q.units[len(q.units)-1]
	q.units = q.units[:len(q.units)-1]
	return u, true
}

// finish notes that a unit was read.
func (q *unitQueue) finish(u unit) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open[u.level]--
	for q.done > 0 && q.open[q.done-1] == 0 {
		q.done--
	}
}

// released is the level from which on all is read.
func (q *unitQueue) released() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.done
}
