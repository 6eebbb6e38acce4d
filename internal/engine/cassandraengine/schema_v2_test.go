package cassandraengine

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gocql/gocql"

	"cwb/executor"
)

const marshal = "org.apache.cassandra.db.marshal."

// tables21 are the schema tables of a Clearwater Homestead on 2.1: a table without clustering
// columns, one of dynamic columns, both WITH COMPACT STORAGE, and one of CQL 3.
func tables21(id gocql.UUID) map[string][]map[string]any {
	const utf8 = marshal + "UTF8Type"
	table := func(name, comparator string, dense bool) map[string]any {
		return map[string]any{
			"columnfamily_name": name, "cf_id": id, "comparator": comparator, "is_dense": dense, "type": "Standard", "comment": "it's",
			"compaction_strategy_class": "org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy", "compaction_strategy_options": `{"min_threshold":"4"}`,
			"compression_parameters": `{"sstable_compression":"org.apache.cassandra.io.compress.LZ4Compressor"}`, "caching": `{"keys":"ALL", "rows_per_partition":"NONE"}`,
			"gc_grace_seconds": 864000, "read_repair_chance": 1.0, "local_read_repair_chance": 0.1, "bloom_filter_fp_chance": 0.01, "speculative_retry": "99.0PERCENTILE",
			"dropped_columns": map[string]int64{},
		}
	}
	column := func(t, name, kind, validator string, position int) map[string]any {
		return map[string]any{"columnfamily_name": t, "column_name": name, "type": kind, "validator": validator, "component_index": position}
	}
	lists := table("lists", marshal+"CompositeType("+marshal+"ReversedType("+marshal+"TimestampType),"+utf8+","+marshal+"ColumnToCollectionType(6c:"+marshal+"ListType("+utf8+")))", false)
	lists["dropped_columns"] = map[string]int64{"gone": 1700000000000000}
	indexed := column("lists", "v", "regular", utf8, 1)
	indexed["index_name"], indexed["index_type"], indexed["index_options"] = "by_v", "COMPOSITES", "{}"
	return map[string][]map[string]any{
		"schema_keyspaces": {{"strategy_class": "org.apache.cassandra.locator.SimpleStrategy", "strategy_options": `{"replication_factor":"2"}`, "durable_writes": true}},
		"schema_columnfamilies": {
			table("sip_digests", utf8, false), table("public_ids", utf8, true), lists,
		},
		"schema_columns": {
			column("sip_digests", "private_id", "partition_key", utf8, 0), column("sip_digests", "digest", "regular", utf8, 0),
			column("public_ids", "private_id", "partition_key", utf8, 0), column("public_ids", "column1", "clustering_key", utf8, 0), column("public_ids", "value", "compact_value", utf8, 0),
			column("lists", "k", "partition_key", marshal+"Int32Type", 0), column("lists", "at", "clustering_key", marshal+"ReversedType("+marshal+"TimestampType)", 0), indexed,
			column("lists", "l", "regular", marshal+"ListType("+utf8+")", 1), column("lists", "p", "static", marshal+"UserType(homestead,506572736f6e,6e:"+utf8+")", 1),
		},
		"schema_usertypes": {{"type_name": "Person", "field_names": []string{"n"}, "field_types": []string{utf8}}},
	}
}

func rowsFrom(tables map[string][]map[string]any) rowsOf {
	return func(_ context.Context, cql string, _ ...any) ([]map[string]any, error) {
		for name, rows := range tables {
			if strings.Contains(cql, "system."+name+" ") {
				return rows, nil
			}
		}
		return nil, errors.New("unexpected: " + cql)
	}
}

const want21 = `-- keyspace homestead

CREATE KEYSPACE "homestead" WITH replication = {'class': 'org.apache.cassandra.locator.SimpleStrategy', 'replication_factor': '2'} AND durable_writes = true;

CREATE TYPE "homestead"."Person" (
    "n" text
);

CREATE TABLE "homestead"."lists" (
    "k" int,
    "at" timestamp,
    "v" text,
    "l" list<text>,
    "p" frozen<"Person"> static,
    PRIMARY KEY ("k", "at")
) WITH CLUSTERING ORDER BY ("at" DESC)
    AND OPTIONS;
-- column "gone" was dropped 1700000000000 ms after 1970; this version does not keep its type

CREATE INDEX "by_v" ON "homestead"."lists" ("v");

CREATE TABLE "homestead"."public_ids" (
    "private_id" text,
    "column1" text,
    "value" text,
    PRIMARY KEY ("private_id", "column1")
) WITH COMPACT STORAGE
    AND CLUSTERING ORDER BY ("column1" ASC)
    AND OPTIONS;

CREATE TABLE "homestead"."sip_digests" (
    "private_id" text,
    "digest" text,
    PRIMARY KEY ("private_id")
) WITH COMPACT STORAGE
    AND OPTIONS;
`

