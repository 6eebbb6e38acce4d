//go:build servers

package cassandraengine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/testbed"
)

// testForeign lets operators, nodetool and the server make every kind of snapshot that 5.0
// makes. Each is listed with what it holds, none is changed by anything a take does, and one
// whose table is there comes back by the README's command.
func testForeign(t *testing.T, server *testbed.Cassandra) {
	r := newRealOn(t, server, "foreigners")
	for _, table := range []string{"a", "b", "c"} {
		r.exec(`CREATE TABLE foreigners.`+table+` (k int PRIMARY KEY, v text)`, `INSERT INTO foreigners.`+table+` (k, v) VALUES (1, 'one')`)
	}
	began := time.Now().Add(-time.Second)
	r.nodetool("snapshot", "-t", "by-hand", "--", "foreigners") // flushes all
	want := r.rows("SELECT k, v, writetime(v) FROM foreigners.a")
	r.nodetool("snapshot", "--", "foreigners") // named by the milliseconds
	r.nodetool("snapshot", "-t", "passing", "--ttl", "1h", "-kt", "foreigners.b")
	r.nodetool("scrub", "--", "foreigners", "a")
	r.exec(`INSERT INTO foreigners.b (k, v) VALUES (2, 'two')`)
	r.nodetool("flush", "foreigners", "b")
	r.nodetool("compact", "foreigners", "b")
	r.exec(`TRUNCATE foreigners.a`, `DROP TABLE foreigners.c`)
	ephemeral := filepath.Join(tableFolder(t, server, "foreigners", "b"), "snapshots", "of-a-repair")
	if err := os.CopyFS(ephemeral, os.DirFS(filepath.Join(filepath.Dir(ephemeral), "passing"))); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(ephemeral, "ephemeral.snapshot"), "") // as repairs until 4.1 mark theirs
	r.makeEphemeral("b")

	all := r.allForeign()
	var got []string
	before := map[string]string{}
	for _, f := range all {
		if f.Bytes == 0 || f.Time.Before(began.Truncate(time.Second)) || f.Time.After(time.Now().Add(time.Second)) {
			t.Errorf("%s has no size, or a wrong time: %+v", f.Name, f)
		}
		got = append(got, fmt.Sprintf("%s %s restorable=%t %s", f.Kind, tablesOf(f), f.Restorable, f.Reason))
		before[f.Name] = r.filesOf(f)
	}
	r.checkExpires(all, began)
	slices.Sort(got)
	expected := []string{
		"dropped c restorable=true ", "other a restorable=true ", "other b restorable=true ",
		"snapshot a b c restorable=true ", "snapshot a b c restorable=true ", "snapshot b restorable=true ", "truncated a restorable=true ",
	}
	if !slices.Equal(got, expected) {
		t.Errorf("listed are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(expected, "\n"))
	}
	k := r.take()
	if err := r.engine.Discard(t.Context(), k.begun); err != nil {
		t.Error(err)
	}
	for _, f := range all {
		if _, err := r.engine.Prove(t.Context(), f.Name, nil); err != nil && f.Name != "passing" {
			t.Errorf("prove %s: %v", f.Name, err)
		}
		if r.filesOf(f) != before[f.Name] {
			t.Errorf("%s has changed", f.Name)
		}
	}
	if _, err := r.engine.Prove(t.Context(), "passing", nil); !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), "expires") {
		t.Errorf("adopt what Cassandra will remove: %v", err)
	}
	truncated := all[slices.IndexFunc(all, func(f backup.Foreign) bool { return f.Kind == backup.ForeignTruncated })]
	r.nodetool("import", "--copy-data", "foreigners", "a", truncated.Path)
	if got := r.rows("SELECT k, v, writetime(v) FROM foreigners.a"); !slices.Equal(got, want) {
		t.Errorf("imported by hand: %v, want %v", got, want)
	}
}

// testExpires is as much of testForeign as differs by version.
func testExpires(t *testing.T, server *testbed.Cassandra) {
	r := newRealOn(t, server, "passing")
	r.exec(`CREATE TABLE passing.t (k int PRIMARY KEY)`, `INSERT INTO passing.t (k) VALUES (1)`)
	began := time.Now().Add(-time.Second)
	r.nodetool("snapshot", "-t", "by-hand", "--", "passing")
	r.nodetool("snapshot", "-t", "passing", "--ttl", "1h", "--", "passing")
	r.makeEphemeral("t")
	all := r.allForeign()
	if len(all) != 2 || all[0].Name != "by-hand" || all[1].Name != "passing" {
		t.Fatalf("listed are %+v", all)
	}
	r.checkExpires(all, began)
}

