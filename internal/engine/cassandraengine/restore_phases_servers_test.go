//go:build servers

package cassandraengine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cwb/executor"
)

// A dropped keyspace comes back with its types, dropped columns and indexes; beside a live one,
// under another name, it changes nothing of that.
func TestRealRestoreOfKeyspace(t *testing.T) {
	r := newReal(t, "Gone")
	torture(r)
	want, k := r.content(), r.take()
	o := r.order(k.source())
	o.As = "gone_copy"
	t.Cleanup(func() { r.exec(`DROP KEYSPACE IF EXISTS gone_copy`) })
	o = r.restore(o)
	copied := *r
	copied.keyspace = "gone_copy"
	compare(t, want, copied.content())
	compare(t, want, r.content())
	o.Emptied = true
	r.phase(executor.PhaseUndo, o)
	if names := r.rows(`SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = 'gone_copy'`); len(names) > 0 {
		t.Error("the copy is still there after the undo")
	}
	r.exec(`DROP KEYSPACE "Gone"`)
	o = r.restore(r.order(k.source()))
	compare(t, want, r.content())
	r.phase(executor.PhaseConfirm, o)
	r.checkClean()
	r.checkWhole(k)
}

// With --exact newer tables go, and an undo brings them back. Of one selected table, only that
// is touched.
func TestRealRestoreExactAndOneTable(t *testing.T) {
	r := newReal(t, "exact")
	r.exec(`CREATE TABLE exact.a (k int PRIMARY KEY, v text)`, `CREATE TABLE exact.b (k int PRIMARY KEY, v text)`)
	r.exec(`INSERT INTO exact.a (k, v) VALUES (1, 'a')`, `INSERT INTO exact.b (k, v) VALUES (1, 'b')`)
	want, k := r.content(), r.take()
	r.exec(`CREATE TABLE exact.later (k int PRIMARY KEY, v text)`, `INSERT INTO exact.later (k, v) VALUES (1, 'later')`,
		`DELETE FROM exact.a WHERE k = 1`, `DELETE FROM exact.b WHERE k = 1`)
	changed := r.content()
	o := r.order(k.source())
	o.Selection.Tables = []string{"exact.a"}
	o = r.restore(o)
	now := r.content()
	compare(t, map[string][]string{"a": want["a"], "b": nil, "later": changed["later"]}, now)
	r.phase(executor.PhaseConfirm, o)
	o = r.order(k.source())
	o.Exact = true
	o = r.restore(o)
	compare(t, want, r.content())
	o.Emptied = true
	r.phase(executor.PhaseUndo, o)
	compare(t, now, r.content())
	r.checkClean()
}

// Without a safety backup the restore keeps a snapshot of its own, and the undo loads that.
func TestRealRestoreWithoutSafety(t *testing.T) {
	r := newReal(t, "unsafe")
	r.exec(`CREATE TABLE unsafe.a (k int PRIMARY KEY, v text)`, `INSERT INTO unsafe.a (k, v) VALUES (1, 'a')`)
	k := r.take()
	r.exec(`INSERT INTO unsafe.a (k, v) VALUES (1, 'changed')`)
	changed := r.content()
	o := r.order(k.source())
	o.Phases = []executor.RestorePhase{executor.PhaseLoad, executor.PhaseTruncate, executor.PhaseImport}
	for _, phase := range o.Phases {
		r.phase(phase, o)
	}
	o.Emptied = true
	r.phase(executor.PhaseUndo, o)
	compare(t, changed, r.content())
	if tags := snapshotNames(t, r.server.DataDirs, r.keyspace); len(tags) != 1 {
		t.Errorf("snapshots %v", tags)
	}
}

// What the old scripts linked away comes back, for each of their layouts.
func TestRealRestoreOfLegacy(t *testing.T) {
	r := newReal(t, "legacy")
	r.exec(`CREATE TABLE legacy.a (k int PRIMARY KEY, v text)`, `INSERT INTO legacy.a (k, v) VALUES (1, 'a')`)
	want, k := r.content(), r.take()
	base := t.TempDir()
	for n, layout := range []string{"a/snapshots/1372300000000", "1372300000001/a", "legacy/1372300000002/%s"} {
		root := filepath.Join(base, fmt.Sprint(n), "legacy/backup/backups")
		for f := range k.content.Files {
			if f.Root == "" || strings.Contains(f.Path, "/.") {
				continue
			}
			dir := filepath.Join(root, strings.ReplaceAll(layout, "%s", strings.Split(f.Path, "/")[1]))
			mkdir(t, dir)
			if err := os.Link(filepath.Join(f.Root, f.Path), filepath.Join(dir, filepath.Base(f.Path))); err != nil {
				t.Fatal(err)
			}
		}
		r.engine.legacy = []string{root}
		r.exec(`UPDATE legacy.a SET v = 'changed' WHERE k = 1`, `INSERT INTO legacy.a (k, v) VALUES (2, 'new')`)
		o := r.restore(r.order(r.foreign(map[bool]string{true: "legacy-", false: "backup-"}[n == 2], "a")))
		compare(t, want, r.content())
		r.phase(executor.PhaseConfirm, o)
	}
	r.checkWhole(k)
}

// What cannot be loaded is found by the rehearsal, and nothing that is served has changed.
func TestRealRestoreOfDamage(t *testing.T) {
	r := newReal(t, "damaged")
	r.exec(`CREATE TABLE damaged.a (k int PRIMARY KEY, v text)`, `INSERT INTO damaged.a (k, v) VALUES (1, 'a')`)
	k := keep(t, r.server, r.take())
	want := r.content()
	for f := range k.content.Files {
		if strings.HasSuffix(f.Path, "-Data.db") {
			writeFile(t, filepath.Join(f.Root, f.Path), strings.Repeat("x", int(f.Bytes)))
		}
	}
	o := r.order(k.source())
	o.Phases = []executor.RestorePhase{executor.PhaseLoad, executor.PhaseTruncate, executor.PhaseImport}
	err := r.engine.Restore(t.Context(), executor.PhaseLoad, o, nil)
	if err == nil || !strings.Contains(err.Error(), "rehearse damaged.a") {
		t.Errorf("load: %v", err)
	}
	compare(t, want, r.content())
	r.phase(executor.PhaseUndo, o)
	compare(t, want, r.content())
	r.checkClean()
}

// An SSTable that came whole from another host has no TOC.txt. It is taken, and comes back.
func TestRealRestoreWithoutTOC(t *testing.T) {
	r := newReal(t, "streamed")
	r.exec(`CREATE TABLE streamed.a (k int PRIMARY KEY, v text)`, `INSERT INTO streamed.a (k, v) VALUES (1, 'a')`)
	want := r.content()
	k, err := r.tryTake(func() {
		tocs, err := filepath.Glob(filepath.Join(r.server.DataDirs[0], "streamed", "*", "snapshots", "*", "*-TOC.txt"))
		if err != nil || len(tocs) == 0 {
			t.Fatalf("%v, %v", tocs, err)
		}
		for _, toc := range tocs {
			remove(t, toc)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	r.exec(`TRUNCATE streamed.a`)
	r.restore(r.order(k.source()))
	compare(t, want, r.content())
	r.take()
}
