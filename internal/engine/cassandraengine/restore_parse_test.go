package cassandraengine

import (
	"strings"
	"testing"
)

// What schema.cql of a snapshot says is compared with what system_schema says of the live table.
func TestMismatchOfSchemaCQL(t *testing.T) {
	const text = `CREATE TYPE IF NOT EXISTS homer.addr (
    street text,
    n int
);
CREATE TABLE IF NOT EXISTS homer.t (
    a int,
    b text,
    c int,
    "D" frozen<map<text, frozen<addr>>>,
    e tuple<int, text> static,
    goes text,
    PRIMARY KEY ((a, b), c)
) WITH ID = 70704940-e80a-11f1-a5f6-11bae36c8043
    AND CLUSTERING ORDER BY (c DESC)
    AND comment = 'PRIMARY KEY (x)';
ALTER TABLE homer.t DROP goes USING TIMESTAMP 1700000000000000;
CREATE INDEX by_e ON homer.t (e);`
	k := schemaCQLOf("homer", "t", text)
	was := k.table("t")
	if was == nil || len(was.Dropped) != 1 || was.Dropped[0].Time != 1700000000000 || was.Dropped[0].Type != "text" {
		t.Fatalf("%+v", was)
	}
	live := func() tableSchema {
		return tableSchema{Name: "t", Flags: []string{"compound"}, Columns: []columnSchema{
			{"D", "regular", -1, "none", "frozen<map<text, frozen<addr>>>"}, {"a", "partition_key", 0, "none", "int"},
			{"b", "partition_key", 1, "none", "text"}, {"c", "clustering", 0, "desc", "int"}, {"e", "static", -1, "none", "tuple<int, text>"},
		}}
	}
	if text := mismatch(*was, live()); text != "" {
		t.Errorf("equal ones differ: %s", text)
	}
	if lacking := lackingDrops(*was, live()); len(lacking) != 1 || lacking[0].Name != "goes" {
		t.Errorf("lacking %v", lacking)
	}
	for want, change := range map[string]func(*tableSchema){
		"no column D": func(s *tableSchema) { s.Columns = s.Columns[1:] },
		"has a column x": func(s *tableSchema) {
			s.Columns = append(s.Columns, columnSchema{Name: "x", Kind: "regular", Type: "int"})
		},
		"column a is bigint":     func(s *tableSchema) { s.Columns[1].Type = "bigint" },
		"clustering 1 asc":       func(s *tableSchema) { s.Columns[3].Order = "asc" },
		"is tuple<int, text> th": func(s *tableSchema) { s.Columns[4].Kind = "regular" },
	} {
		is := live()
		change(&is)
		if text := mismatch(*was, is); !strings.Contains(text, want) {
			t.Errorf("mismatch %q, want %q", text, want)
		}
	}
	if len(k.Statements) != 3 || k.Statements[0].Name != "addr" || !strings.Contains(k.Statements[1].CQL, "DROP goes") || indexedTable(k.Statements[2].CQL) != "t" {
		t.Errorf("%+v", k.Statements)
	}
}

func TestMismatchOfCompactTable(t *testing.T) {
	const text = `/*
Warning: Table homer.simservs omitted because it has constructs not compatible with CQL (was created via legacy API).
Approximate structure, for reference:
(this should not be used to reproduce this schema)

CREATE TABLE IF NOT EXISTS homer.simservs (
    user text PRIMARY KEY,
    value text
) WITH COMPACT STORAGE
    AND ID = 70704940-e80a-11f1-a5f6-11bae36c8043
    AND CLUSTERING ORDER BY (column1 ASC)
    AND comment = '';
*/`
	k := schemaCQLOf("homer", "simservs", text)
	live := tableSchema{Name: "simservs", Columns: []columnSchema{
		{"column1", "clustering", 0, "asc", "text"}, {"user", "partition_key", 0, "none", "text"}, {"value", "static", -1, "none", "text"}, {"value1", "regular", -1, "none", "blob"},
	}}
	if text := mismatch(*k.table("simservs"), live); text != "" {
		t.Errorf("equal ones differ: %s", text)
	}
	if got := k.tableText("simservs"); strings.Contains(got, "column1") || strings.Contains(got, "/*") || !strings.Contains(got, "AND comment") {
		t.Errorf("statement %q", got)
	}
}

func TestTypeMismatch(t *testing.T) {
	was := keyspaceSchema{Statements: []statement{{"type", "a", "CREATE TYPE x.a (\n  s text,\n n frozen<set<int>>\n);"}, {"type", "b", "CREATE TYPE x.b (s text);"}}}
	is := keyspaceSchema{Statements: []statement{{"type", "a", `CREATE TYPE y.a ("s" text, n frozen<set<int>>)`}, {"type", "b", "CREATE TYPE x.b (s text, t text);"}}}
	if names := typeMismatch(was, is); len(names) != 1 || names[0] != "b" {
		t.Errorf("%v", names)
	}
}