// makeEphemeral copies a table's snapshot into one that a repair makes for itself.
func (r *real) makeEphemeral(table string) {
	r.t.Helper()
	marked := 0
	for _, w := range r.foldersOf(table) {
		snapshots := filepath.Join(w.root, w.keyspace, w.folder, "snapshots")
		to := filepath.Join(snapshots, "8a8d6e30-cd5c-11f0-8b7d-0b4b8e6d7a11")
		if err := os.CopyFS(to, os.DirFS(filepath.Join(snapshots, "by-hand"))); err != nil {
			r.t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(to, "manifest.json")); err == nil { // of several disks one has it
			r.markEphemeral(to)
			marked++
		}
	}
	if marked != 1 {
		r.t.Fatalf("%d files manifest.json", marked)
	}
}

// markEphemeral marks a snapshot as the server's version does: with a file of its own until
// 4.1, by one word of the manifest.json that the server wrote since (SnapshotManifest).
func (r *real) markEphemeral(dir string) {
	r.t.Helper()
	if r.version() < 5 {
		writeFile(r.t, filepath.Join(dir, "ephemeral.snapshot"), "")
		return
	}
	manifest := filepath.Join(dir, "manifest.json")
	data, err := os.ReadFile(manifest)
	was, is := []byte(`"ephemeral" : false`), []byte(`"ephemeral" : true`)
	if err != nil || bytes.Count(data, was) != 1 {
		r.t.Fatalf("manifest.json: %s, %v", data, err)
	}
	if err := os.WriteFile(manifest, bytes.Replace(data, was, is, 1), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// foldersOf are those of a table in which the snapshot by-hand lies.
func (r *real) foldersOf(table string) (all []where) {
	r.t.Helper()
	dirs, err := tableDirs(r.server.DataDirs, []string{r.keyspace})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, w := range dirs {
		_, err := os.Stat(filepath.Join(w.root, w.keyspace, w.folder, "snapshots", "by-hand"))
		if name, _, ok := splitTableFolder(w.folder); ok && name == table && err == nil {
			all = append(all, w)
		}
	}
	return all
}

// checkExpires wants the end of exactly the snapshot that was made with a time to live of an
// hour, as the server itself tells it, and a plan that warns of it.
func (r *real) checkExpires(all []backup.Foreign, began time.Time) {
	r.t.Helper()
	for _, f := range all {
		if f.Name != "passing" {
			if !f.Expires.IsZero() {
				r.t.Errorf("%s expires: %+v", f.Name, f)
			}
			continue
		}
		var served time.Time
		if r.version() >= 5 {
			if err := r.session.Query(`SELECT expires_at FROM system_views.snapshots WHERE name = 'passing' ALLOW FILTERING`).Scan(&served); err != nil {
				r.t.Fatal(err)
			}
			if f.Expires.Sub(served).Abs() >= time.Millisecond {
				r.t.Errorf("it expires at %s, the server says %s", f.Expires, served)
			}
		}
		if f.Expires.Before(began.Add(time.Hour)) || f.Expires.After(time.Now().Add(time.Hour)) {
			r.t.Errorf("it expires at %s", f.Expires)
		}
		x, err := r.engine.Examine(r.t.Context(), r.order(executor.RestoreSource{Foreign: &f}))
		if err != nil || len(x.Refusals) > 0 || len(x.Warnings) != 1 || !strings.Contains(x.Warnings[0], f.Expires.UTC().Format(time.RFC3339)) {
			r.t.Errorf("a plan: %+v, %v", x, err)
		}
	}
}

func (r *real) nodetool(args ...string) {
	r.t.Helper()
	if out, err := r.server.RunNodetool(r.t.Context(), args...); err != nil {
		r.t.Fatal(out, err)
	}
}

func (r *real) allForeign() []backup.Foreign {
	r.t.Helper()
	all, err := r.engine.Foreign(r.t.Context(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

func tablesOf(f backup.Foreign) string {
	var names []string
	for _, ref := range f.Tables {
		names = append(names, ref.Table)
	}
	return strings.Join(names, " ")
}

// tableFolder is that of a table that exists once, in the first data directory.
func tableFolder(t *testing.T, server *testbed.Cassandra, keyspace, table string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(server.DataDirs[0], keyspace, table+"-*"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	return found[0]
}

// filesOf describes all files of a foreign backup: names, modes, times and content.
func (r *real) filesOf(f backup.Foreign) string {
	r.t.Helper()
	folders, err := filepath.Glob(f.Path)
	if err != nil || len(folders) == 0 {
		r.t.Fatalf("%s: %v, %v", f.Path, folders, err)
	}
	var text strings.Builder
	for _, folder := range folders {
		text.WriteString(listing(r.t, folder))
		err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			text.WriteString(sumOf(data) + "\n")
			return err
		})
		if err != nil {
			r.t.Fatal(err)
		}
	}
	return text.String()
}
