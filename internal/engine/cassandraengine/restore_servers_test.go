//go:build servers

package cassandraengine

import (
	"testing"

	"cwb/executor"
)

// Everything that a table can hold comes back, write times and times to live included: over
// what is there, and by an undo again.
func TestRealRestore(t *testing.T) {
	r := newReal(t, "Restored")
	torture(r)
	want := r.content()
	k := r.take()
	r.exec(`UPDATE "Restored".counts SET a = a + 7 WHERE k = 'c1'`,
		`DELETE FROM "Restored".simservs WHERE user = 'sip:1'`, `INSERT INTO "Restored".indexed (k, a, b, c) VALUES (1000, 'new', 'new', 'new')`)
	changed := r.content()
	o := r.restore(r.order(k.source()))
	compare(t, want, r.content())
	r.checkWhole(k)
	r.checkClean()

	o.Emptied = true
	r.phase(executor.PhaseUndo, o)
	compare(t, changed, r.content())
	r.checkClean()
	if tags := snapshotNames(t, r.server.DataDirs, r.keyspace); len(tags) != 2 {
		t.Errorf("snapshots %v", tags)
	}
}
