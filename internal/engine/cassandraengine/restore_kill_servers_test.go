//go:build servers

package cassandraengine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/soak"
)

var errPlanned = errors.New("planned failure")

// faults let one call to the server fail, of all that an engine makes by CQL and nodetool: before
// it is made, or after it was.
type faults struct {
	t        *testing.T
	file     string // counts down; shared with the script that stands for nodetool
	after    bool
	nodetool string
}

func newFaults(t *testing.T, r *real) *faults {
	t.Helper()
	dir := t.TempDir()
	f := &faults{t: t, file: filepath.Join(dir, "left"), nodetool: filepath.Join(dir, "nodetool")}
	writeFile(t, f.nodetool, fmt.Sprintf(`#!/bin/sh
case "$1" in info) exec %[1]s "$@" ;; esac
left=$(cat %[2]s); echo $((left-1)) >%[2]s
[ "$left" = 1 ] || exec %[1]s "$@"
[ -e %[2]s.after ] && %[1]s "$@" >/dev/null
echo "error: planned failure" >&2; exit 1
`, strings.Join(r.server.Nodetool, " "), f.file))
	if err := os.Chmod(f.nodetool, 0o755); err != nil {
		t.Fatal(err)
	}
	return f
}

// set lets the n-th call fail; none for 0.
func (f *faults) set(n int, after bool) {
	f.t.Helper()
	f.after = after
	os.Remove(f.file + ".after")
	if after {
		writeFile(f.t, f.file+".after", "")
	}
	writeFile(f.t, f.file, strconv.Itoa(n))
}

func (f *faults) left() int {
	data, err := os.ReadFile(f.file)
	if err != nil {
		f.t.Fatal(err)
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(data)))
	return n
}

// call counts a call to the server, and fails when its turn has come.
func (f *faults) call(do func() error) error {
	n := f.left()
	writeFile(f.t, f.file, strconv.Itoa(n-1))
	if n == 1 && !f.after {
		return errPlanned
	}
	err := do()
	if n == 1 && err == nil {
		err = errPlanned
	}
	return err
}

// failing is a connection whose calls are counted.
type failing struct {
	commander
	faults *faults
}

func (c failing) exec(ctx context.Context, cql string) error {
	return c.faults.call(func() error { return c.commander.exec(ctx, cql) })
}

func (c failing) count(ctx context.Context, keyspace, table string, all bool) (n int64, err error) {
	err = c.faults.call(func() error { n, err = c.commander.count(ctx, keyspace, table, all); return err })
	return n, err
}

// engine is one whose calls fail as planned.
func (f *faults) engine(node config.Node) *Engine {
	node.Cassandra.Nodetool = []string{f.nodetool}
	e := New(node, Options{})
	e.commands = func(ctx context.Context) (commander, error) {
		s, err := connectCQL(ctx, *node.Cassandra, e.options.ToolTimeout)
		if err != nil {
			return nil, err
		}
		return failing{s.(commander), f}, nil
	}
	return e
}

// Cut at any call to the server (every restoreCutEvery-th of them), a restore that is run again finishes, and one that is undone
// gives back what was there; an undo that is cut does so when it is run again.
func TestRealRestoreCutAnywhere(t *testing.T) {
	r := newReal(t, "Killed")
	r.exec(`CREATE TABLE "Killed".rows (k int PRIMARY KEY, v text)`,
		`CREATE TABLE "Killed".gone (k int PRIMARY KEY, v text)`, `CREATE INDEX by_v ON "Killed".gone (v)`)
	for k := range 20 {
		r.exec(fmt.Sprintf(`INSERT INTO "Killed".rows (k, v) VALUES (%d, 'was')`, k),
			fmt.Sprintf(`INSERT INTO "Killed".gone (k, v) VALUES (%d, 'was')`, k))
	}
	want, k := r.content(), r.take()
	r.exec(`DELETE FROM "Killed".rows WHERE k = 3`, `INSERT INTO "Killed".rows (k, v) VALUES (100, 'new')`, `DROP TABLE "Killed".gone`)
	changed, safety := r.content(), r.take().source()
	f := newFaults(t, r)
	r.engine = f.engine(r.node())
	phases := []executor.RestorePhase{executor.PhaseLoad, executor.PhaseTruncate, executor.PhaseImport}
	cuts := 0
	n := 1
	for ; ; n += restoreCutEvery {
		o := r.order(k.source())
		o.Safety, o.Phases = &safety, phases
		f.set(n, cuts%2 == 1)
		cut := r.until(o)
		if f.left() > 0 {
			break // there were fewer calls
		}
		f.set(0, false)
		cuts++
		o.Emptied = cut > 0
		if cuts%3 != 0 {
			for _, phase := range phases[cut:] {
				r.phase(phase, o)
			}
			compare(t, want, r.content())
			o.Emptied = true
			f.set(n/2+1, cuts%2 == 0)
			_ = r.engine.Restore(t.Context(), executor.PhaseUndo, o, nil)
			f.set(0, false)
		}
		r.phase(executor.PhaseUndo, o)
		compare(t, changed, r.content())
		r.checkClean()
		if t.Failed() {
			t.Fatalf("after the cut at call %d", n)
		}
	}
	soak.Figures(t, "a restore of a Cassandra is cut at %d of its calls", cuts)
	if n < 15 {
		t.Errorf("a restore made only %d calls", n)
	}
}

// until runs the phases up to the one that fails, and tells which that was: none where the call
// that failed was made again.
func (r *real) until(o executor.RestoreOrder) int {
	r.t.Helper()
	for i, phase := range o.Phases {
		if err := r.engine.Restore(r.t.Context(), phase, o, nil); err != nil {
			if !errors.Is(err, errPlanned) && !strings.Contains(err.Error(), "planned failure") {
				r.t.Fatal(err)
			}
			return i
		}
	}
	return len(o.Phases)
}
