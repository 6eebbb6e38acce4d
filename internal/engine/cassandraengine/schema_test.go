package cassandraengine

import (
	"bytes"
	"strings"
	"testing"
)

const compactComment = `/*
Warning: Table homer.simservs omitted because it has constructs not compatible with CQL (was created via legacy API).
Approximate structure, for reference:
(this should not be used to reproduce this schema)

CREATE TABLE homer.simservs (
    user text,
    value text,
    PRIMARY KEY (user)
) WITH COMPACT STORAGE
    AND ID = 70ab0850-e80a-11f1-a5f6-11bae36c8043
    AND CLUSTERING ORDER BY (column1 ASC)
    AND comment = '';
*/`

func TestCompactStorageIsMadeExecutable(t *testing.T) {
	k := keyspaceSchema{Name: "homer", Tables: []tableSchema{{Name: "simservs"}},
		Statements: []statement{{"keyspace", "homer", "CREATE KEYSPACE homer;"}, {"table", "simservs", compactComment}}}
	var cql bytes.Buffer
	if err := (schema{Keyspaces: []keyspaceSchema{k}}).writeCQL(&cql); err != nil {
		t.Fatal(err)
	}
	want := `-- keyspace homer

CREATE KEYSPACE homer;

CREATE TABLE homer.simservs (
    user text,
    value text,
    PRIMARY KEY (user)
) WITH COMPACT STORAGE
    AND ID = 70ab0850-e80a-11f1-a5f6-11bae36c8043
    AND comment = '';
`
	if cql.String() != want {
		t.Errorf("got\n%s", cql.String())
	}
	k.Tables[0].Flags = []string{"dense"}
	if got := k.executable(k.Statements[1]); !strings.Contains(got, "CLUSTERING ORDER BY") {
		t.Errorf("an order that was written is gone:\n%s", got)
	}
}

func TestSchemaDifference(t *testing.T) {
	one := func() schema {
		return schema{Keyspaces: []keyspaceSchema{{Name: "k", Replication: map[string]string{"class": "x"}, Tables: []tableSchema{
			{Name: "t", ID: idOne, Columns: []columnSchema{{Name: "c", Type: "int"}}}},
			Statements: []statement{{"type", "u", "CREATE TYPE u"}}}}}
	}
	if got := one().difference(one()); got != "" {
		t.Errorf("equal ones differ in %s", got)
	}
	for want, change := range map[string]func(*keyspaceSchema){
		"table k.t":           func(k *keyspaceSchema) { k.Tables[0].Columns[0].Type = "text" },
		"table k.u":           func(k *keyspaceSchema) { k.Tables = append(k.Tables, tableSchema{Name: "u"}) },
		"type k.u":            func(k *keyspaceSchema) { k.Statements[0].CQL = "CREATE TYPE u2" },
		"keyspace k":          func(k *keyspaceSchema) { k.DurableWrites = true },
		"table k.t, type k.u": func(k *keyspaceSchema) { k.Tables, k.Statements = nil, nil },
	} {
		after := one()
		change(&after.Keyspaces[0])
		if got := one().difference(after); got != want {
			t.Errorf("difference %q, want %q", got, want)
		}
	}
}
