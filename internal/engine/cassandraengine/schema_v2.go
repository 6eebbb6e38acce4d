package cassandraengine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gocql/gocql"

	"cwb/executor"
)

// schemaV2 reads one keyspace of Cassandra 2.1 or 2.2, where the schema lies in four tables of
// the keyspace "system" and types are names of Java classes.
func schemaV2(ctx context.Context, rows rowsOf, keyspace string) (keyspaceSchema, error) {
	k := keyspaceSchema{Name: keyspace}
	for _, read := range []func(context.Context, rowsOf, *keyspaceSchema) error{readKeyspaceV2, readTablesV2, readColumnsV2, writeStatementsV2} {
		if err := read(ctx, rows, &k); err != nil {
			return keyspaceSchema{}, err
		}
	}
	return k, nil
}

func readKeyspaceV2(ctx context.Context, rows rowsOf, k *keyspaceSchema) error {
	found, err := rows(ctx, "SELECT * FROM system.schema_keyspaces WHERE keyspace_name = ?", k.Name)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return errNoKeyspace
	}
	k.Replication = jsonMap(found[0]["strategy_options"])
	k.Replication["class"] = asText(found[0]["strategy_class"])
	k.DurableWrites, _ = found[0]["durable_writes"].(bool)
	return nil
}

func readTablesV2(ctx context.Context, rows rowsOf, k *keyspaceSchema) error {
	found, err := rows(ctx, "SELECT * FROM system.schema_columnfamilies WHERE keyspace_name = ?", k.Name)
	for _, row := range found {
		t := tableSchema{Name: asText(row["columnfamily_name"]), Options: optionsV2(row)}
		if id, ok := row["cf_id"].(gocql.UUID); ok {
			t.ID = id.String()
		}
		if asText(row["type"]) == "Super" {
			return fmt.Errorf("%w: table %s.%s is a super column family, which CQL cannot make again", executor.ErrRefused, k.Name, t.Name)
		}
		if dense, _ := row["is_dense"].(bool); dense {
			t.Flags = append(t.Flags, "dense")
		}
		if strings.Contains(asText(row["comparator"]), "marshal.CompositeType(") {
			t.Flags = append(t.Flags, "compound")
		}
		dropped, _ := row["dropped_columns"].(map[string]int64)
		for name, at := range dropped {
			t.Dropped = append(t.Dropped, droppedColumn{Name: name, Time: millis(at)})
		}
		slices.SortFunc(t.Dropped, func(a, b droppedColumn) int { return cmp.Compare(a.Name, b.Name) })
		k.Tables = append(k.Tables, t)
	}
	slices.SortFunc(k.Tables, func(a, b tableSchema) int { return cmp.Compare(a.Name, b.Name) })
	return err
}

// optionsV2 renders a table's options; 2.x keeps some under other names and as JSON.
func optionsV2(row map[string]any) map[string]string {
	options := optionsOf(row, []string{
		"bloom_filter_fp_chance", "comment", "default_time_to_live", "gc_grace_seconds", "max_index_interval",
		"memtable_flush_period_in_ms", "min_index_interval", "read_repair_chance", "speculative_retry",
	})
	if v := cqlValue(row["local_read_repair_chance"]); v != "" {
		options["dclocal_read_repair_chance"] = v
	}
	compaction := jsonMap(row["compaction_strategy_options"])
	compaction["class"] = asText(row["compaction_strategy_class"])
	options["compaction"] = cqlMap(compaction)
	options["compression"] = cqlMap(jsonMap(row["compression_parameters"]))
	if caching := jsonMap(row["caching"]); len(caching) > 0 {
		options["caching"] = cqlMap(caching)
	}
	return options
}

// kindsV2 are 2.x's words for the kinds of columns.
var kindsV2 = map[string]string{
	"partition_key": "partition_key", "clustering_key": "clustering", "regular": "regular", "static": "static", "compact_value": "regular",
}

func readColumnsV2(ctx context.Context, rows rowsOf, k *keyspaceSchema) error {
	found, err := rows(ctx, "SELECT * FROM system.schema_columns WHERE keyspace_name = ?", k.Name)
	if err != nil {
		return err
	}
	for _, row := range found {
		t := k.table(asText(row["columnfamily_name"]))
		kind, ok := kindsV2[asText(row["type"])]
		if t == nil || !ok {
			return fmt.Errorf("%w: column %q of %s.%s is of the kind %q, which is not known", executor.ErrRefused, asText(row["column_name"]), k.Name, asText(row["columnfamily_name"]), asText(row["type"]))
		}
		c := columnSchema{Name: asText(row["column_name"]), Kind: kind}
		c.Position, _ = row["component_index"].(int)
		if c.Type, c.Order, err = cqlType(asText(row["validator"])); err != nil {
			return fmt.Errorf("column %q of %s.%s: %w", c.Name, k.Name, t.Name, err)
		}
		if t.isStaticCompact() && kind == "regular" {
			c.Kind = "static" // as 3.0 and later call the columns of such a table
		}
		t.Columns = append(t.Columns, c)
		if name := asText(row["index_name"]); name != "" {
			t.Indexes = append(t.Indexes, indexV2(name, c.Name, row))
		}
	}
	return nil
}

// indexV2 writes an index of 2.x as 3.0 and later keep it.
func indexV2(name, column string, row map[string]any) indexSchema {
	options := jsonMap(row["index_options"])
	options["target"] = column
	for option, form := range map[string]string{"index_keys": "keys(%s)", "index_keys_and_values": "entries(%s)"} {
		if _, ok := options[option]; ok {
			options["target"] = fmt.Sprintf(form, quote(column))
			delete(options, option)
		}
	}
	return indexSchema{Name: name, Kind: asText(row["index_type"]), Options: options}
}

func writeStatementsV2(ctx context.Context, rows rowsOf, k *keyspaceSchema) error {
	found, err := rows(ctx, "SELECT * FROM system.schema_usertypes WHERE keyspace_name = ?", k.Name)
	if err != nil {
		return err
	}
	var types []userType
	for _, row := range found {
		t := userType{name: asText(row["type_name"]), fields: asTexts(row["field_names"])}
		for _, class := range asTexts(row["field_types"]) {
			cql, _, err := cqlType(class)
			if err != nil {
				return fmt.Errorf("type %q: %w", t.name, err)
			}
			t.types = append(t.types, cql)
		}
		types = append(types, t)
	}
	k.Statements = k.statements(types)
	return nil
}

// jsonMap reads the JSON objects in which 2.x keeps options; never nil.
func jsonMap(v any) map[string]string {
	loose, options := map[string]any{}, map[string]string{}
	if json.Unmarshal([]byte(asText(v)), &loose) != nil {
		return options
	}
	for name, value := range loose {
		options[name] = fmt.Sprint(value)
	}
	return options
}
