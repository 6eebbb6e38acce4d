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
	"time"

	"cwb/internal/testbed"
)

// tortureSchema has all that a table can have; %s is the quoted keyspace.
var tortureSchema = []string{
	`CREATE TYPE %s.addr (street text, n int)`,
	`CREATE TYPE %s."Person" (name text, home frozen<addr>)`,
	`CREATE TABLE %s."Mixed" (k int, c int, "S" text static, v text, n bigint, f frozen<list<int>>, l list<text>, s set<int>,
		m map<text, frozen<addr>>, p frozen<"Person">, u addr, t tuple<int, text>, d duration, b blob, i inet, at timestamp, id uuid,
		de decimal, PRIMARY KEY (k, c)) WITH CLUSTERING ORDER BY (c DESC)`,
	`CREATE TABLE %s.counts (k text PRIMARY KEY, a counter, b counter)`,
	`CREATE TABLE %s.simservs (user text PRIMARY KEY, value text) WITH COMPACT STORAGE`,
	`CREATE TABLE %s.wide (private_id text, public_id text, PRIMARY KEY (private_id, public_id)) WITH COMPACT STORAGE`,
	`CREATE TABLE %s.indexed (k int PRIMARY KEY, a text, b text, c text)`,
	`CREATE INDEX by_a ON %s.indexed (a)`,
	`CREATE CUSTOM INDEX by_b ON %s.indexed (b) USING 'StorageAttachedIndex'`,
	`CREATE CUSTOM INDEX by_c ON %s.indexed (c) USING 'org.apache.cassandra.index.sasi.SASIIndex'`,
	`CREATE MATERIALIZED VIEW %s.seen AS SELECT * FROM %s.indexed WHERE a IS NOT NULL AND k IS NOT NULL PRIMARY KEY (a, k)`,
	`CREATE TABLE %s.less (k int PRIMARY KEY, stays text, goes text)`,
	`CREATE TABLE %s.empty (k int PRIMARY KEY)`,
	`CREATE TABLE %s."Odd" (a frozen<set<int>>, b frozen<tuple<int, text>>, c timeuuid, d text, st map<text, frozen<list<int>>> static,
		x frozen<map<text, frozen<set<int>>>>, y smallint, z varint, w frozen<addr>, q time, o date, l list<frozen<tuple<int, text>>>,
		PRIMARY KEY ((a, b), c, d)) WITH CLUSTERING ORDER BY (c DESC, d ASC) AND default_time_to_live = 7776300`,
	`CREATE INDEX "By_keys" ON %s."Odd" (keys(st))`,
	`CREATE TABLE %s.levels (k int PRIMARY KEY, v text) WITH compaction = {'class': 'LeveledCompactionStrategy'} AND gc_grace_seconds = 60`,
}

func torture(r *real) {
	quoted := `"` + r.keyspace + `"`
	run := func(cql string, args ...any) { r.exec(fmt.Sprintf(strings.ReplaceAll(cql, "%s", quoted), args...)) }
	for _, cql := range tortureSchema {
		if r.version() >= 5 || !strings.Contains(cql, "StorageAttachedIndex") {
			run(cql)
		}
	}
	for i := range 40 {
		run(`INSERT INTO %s."Mixed" (k, c, "S", v, n, f, l, s, m, p, u, t, d, b, i, at, id, de) VALUES (%[1]d, %[1]d, 's', 'va''lü', %[1]d, [1, 2],
			['a', 'b'], {1, 2}, {'x': {street: 'y', n: 1}}, {name: 'p', home: {street: 'z', n: 2}}, {street: 'q', n: 3}, (1, 'one'), 1mo2d3h,
			0xCAFE, '127.0.0.1', '2026-01-02T03:04:05Z', 123e4567-e89b-12d3-a456-426614174000, 1.25) USING TIMESTAMP %[2]d`, i, 1700000000000000+i)
		run(`UPDATE %s.counts SET a = a + %d, b = b - 1 WHERE k = 'c%d'`, i, i%7)
		run(`INSERT INTO %s.simservs (user, value) VALUES ('sip:%d', '<simservs/>')`, i)
		run(`INSERT INTO %s.wide (private_id, public_id) VALUES ('p%d', 'sip:%d')`, i%5, i)
		run(`INSERT INTO %s.indexed (k, a, b, c) VALUES (%d, 'a%[1]d', 'b%[1]d', 'c%[1]d')`, i)
		run(`INSERT INTO %s.less (k, stays, goes) VALUES (%d, 'stays', 'goes')`, i)
		run(`INSERT INTO %s.levels (k, v) VALUES (%d, 'x') USING TTL %d`, i, 600*(100+i)+300)
		odd(run, i)
	}
	if out, err := r.server.RunNodetool(r.t.Context(), "flush", r.keyspace); err != nil {
		r.t.Fatal(out, err)
	}
	for i := range 10 {
		run(`UPDATE %s."Mixed" SET l = l + ['c'], m['z'] = {street: 'n', n: 9}, s = s - {1} WHERE k = %d AND c = %[1]d`, i)
		run(`DELETE v FROM %s."Mixed" WHERE k = %d AND c = %[1]d`, 10+i)
		run(`DELETE FROM %s.indexed WHERE k = %d`, i)
		run(`DELETE FROM %s.wide WHERE private_id = 'p0' AND public_id = 'sip:%d'`, i*5)
	}
	run(`DELETE FROM %s."Mixed" WHERE k = 39`)
	run(`ALTER TABLE %s.less DROP goes`)
}