const options21 = `bloom_filter_fp_chance = 0.01
    AND caching = {'keys': 'ALL', 'rows_per_partition': 'NONE'}
    AND comment = 'it''s'
    AND compaction = {'class': 'org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy', 'min_threshold': '4'}
    AND compression = {'sstable_compression': 'org.apache.cassandra.io.compress.LZ4Compressor'}
    AND dclocal_read_repair_chance = 0.1
    AND gc_grace_seconds = 864000
    AND read_repair_chance = 1
    AND speculative_retry = '99.0PERCENTILE'`

func TestSchemaOf21(t *testing.T) {
	id, err := gocql.ParseUUID(idOne)
	if err != nil {
		t.Fatal(err)
	}
	k, err := schemaV2(t.Context(), rowsFrom(tables21(id)), "homestead")
	if err != nil {
		t.Fatal(err)
	}
	var cql strings.Builder
	if err := (schema{Keyspaces: []keyspaceSchema{k}}).writeCQL(&cql); err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(want21, "OPTIONS", options21); cql.String() != want {
		t.Errorf("got\n%s\nwant\n%s", cql.String(), want)
	}
	if k.Tables[2].Name != "sip_digests" || k.Tables[2].ID != idOne || k.check() != nil {
		t.Errorf("%+v", k.Tables[2])
	}
}

func TestSchemaOf21Refuses(t *testing.T) {
	for name, change := range map[string]func(map[string][]map[string]any){
		"a super column family": func(m map[string][]map[string]any) { m["schema_columnfamilies"][0]["type"] = "Super" },
		"an unknown kind":       func(m map[string][]map[string]any) { m["schema_columns"][0]["type"] = "new" },
		"a broken type":         func(m map[string][]map[string]any) { m["schema_columns"][0]["validator"] = marshal + "ListType(" },
	} {
		tables := tables21(gocql.UUID{})
		change(tables)
		if _, err := schemaV2(t.Context(), rowsFrom(tables), "homestead"); !errors.Is(err, executor.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := schemaV2(t.Context(), rowsFrom(map[string][]map[string]any{"schema_keyspaces": nil}), "none"); !errors.Is(err, errNoKeyspace) {
		t.Errorf("no keyspace: %v", err)
	}
}

func TestCQLType(t *testing.T) {
	for class, want := range map[string]string{
		marshal + "UTF8Type": "text", "Int32Type": "int", marshal + "MapType(" + marshal + "UTF8Type," + marshal + "FrozenType(" + marshal + "ListType(" + marshal + "LongType)))": "map<text, frozen<list<bigint>>>",
		marshal + "TupleType(" + marshal + "UUIDType," + marshal + "InetAddressType)":           "tuple<uuid, inet>",
		marshal + "FrozenType(" + marshal + "UserType(ks,61646472,73:" + marshal + "UTF8Type))": `frozen<"addr">`,
		"com.example.Mine": "'com.example.Mine'", marshal + "DynamicCompositeType(a=>x,b=>y)": "'" + marshal + "DynamicCompositeType(a=>x,b=>y)'",
	} {
		if got, order, err := cqlType(class); got != want || order != "" || err != nil {
			t.Errorf("%s: %q, %q, %v", class, got, order, err)
		}
	}
	for _, class := range []string{"(", "ListType(", "ListType(a))", "ListType(a))(", strings.Repeat("ListType(", 1000) + "a" + strings.Repeat(")", 1000), "UserType(ks,zz)"} {
		if got, _, err := cqlType(class); err == nil {
			t.Errorf("%.30s: %q", class, got)
		}
	}
}

func FuzzCQLType(f *testing.F) {
	f.Add(marshal + "MapType(" + marshal + "UTF8Type," + marshal + "ReversedType(" + marshal + "LongType))")
	f.Fuzz(func(_ *testing.T, class string) { _, _, _ = cqlType(class) })
}
