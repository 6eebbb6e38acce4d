package cassandraengine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// mismatch says how the definition of a table in a backup differs from the live one, as far as
// it decides how SSTables are read: columns, keys, their types and order. Options and indexes
// do not. It is empty for equal ones.
func mismatch(backup, live tableSchema) string {
	was, is := backup.declared(), live.declared()
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(was)) {
		switch {
		case is[name] == "":
			parts = append(parts, fmt.Sprintf("the live one has no column %s", name))
		case is[name] != was[name]:
			parts = append(parts, fmt.Sprintf("column %s is %s there and %s in the backup", name, is[name], was[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if was[name] == "" {
			parts = append(parts, fmt.Sprintf("the live one has a column %s that the backup does not have", name))
		}
	}
	return strings.Join(parts, "; ")
}

// declared are the columns that the author of the table named, with what matters of each.
func (t tableSchema) declared() map[string]string {
	all := map[string]string{}
	for _, c := range t.Columns {
		hidden := c.Name == "" || c.Type == "empty" || t.isStaticCompact() && (c.Kind == "clustering" || c.Kind == "regular" && t.hasStatic())
		if hidden {
			continue
		}
		all[c.Name] = c.Type + t.role(c)
	}
	return all
}

// hasStatic tells a compact table as the server stores it from one as its author wrote it.
func (t tableSchema) hasStatic() bool {
	return slices.ContainsFunc(t.Columns, func(c columnSchema) bool { return c.Kind == "static" })
}

func (t tableSchema) role(c columnSchema) string {
	switch c.Kind {
	case "partition_key":
		return fmt.Sprintf(" (partition key %d)", max(c.Position, 0)+1)
	case "clustering":
		return fmt.Sprintf(" (clustering %d %s)", max(c.Position, 0)+1, cmp.Or(c.Order, "asc"))
	case "static":
		return t.static(c)
	}
	return ""
}

// lackingDrops are the columns that the backup's table had dropped, and that the live one knows
// nothing of: SSTables that still have values of them cannot be read without.
func lackingDrops(backup, live tableSchema) []droppedColumn {
	return slices.DeleteFunc(slices.Clone(backup.Dropped), func(d droppedColumn) bool {
		knows := slices.ContainsFunc(live.Dropped, func(l droppedColumn) bool { return l.Name == d.Name })
		return d.Type == "" || knows || live.column(d.Name) != nil
	})
}

// isCounter reports whether a table holds counters.
func (t tableSchema) isCounter() bool {
	return slices.Contains(t.Flags, "counter") || slices.ContainsFunc(t.Columns, func(c columnSchema) bool { return c.Type == "counter" })
}

// typeMismatch names the types of a backup that the live keyspace has differently.
func typeMismatch(backup, live keyspaceSchema) []string {
	var names []string
	for _, st := range backup.Statements {
		if st.Type != "type" {
			continue
		}
		for _, other := range live.Statements {
			if other.Type == "type" && other.Name == st.Name && fields(other.CQL) != fields(st.CQL) {
				names = append(names, st.Name)
			}
		}
	}
	return names
}

// fields are what stands in the parentheses of CREATE TYPE, in one form.
func fields(cql string) string {
	words := significant(cql)
	open := slices.Index(words, "(")
	if open < 0 {
		return cql
	}
	parts, _ := topLevel(words, open)
	var all []string
	for _, p := range parts {
		if len(p) > 0 {
			name, _ := nameOf(p[0])
			all = append(all, name+" "+typeText(p[1:]))
		}
	}
	return strings.Join(all, ", ")
}
