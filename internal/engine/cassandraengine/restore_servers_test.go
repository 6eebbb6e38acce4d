//go:build servers

package cassandraengine

import (
	"testing"

	"cwb/executor"
	"cwb/internal/testbed"
)

// Everything that a table can hold comes back, write times and times to live included: over
// what is there, and by an undo again.
func TestRealRestore(t *testing.T) { testRestore(t, realServer) }

func testRestore(t *testing.T, server *testbed.Cassandra) {
	r := newRealOn(t, server, "Restored")
	torture(r)
	want := r.content()
	k := r.take()
	checkExpires(t, k)
	r.exec(`UPDATE "Restored".counts SET a = a + 7 WHERE k = 'c1'`, `DELETE FROM "Restored".simservs WHERE user = 'sip:1'`,
		`INSERT INTO "Restored".indexed (k, a, b, c) VALUES (1000, 'new', 'new', 'new')`)
	changed := r.content()
	o := r.restore(r.order(k.source()))
	compare(t, want, r.content())
	r.checkIndexes()
	r.checkWhole(k)
	r.checkClean()
	if !thorough(server) {
		return
	}
	o.Emptied = true
	r.phase(executor.PhaseUndo, o)
	compare(t, changed, r.content())
	r.checkClean()
	if tags := snapshotNames(t, r.server.DataDirs, r.keyspace); len(tags) != 2 {
		t.Errorf("snapshots %v", tags)
	}
}

// checkIndexes asks each index of the torture schema for a row.
func (r *real) checkIndexes() {
	r.t.Helper()
	for _, column := range []string{"a", "b", "c"} {
		if column == "b" && r.version() < 5 {
			continue
		}
		if got := r.rows(`SELECT k FROM "` + r.keyspace + `".indexed WHERE ` + column + ` = '` + column + `20'`); len(got) != 1 || got[0] != "k=20" {
			r.t.Errorf("by the index on %s: %q", column, got)
		}
	}
	if got := r.rows(`SELECT k FROM "` + r.keyspace + `".seen WHERE a = 'a20'`); len(got) != 1 {
		r.t.Errorf("by the view: %q", got)
	}
}

// checkExpires reads the times to live from the files.
func checkExpires(t *testing.T, k taken) {
	t.Helper()
	s, err := ownSource(k.source())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range s.tables {
		if got := (&restoring{}).expires(table); got != (table.Table == "levels" || table.Table == "Odd") {
			t.Errorf("%s expires: %t", table, got)
		}
	}
}
