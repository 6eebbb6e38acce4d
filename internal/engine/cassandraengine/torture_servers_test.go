//go:build servers

package cassandraengine

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cwb/internal/testbed"
	"cwb/internal/testbed/cqlcorpus"
)

// corpus is the keyspace as one with all that a table can have.
func (r *real) corpus() cqlcorpus.Keyspace {
	r.t.Helper()
	return cqlcorpus.Keyspace{Session: r.session, Name: r.keyspace, Version: r.version()}
}

func torture(r *real) {
	r.t.Helper()
	err := r.corpus().Fill(r.t.Context(), func() error {
		_, err := r.server.RunNodetool(r.t.Context(), "flush", r.keyspace)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *real) version() int {
	r.t.Helper()
	var version string
	if err := r.session.Query("SELECT release_version FROM system.local").Scan(&version); err != nil {
		r.t.Fatal(err)
	}
	return majorVersion(version)
}

// content is every row of every table, and every value's write time and time to live.
func (r *real) content() map[string][]string {
	r.t.Helper()
	all, err := r.corpus().Content(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

func (r *real) rows(cql string) []string {
	r.t.Helper()
	rows, err := cqlcorpus.Keyspace{Session: r.session}.Rows(r.t.Context(), cql)
	if err != nil {
		r.t.Fatal(err)
	}
	return rows
}

// importTables loads a backup's files into tables, as an operator would by hand.
func (r *real) importTables(k taken, tables ...string) {
	r.t.Helper()
	dirs := map[string]map[string]bool{} // table → folders
	for f := range k.content.Files {
		if c, ok := parseComponent(filepath.Base(f.Path)); f.Root == "" || !ok || c.name != "Data.db" || !slices.Contains(tables, f.Table) || strings.Contains(f.Path, "/.") {
			continue
		}
		if dirs[f.Table] == nil {
			dirs[f.Table] = map[string]bool{}
		}
		dirs[f.Table][filepath.Dir(filepath.Join(f.Root, f.Path))] = true
	}
	for _, table := range tables {
		args := []string{"import", "--copy-data", "--", r.keyspace, table}
		for i, folder := range slices.Sorted(maps.Keys(dirs[table])) {
			// The server reads a folder whose name ends in KEYSPACE/TABLE.
			staged := filepath.Join(r.t.TempDir(), fmt.Sprint(i), r.keyspace, table)
			if err := os.CopyFS(staged, os.DirFS(folder)); err != nil {
				r.t.Fatal(err)
			}
			args = append(args, staged)
		}
		if out, err := r.server.RunNodetool(r.t.Context(), args...); err != nil {
			r.t.Fatal(out, err)
		}
	}
}

func compare(t *testing.T, want, got map[string][]string) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%d tables, want %d", len(got), len(want))
	}
	for table := range want {
		if !slices.Equal(want[table], got[table]) {
			t.Errorf("%s:\n got %d rows: %.2000s\nwant %d rows: %.2000s", table, len(got[table]), got[table], len(want[table]), want[table])
		}
	}
}

// A backup gives back every value, write time and time to live, by what the README tells to
// type: into emptied tables, and into a keyspace made again from schema.cql.
func TestRealTorture(t *testing.T) { testTorture(t, realServer) }

func testTorture(t *testing.T, server *testbed.Cassandra) {
	r := newRealOn(t, server, "Torture")
	torture(r)
	want := r.content()
	k := r.take()
	if len(k.content.Tables) != cqlcorpus.Tables || slices.Contains(filled(k), "empty") {
		t.Errorf("tables %v, of which %v have something", k.content.Tables, filled(k))
	}
	if thorough(server) {
		for _, table := range []string{"Mixed", "counts", "less"} { // the others are loaded below; each nodetool takes a second
			r.exec(`TRUNCATE "Torture"."` + table + `"`)
			importByHand(t, server, k, r.keyspace, table)
		}
		compare(t, want, r.content())
	}
	r.exec(`DROP KEYSPACE "Torture"`)
	r.replay(string(k.dir[schemaCQL]))
	for _, table := range filled(k) {
		importByHand(t, server, k, r.keyspace, table)
	}
	compare(t, want, r.content())
	r.checkIndexes()
	again := r.take()
	if string(again.dir[schemaJSON]) != string(k.dir[schemaJSON]) {
		t.Errorf("schema.json:\n%s\nwant:\n%s", again.dir[schemaJSON], k.dir[schemaJSON])
	}
}

// keep copies a backup's files to where the server does not look.
func keep(t *testing.T, server *testbed.Cassandra, k taken) taken {
	t.Helper()
	root := t.TempDir()
	files := slices.Collect(k.content.Files)
	for i, f := range files {
		if f.Root == "" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(f.Root, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		files[i].Root = filepath.Join(root, fmt.Sprint(slices.Index(server.DataDirs, f.Root)))
		writeFile(t, filepath.Join(files[i].Root, f.Path), string(data))
	}
	k.content.Files = slices.Values(files)
	return k
}

// replay runs the statements of schema.cql.
func (r *real) replay(cql string) {
	r.t.Helper()
	for _, statement := range strings.Split(cql, ";\n") {
		statement = strings.TrimSpace(statement)
		if strings.HasPrefix(statement, "-- ") {
			_, statement, _ = strings.Cut(statement, "\n")
		}
		if statement != "" {
			r.exec(statement)
		}
	}
}
