//go:build servers

package cassandraengine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"cwb/executor"
)

// An automatic snapshot restores its table, whether that was truncated, dropped, or made again
// since; its dropped columns, indexes and types with it.
func TestRealRestoreOfAutomaticSnapshots(t *testing.T) {
	r := newReal(t, "Auto")
	torture(r)
	r.exec(`DROP MATERIALIZED VIEW "Auto".seen`)
	want := r.content()
	ways := map[string]string{"Mixed": "again", "less": "truncated dropped again", "indexed": "dropped", "simservs": "truncated", "wide": "truncated"}
	if restoreCutEvery == 1 { // each takes many seconds
		ways["Mixed"], ways["indexed"] = ways["less"], ways["less"]
	}
	for _, table := range slices.Sorted(maps.Keys(ways)) {
		name := fmt.Sprintf(`"Auto".%q`, table)
		restored := func(how, prefix string) {
			t.Helper()
			o := r.restore(r.order(r.foreign(prefix, table)))
			got := r.content()
			compare(t, map[string][]string{how: want[table]}, map[string][]string{how: got[table]})
			r.phase(executor.PhaseConfirm, o)
		}
		for _, way := range strings.Fields(ways[table]) {
			switch way {
			case "truncated":
				r.exec("TRUNCATE " + name)
				restored(table+" truncated", "truncated-")
			case "dropped":
				r.exec("DROP TABLE " + name)
				restored(table+" dropped", "dropped-")
			case "again":
				r.exec("DROP TABLE " + name)
				r.exec(map[bool]string{true: "CREATE TABLE " + name + " (k int PRIMARY KEY, stays text)", false: r.corpus().Creation(table)}[table == "less"])
				restored(table+" made again", "dropped-")
			}
			if table == "indexed" && way == "dropped" {
				r.checkIndexesCameBack()
			}
		}
	}
	r.checkClean()
}

// checkIndexesCameBack finds rows by the indexes that came back with a dropped table. One that
// somebody made again keeps the indexes it was given.
func (r *real) checkIndexesCameBack() {
	r.t.Helper()
	if got := r.rows(`SELECT k FROM "Auto".indexed WHERE a = 'a20'`); len(got) != 1 {
		r.t.Errorf("by index: %q", got)
	}
	if got := r.rows(`SELECT k FROM "Auto".indexed WHERE b = 'b20'`); len(got) != 1 {
		r.t.Errorf("by attached index: %q", got)
	}
}
