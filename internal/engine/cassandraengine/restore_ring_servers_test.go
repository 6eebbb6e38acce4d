//go:build servers

package cassandraengine

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gocql/gocql"

	"cwb/executor"
	"cwb/internal/testbed"
)

// A ring of three comes back at consistency ALL, when all its hosts are restored: rehearsed on
// each, emptied once, loaded and repaired on each. One host alone adds, and no counters.
func testRestoreOfRing(t *testing.T, ring *testbed.Ring, session *gocql.Session) {
	run := func(cql string, args ...any) {
		t.Helper()
		if err := session.Query(cql, args...).Consistency(gocql.All).Exec(); err != nil {
			t.Fatalf("%s: %v", cql, err)
		}
	}
	run(`CREATE KEYSPACE two WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}`)
	run(`CREATE KEYSPACE three WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 3}`)
	t.Cleanup(func() { run(`DROP KEYSPACE two`); run(`DROP KEYSPACE three`) })
	run(`CREATE TABLE two.t (k int PRIMARY KEY, v text)`)
	run(`CREATE TABLE three.t (k int PRIMARY KEY, v text)`)
	run(`CREATE TABLE two.n (k int PRIMARY KEY, n counter)`)
	for k := range 60 {
		run(`INSERT INTO two.t (k, v) VALUES (?, 'was')`, k)
		run(`INSERT INTO three.t (k, v) VALUES (?, 'was')`, k)
		run(`UPDATE two.n SET n = n + ? WHERE k = ?`, int64(k), k)
	}
	engines := ringEngines(ring)
	want := ringRows(t, session)
	sources := ringSources(engines, takeRingInto(t, engines, 1))
	for k := range 30 {
		run(`DELETE FROM two.t WHERE k = ?`, k)
		run(`INSERT INTO three.t (k, v) VALUES (?, 'new')`, k+40)
		run(`UPDATE two.n SET n = n + 100 WHERE k = ?`, k)
	}
	changed := ringRows(t, session)
	safety := ringSources(engines, takeRingInto(t, engines, 2))
	orders := ringOrders(t, engines, sources, safety)
	ringPhase(t, engines, orders, executor.PhaseLoad, 3)
	ringPhase(t, engines, orders, executor.PhaseTruncate, 1)
	ringPhase(t, engines, orders, executor.PhaseImport, 3)
	compare(t, want, ringRows(t, session))
	for i := range orders {
		orders[i].Emptied = true
	}
	ringPhase(t, engines, orders, executor.PhaseUndo, 3)
	compare(t, changed, ringRows(t, session))
	checkAdds(t, engines[0], sources[0])
	compare(t, changed, ringRows(t, session))
}

// checkAdds restores one host alone: its rows are older than what is there, so nothing changes.
func checkAdds(t *testing.T, e *Engine, from executor.RestoreSource) {
	t.Helper()
	o := executor.RestoreOrder{ID: "20200101T000009Z", Source: from, Notes: memNotes{}, Adds: true, Phases: []executor.RestorePhase{executor.PhaseLoad, executor.PhaseImport}}
	if err := e.Restore(t.Context(), executor.PhaseLoad, o, nil); !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), "counters") {
		t.Errorf("counters on one host: %v", err)
	}
	o.Selection.Tables, o.Notes = []string{"t"}, memNotes{}
	for _, phase := range o.Phases {
		if err := e.Restore(t.Context(), phase, o, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Restore(t.Context(), executor.PhaseUndo, o, nil); !errors.Is(err, executor.ErrRefused) {
		t.Errorf("the undo of what was added: %v", err)
	}
}

// takeRingInto takes a set of all hosts, one after the other.
func takeRingInto(t *testing.T, engines []*Engine, n int) []taken {
	t.Helper()
	var all []taken
	for _, e := range engines {
		k := taken{dir: memDir{}}
		spec := ringSpec(e, n)
		p, err := e.Prepare(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		f := p.Footprint()
		k.begun = spec.Begun
		k.begun.Tag, k.begun.Keyspaces, k.begun.DataDirs = f.Tag, f.Keyspaces, f.DataDirs
		if _, err := p.Capture(t.Context()); err != nil {
			t.Fatal(err)
		}
		if k.content, err = p.ReadOut(t.Context(), k.dir, nil); err != nil {
			t.Fatal(err)
		}
		p.Close()
		all = append(all, k)
	}
	return all
}

func ringSources(_ []*Engine, parts []taken) []executor.RestoreSource {
	var all []executor.RestoreSource
	for _, k := range parts {
		all = append(all, k.source())
	}
	return all
}

// ringOrders examines every host; the first one truncates.
func ringOrders(t *testing.T, engines []*Engine, sources, safety []executor.RestoreSource) []executor.RestoreOrder {
	t.Helper()
	var all []executor.RestoreOrder
	for i, e := range engines {
		o := executor.RestoreOrder{ID: "20200101T000000Z", Source: sources[i], Notes: memNotes{}}
		x, err := e.Examine(t.Context(), o)
		if err != nil || len(x.Refusals) > 0 || len(x.Ring) != 3 || len(x.Replaces) != 3 {
			t.Fatalf("%s: %+v, %v", e.addr, x, err)
		}
		o.Safety, o.Phases = &safety[i], x.Phases
		if i > 0 {
			o.Phases = slices.DeleteFunc(slices.Clone(x.Phases), func(p executor.RestorePhase) bool { return p == executor.PhaseTruncate })
		}
		all = append(all, o)
	}
	return all
}

func ringPhase(t *testing.T, engines []*Engine, orders []executor.RestoreOrder, phase executor.RestorePhase, hosts int) {
	t.Helper()
	for i, e := range engines[:hosts] {
		if err := e.Restore(t.Context(), phase, orders[i], nil); err != nil {
			t.Fatal(err)
		}
	}
}

// ringRows reads all tables from all hosts that have them.
func ringRows(t *testing.T, session *gocql.Session) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for table, columns := range map[string]string{"two.t": "k, v, writetime(v)", "three.t": "k, v, writetime(v)", "two.n": "k, n"} {
		iter := session.Query("SELECT " + columns + " FROM " + table).Consistency(gocql.All).Iter()
		for row := map[string]any{}; iter.MapScan(row); row = map[string]any{} {
			var parts []string
			for _, name := range slices.Sorted(maps.Keys(row)) {
				parts = append(parts, fmt.Sprintf("%s=%v", name, row[name]))
			}
			all[table] = append(all[table], strings.Join(parts, " "))
		}
		if err := iter.Close(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(all[table])
	}
	return all
}
