package cqlcorpus

import (
	"context"
	"fmt"
	"strings"

	"github.com/gocql/gocql"
)

// Keyspace is one that exists, for the corpus alone.
type Keyspace struct {
	Session *gocql.Session
	Name    string
	Version int // the server's major version
}

// Tables is how many tables the corpus has, its view among them.
const Tables = 10

// schema makes the tables; %s is the quoted keyspace.
var schema = []string{
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

// Settings are those of cassandra.yaml that allow the corpus.
func Settings() map[string]string {
	return map[string]string{"materialized_views_enabled": "true", "sasi_indexes_enabled": "true"}
}

// Creation is the statement that makes a table; empty when the corpus has no such table.
func (k Keyspace) Creation(table string) string {
	for _, cql := range schema {
		if strings.HasPrefix(cql, "CREATE TABLE %s."+table+" ") || strings.HasPrefix(cql, `CREATE TABLE %s."`+table+`" `) {
			return strings.ReplaceAll(cql, "%s", k.quoted())
		}
	}
	return ""
}

func (k Keyspace) quoted() string { return `"` + k.Name + `"` }

// filling runs statements until one fails.
type filling struct {
	Keyspace
	ctx context.Context
	err error
}

func (f *filling) run(cql string, args ...any) {
	if f.err != nil {
		return
	}
	cql = fmt.Sprintf(strings.ReplaceAll(cql, "%s", f.quoted()), args...)
	if err := f.Session.Query(cql).WithContext(f.ctx).Exec(); err != nil {
		f.err = fmt.Errorf("%s: %w", cql, err)
	}
}

// Fill makes the tables and fills them. Half way it calls flush, which lets the server write its
// tables to files, so that some have several.
func (k Keyspace) Fill(ctx context.Context, flush func() error) error {
	f := &filling{Keyspace: k, ctx: ctx}
	for _, cql := range schema {
		if k.Version >= 5 || !strings.Contains(cql, "StorageAttachedIndex") {
			f.run(cql)
		}
	}
	for i := range 40 {
		f.rows(i)
		f.odd(i)
	}
	if f.err == nil {
		f.err = flush()
	}
	f.changes()
	return f.err
}

func (f *filling) rows(i int) {
	f.run(`INSERT INTO %s."Mixed" (k, c, "S", v, n, f, l, s, m, p, u, t, d, b, i, at, id, de) VALUES (%[1]d, %[1]d, 's', 'va''lü', %[1]d, [1, 2],
		['a', 'b'], {1, 2}, {'x': {street: 'y', n: 1}}, {name: 'p', home: {street: 'z', n: 2}}, {street: 'q', n: 3}, (1, 'one'), 1mo2d3h,
		0xCAFE, '127.0.0.1', '2026-01-02T03:04:05Z', 123e4567-e89b-12d3-a456-426614174000, 1.25) USING TIMESTAMP %[2]d`, i, 1700000000000000+i)
	f.run(`UPDATE %s.counts SET a = a + %d, b = b - 1 WHERE k = 'c%d'`, i, i%7)
	f.run(`INSERT INTO %s.simservs (user, value) VALUES ('sip:%d', '<simservs/>')`, i)
	f.run(`INSERT INTO %s.wide (private_id, public_id) VALUES ('p%d', 'sip:%d')`, i%5, i)
	f.run(`INSERT INTO %s.indexed (k, a, b, c) VALUES (%d, 'a%[1]d', 'b%[1]d', 'c%[1]d')`, i)
	f.run(`INSERT INTO %s.less (k, stays, goes) VALUES (%d, 'stays', 'goes')`, i)
	f.run(`INSERT INTO %s.levels (k, v) VALUES (%d, 'x') USING TTL %d`, i, 600*(100+i)+300)
}

// odd fills a table of rare things. Its times to live lie in the middle of ten minutes: see
// [Keyspace.Rows].
func (f *filling) odd(i int) {
	key := fmt.Sprintf("a = {%d, 7} AND b = (%d, 'p''q')", i%4, i%4)
	at := func(n int) string { return fmt.Sprintf("c = 00000000-0000-10%02d-8000-000000000000", n) }
	f.run(`UPDATE %s."Odd" SET st['k%d'] = [%[1]d, 2], x = {'m': {1, 2}}, y = %[1]d, z = 123456789012345678901234567890, w = {street: 'w', n: %[1]d},
		q = '08:12:54.123456789', o = '2026-02-28', l = [(1, 'one'), (2, '')] WHERE `+key+" AND "+at(i)+` AND d = 'd'`, i)
	f.run(`UPDATE %s."Odd" USING TTL %d SET l = l + [(3, 'three')], st['short'] = [%d] WHERE `+key+" AND "+at(i)+` AND d = 'd'`, 600*(200+i)+300, i)
	f.run(`INSERT INTO %s."Odd" (a, b, c, d) VALUES ({%d, 7}, (%[1]d, 'p''q'), now(), 'only the key')`, i%4)
	if i%10 == 9 {
		f.run(`DELETE FROM %s."Odd" WHERE ` + key + " AND " + strings.Replace(at(i-5), "=", "<", 1)) // a range
		f.run(`DELETE st['k%d'] FROM %s."Odd" WHERE `+key, i)
	}
}

// changes leaves deletions, and values that come together from several files.
func (f *filling) changes() {
	for i := range 10 {
		f.run(`UPDATE %s."Mixed" SET l = l + ['c'], m['z'] = {street: 'n', n: 9}, s = s - {1} WHERE k = %d AND c = %[1]d`, i)
		f.run(`DELETE v FROM %s."Mixed" WHERE k = %d AND c = %[1]d`, 10+i)
		f.run(`DELETE FROM %s.indexed WHERE k = %d`, i)
		f.run(`DELETE FROM %s.wide WHERE private_id = 'p0' AND public_id = 'sip:%d'`, i*5)
	}
	f.run(`DELETE FROM %s."Mixed" WHERE k = 39`)
	f.run(`ALTER TABLE %s.less DROP goes`)
}
