package cassandraengine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"cwb/executor"
)

// rowsOf reads all rows that a statement selects, by column; the old schemas differ too much
// in their columns to be scanned by position.
type rowsOf func(ctx context.Context, cql string, args ...any) ([]map[string]any, error)

func (c *cqlServer) rows(ctx context.Context, cql string, args ...any) ([]map[string]any, error) {
	rows, err := c.query(ctx, cql, args...).Iter().SliceMap()
	return rows, queryError(cql, err)
}

// tableOptions are those that tables had in 3.x.
var tableOptions = []string{
	"bloom_filter_fp_chance", "caching", "cdc", "comment", "compaction", "compression", "crc_check_chance",
	"dclocal_read_repair_chance", "default_time_to_live", "gc_grace_seconds", "max_index_interval",
	"memtable_flush_period_in_ms", "min_index_interval", "read_repair_chance", "speculative_retry",
}

// completeOld gives a keyspace of Cassandra 3.x, read from system_schema, the options of its
// tables and its statements.
func completeOld(ctx context.Context, rows rowsOf, k *keyspaceSchema) error {
	for table, column := range map[string]string{"tables": "table_name", "views": "view_name"} {
		found, err := rows(ctx, "SELECT * FROM system_schema."+table+" WHERE keyspace_name = ?", k.Name)
		if err != nil {
			return err
		}
		for _, row := range found {
			if t := k.table(asText(row[column])); t != nil {
				t.Options, t.Where = optionsOf(row, tableOptions), asText(row["where_clause"])
				if !t.View {
					t.Options["ID"] = t.ID
				}
			}
		}
	}
	for _, what := range []string{"functions", "aggregates"} {
		found, err := rows(ctx, "SELECT * FROM system_schema."+what+" WHERE keyspace_name = ?", k.Name)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return fmt.Errorf("%w: keyspace %s has user-defined %s, which cannot be written down for Cassandra before 4.0", executor.ErrRefused, k.Name, what)
		}
	}
	found, err := rows(ctx, "SELECT * FROM system_schema.types WHERE keyspace_name = ?", k.Name)
	if err != nil {
		return err
	}
	var types []userType
	for _, row := range found {
		types = append(types, userType{asText(row["type_name"]), asTexts(row["field_names"]), asTexts(row["field_types"])})
	}
	slices.SortFunc(k.Tables, func(a, b tableSchema) int { return cmp.Compare(a.Name, b.Name) })
	k.Statements = k.statements(types)
	return nil
}

// optionsOf renders those of the columns that are there and not empty.
func optionsOf(row map[string]any, names []string) map[string]string {
	options := map[string]string{}
	for _, name := range names {
		if value := cqlValue(row[name]); value != "" {
			options[name] = value
		}
	}
	return options
}

func cqlValue(v any) string {
	switch v := v.(type) {
	case string:
		return cqlString(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case map[string]string:
		return cqlMap(v)
	}
	return ""
}

func asText(v any) string {
	s, _ := v.(string)
	return s
}

func asTexts(v any) []string {
	s, _ := v.([]string)
	return s
}

func millis(v any) int64 {
	switch v := v.(type) {
	case time.Time:
		return v.UnixMilli()
	case int64:
		return v / 1000 // 2.x keeps microseconds
	}
	return 0
}
