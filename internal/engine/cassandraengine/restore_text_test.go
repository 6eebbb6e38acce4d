package cassandraengine

import (
	"slices"
	"testing"
)

func TestWithID(t *testing.T) {
	const old, made = "70704940-e80a-11f1-a5f6-11bae36c8043", "aaaaaaaa-e80a-41f1-a5f6-11bae36c8043"
	for _, c := range []struct{ cql, id, want string }{
		{"CREATE TABLE a.b (k int PRIMARY KEY) WITH ID = " + old + "\n    AND x = 1", made, "CREATE TABLE a.b (k int PRIMARY KEY) WITH ID = " + made + " AND x = 1"},
		{"CREATE TABLE a.b (k int PRIMARY KEY) WITH ID = " + old + "\n    AND x = 1", "", "CREATE TABLE a.b (k int PRIMARY KEY) WITH x = 1"},
		{"CREATE TABLE a.b (k int PRIMARY KEY) WITH COMPACT STORAGE AND ID = " + old + " AND x = 1", "", "CREATE TABLE a.b (k int PRIMARY KEY) WITH COMPACT STORAGE AND x = 1"},
		{"CREATE TABLE a.b (k int PRIMARY KEY) WITH COMPACT STORAGE AND ID = " + old + " AND x = 1", made, "CREATE TABLE a.b (k int PRIMARY KEY) WITH COMPACT STORAGE AND ID = " + made + " AND x = 1"},
		{"CREATE TABLE a.b (k int PRIMARY KEY) WITH x = 1", made, "CREATE TABLE a.b (k int PRIMARY KEY) WITH x = 1\n    AND ID = " + made},
		{"CREATE TABLE a.b (k int PRIMARY KEY)", made, "CREATE TABLE a.b (k int PRIMARY KEY)\nWITH ID = " + made},
	} {
		// A semicolon at the end stays behind what is added.
		if got := withID(c.cql, c.id); got != c.want {
			t.Errorf("withID(%q, %q):\n got %q\nwant %q", c.cql, c.id, got, c.want)
		}
		if got, want := withID(c.cql+";", c.id), c.want+";"; got != want {
			t.Errorf("withID(%q, %q):\n got %q\nwant %q", c.cql+";", c.id, got, want)
		}
	}
}

func TestInKeyspace(t *testing.T) {
	for _, c := range []struct{ cql, from, want string }{
		{`CREATE TABLE homer.t (homer text, k frozen<homer>) WITH comment = 'homer.t'`, "homer", `CREATE TABLE "x".t (homer text, k frozen<homer>) WITH comment = 'homer.t'`},
		{`CREATE INDEX i ON "Homer"."T" ("homer")`, "Homer", `CREATE INDEX i ON "x"."T" ("homer")`},
		{`CREATE INDEX i ON homer.t (a)`, "Homer", `CREATE INDEX i ON homer.t (a)`},
		{"CREATE FUNCTION homer.f (a int) AS $$ homer.x(); 'it''s $$ ", "homer", "CREATE FUNCTION \"x\".f (a int) AS $$ homer.x(); 'it''s $$ "},
	} {
		if got := inKeyspace(c.cql, c.from, "x"); got != c.want {
			t.Errorf("%q in another keyspace: %q, want %q", c.cql, got, c.want)
		}
	}
}

func TestSplitCQL(t *testing.T) {
	got := splitCQL("-- one; two\nCREATE TABLE a (k text) WITH comment = 'x;y';\n/* c; */ ALTER TABLE a DROP \"b;\" ;;\nCREATE FUNCTION f AS $$ a; b; $$")
	want := []string{"CREATE TABLE a (k text) WITH comment = 'x;y'", `ALTER TABLE a DROP "b;"`, "CREATE FUNCTION f AS $$ a; b; $$"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