// odd fills a table of rare things. Its times to live lie in the middle of ten minutes: see rows.
func odd(run func(string, ...any), i int) {
	key := fmt.Sprintf("a = {%d, 7} AND b = (%d, 'p''q')", i%4, i%4)
	at := func(n int) string { return fmt.Sprintf("c = 00000000-0000-10%02d-8000-000000000000", n) }
	run(`UPDATE %s."Odd" SET st['k%d'] = [%[1]d, 2], x = {'m': {1, 2}}, y = %[1]d, z = 123456789012345678901234567890, w = {street: 'w', n: %[1]d},
		q = '08:12:54.123456789', o = '2026-02-28', l = [(1, 'one'), (2, '')] WHERE `+key+" AND "+at(i)+` AND d = 'd'`, i)
	run(`UPDATE %s."Odd" USING TTL %d SET l = l + [(3, 'three')], st['short'] = [%d] WHERE `+key+" AND "+at(i)+` AND d = 'd'`, 600*(200+i)+300, i)
	run(`INSERT INTO %s."Odd" (a, b, c, d) VALUES ({%d, 7}, (%[1]d, 'p''q'), now(), 'only the key')`, i%4)
	if i%10 == 9 {
		run(`DELETE FROM %s."Odd" WHERE ` + key + " AND " + strings.Replace(at(i-5), "=", "<", 1)) // a range
		run(`DELETE st['k%d'] FROM %s."Odd" WHERE `+key, i)
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
	k, err := r.engine.connect(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	defer k.close()
	if _, err := k.local(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	s, err := k.schema(r.t.Context(), r.keyspace)
	if err != nil {
		r.t.Fatal(err)
	}
	all := map[string][]string{}
	for _, table := range s.Tables {
		name := fmt.Sprintf("%q.%q", r.keyspace, table.Name)
		all[table.Name] = append(r.rows("SELECT JSON * FROM "+name), r.rows("SELECT "+stamps(table, r.version())+" FROM "+name)...)
	}
	return all
}

// stamps selects what tells the age of each value; before 5.0 a collection's cannot be asked.
func stamps(table tableSchema, version int) string {
	var columns []string
	for _, c := range table.Columns {
		quoted := fmt.Sprintf("%q", c.Name)
		if c.Type == "empty" || (!table.hasClustering() && (c.Kind == "clustering" || c.Kind == "regular") && table.Name == "simservs") {
			continue // what a compact table hides
		}
		columns = append(columns, quoted)
		many := strings.HasPrefix(c.Type, "map<") || strings.HasPrefix(c.Type, "list<") || strings.HasPrefix(c.Type, "set<") || c.Type == "addr"
		if (c.Kind == "regular" || c.Kind == "static") && c.Type != "counter" && (version >= 5 || !many) {
			columns = append(columns, "writetime("+quoted+")", "ttl("+quoted+")")
		}
	}
	return strings.Join(columns, ", ")
}

// lifetimes tells how long values live from when they were written, in tens of minutes: what is
// left of that is another number at each look.
func lifetimes(left, written any, now time.Time) any {
	switch left := left.(type) {
	case int:
		if at, ok := written.(int64); ok && left > 0 {
			return now.Add(time.Duration(left)*time.Second).Sub(time.UnixMicro(at)) / (10 * time.Minute)
		}
	case []int:
		if at, ok := written.([]int64); ok && len(at) == len(left) {
			all := make([]any, len(left))
			for i := range left {
				all[i] = lifetimes(left[i], at[i], now)
			}
			return all
		}
	}
	return left
}

func (r *real) rows(cql string) []string {
	r.t.Helper()
	iter := r.session.Query(cql).Iter()
	var rows []string
	for row := map[string]any{}; iter.MapScan(row); row = map[string]any{} {
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(row)) {
			if left, ok := strings.CutPrefix(name, "ttl("); ok {
				row[name] = lifetimes(row[name], row["writetime("+left], time.Now())
			}
			parts = append(parts, fmt.Sprintf("%s=%v", name, row[name]))
		}
		rows = append(rows, strings.Join(parts, " "))
	}
	if err := iter.Close(); err != nil {
		r.t.Fatalf("%s: %v", cql, err)
	}
	slices.Sort(rows)
	return rows
}

// importTables loads a backup's files into tables, as an operator would by hand.
func (r *real) importTables(k taken, tables ...string) {
	r.t.Helper()
	dirs := map[string]map[string]bool{} // table → folders
	for _, f := range k.content.Files {
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
	if len(k.content.Tables) != 10 || slices.Contains(filled(k), "empty") {
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
	files := slices.Clone(k.content.Files)
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
	k.content.Files = files
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
