package cqlcorpus

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Content is every row of every table and view, and every value's write time and time to live.
func (k Keyspace) Content(ctx context.Context) (map[string][]string, error) {
	tables, err := k.tables(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for table, selected := range tables {
		for _, columns := range []string{"JSON *", strings.Join(selected, ", ")} {
			rows, err := k.Rows(ctx, fmt.Sprintf("SELECT %s FROM %q.%q", columns, k.Name, table))
			if err != nil {
				return nil, err
			}
			all[table] = append(all[table], rows...)
		}
	}
	return all, nil
}

// tables gives what to select of each table and view.
func (k Keyspace) tables(ctx context.Context) (map[string][]string, error) {
	hiding, err := k.hiding(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	iter := k.Session.Query("SELECT table_name, column_name, kind, type FROM system_schema.columns WHERE keyspace_name = ?", k.Name).WithContext(ctx).Iter()
	for table, c := "", (column{}); iter.Scan(&table, &c.name, &c.kind, &c.kindOf); {
		if c.kindOf == "empty" || (hiding[table] && (c.kind == "clustering" || c.kind == "regular")) {
			continue // what a compact table hides
		}
		all[table] = append(all[table], c.selected(k.Version)...)
	}
	return all, iter.Close()
}

// hiding are the compact tables without clustering columns: what they have of those, and of
// values, is of the server's own making.
func (k Keyspace) hiding(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	var flags []string
	iter := k.Session.Query("SELECT table_name, flags FROM system_schema.tables WHERE keyspace_name = ?", k.Name).WithContext(ctx).Iter()
	for table := ""; iter.Scan(&table, &flags); flags = nil {
		all[table] = !slices.Contains(flags, "dense") && !slices.Contains(flags, "compound")
	}
	return all, iter.Close()
}

type column struct{ name, kind, kindOf string }

// selected is what tells the value and its age; before 5.0 that of a collection cannot be asked.
func (c column) selected(version int) []string {
	quoted := fmt.Sprintf("%q", c.name)
	many := strings.HasPrefix(c.kindOf, "map<") || strings.HasPrefix(c.kindOf, "list<") || strings.HasPrefix(c.kindOf, "set<") || c.kindOf == "addr"
	if (c.kind != "regular" && c.kind != "static") || c.kindOf == "counter" || (version < 5 && many) {
		return []string{quoted}
	}
	return []string{quoted, "writetime(" + quoted + ")", "ttl(" + quoted + ")"}
}

// Rows are the rows of a query as text, sorted. What is left of a time to live is another number
// at each look: a column ttl(x) beside its writetime(x) tells instead how long x lives from when
// it was written, in tens of minutes.
func (k Keyspace) Rows(ctx context.Context, cql string) ([]string, error) {
	iter := k.Session.Query(cql).WithContext(ctx).Iter()
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
		return nil, fmt.Errorf("%s: %w", cql, err)
	}
	slices.Sort(rows)
	return rows, nil
}

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
