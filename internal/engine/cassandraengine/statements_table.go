package cassandraengine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// statements make a table, drop again the columns that were dropped, and make its indexes.
func (t tableSchema) statements(keyspace string) []statement {
	all := []statement{{"table", t.Name, t.create(keyspace)}}
	for _, index := range t.Indexes {
		all = append(all, statement{"index", index.Name, index.create(keyspace, t.Name)})
	}
	return all
}

func (t tableSchema) create(keyspace string) string {
	name := quote(keyspace) + "." + quote(t.Name)
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (\n", name)
	for _, c := range t.visible() {
		fmt.Fprintf(&b, "    %s %s%s,\n", quote(c.Name), c.Type, t.static(c))
	}
	for _, c := range t.droppedOnly() {
		fmt.Fprintf(&b, "    %s %s%s,\n", quote(c.Name), c.Type, map[bool]string{true: " static"}[c.Kind == "static"])
	}
	fmt.Fprintf(&b, "    PRIMARY KEY (%s)\n) WITH %s;", t.primaryKey(), strings.Join(t.with(), "\n    AND "))
	for _, c := range t.Dropped {
		if c.Type == "" {
			fmt.Fprintf(&b, "\n-- column %s was dropped %d ms after 1970; this version does not keep its type", quote(c.Name), c.Time)
			continue
		}
		fmt.Fprintf(&b, "\nALTER TABLE %s DROP %s USING TIMESTAMP %d;", name, quote(c.Name), c.Time*1000)
		if live := t.column(c.Name); live != nil {
			fmt.Fprintf(&b, "\nALTER TABLE %s ADD %s %s%s;", name, quote(c.Name), live.Type, t.static(*live))
		}
	}
	return b.String()
}

// visible are the columns that CREATE TABLE names: not those that a compact table hides, and
// not those that were dropped before they were made again.
func (t tableSchema) visible() []columnSchema {
	var all []columnSchema
	for _, c := range t.Columns {
		hidden := c.Name == "" || c.Type == "empty" || (t.isStaticCompact() && (c.Kind == "clustering" || c.Kind == "regular"))
		again := slices.ContainsFunc(t.Dropped, func(d droppedColumn) bool { return d.Name == c.Name && d.Type != "" })
		if !hidden && !again {
			all = append(all, c)
		}
	}
	return all
}

// droppedOnly are dropped columns with a type, which have to be made to be dropped.
func (t tableSchema) droppedOnly() []droppedColumn {
	return slices.DeleteFunc(slices.Clone(t.Dropped), func(c droppedColumn) bool { return c.Type == "" })
}

// static is the word after a column's type; a compact table's columns are stored as static
// ones and not written so.
func (t tableSchema) static(c columnSchema) string {
	if c.Kind == "static" && !t.isStaticCompact() {
		return " static"
	}
	return ""
}

// isStaticCompact is a table WITH COMPACT STORAGE and without clustering columns.
func (t tableSchema) isStaticCompact() bool { return !t.hasClustering() && !t.View }

func (t tableSchema) isCompact() bool {
	return !t.View && (!slices.Contains(t.Flags, "compound") || slices.Contains(t.Flags, "dense"))
}

func (t tableSchema) column(name string) *columnSchema {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// ofKind are the quoted columns of a kind, in order of position.
func (t tableSchema) ofKind(kind string) []columnSchema {
	var all []columnSchema
	for _, c := range t.Columns {
		if c.Kind == kind && !(kind == "clustering" && t.isStaticCompact()) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b columnSchema) int { return cmp.Compare(a.Position, b.Position) })
	return all
}

func (t tableSchema) primaryKey() string {
	partition := quotedNames(t.ofKind("partition_key"))
	key := strings.Join(partition, ", ")
	if len(partition) > 1 {
		key = "(" + key + ")"
	}
	return strings.Join(append([]string{key}, quotedNames(t.ofKind("clustering"))...), ", ")
}

// with are the parts of the WITH clause.
func (t tableSchema) with() []string {
	var parts []string
	if t.isCompact() {
		parts = append(parts, "COMPACT STORAGE")
	}
	var order []string
	for _, c := range t.ofKind("clustering") {
		order = append(order, quote(c.Name)+" "+strings.ToUpper(cmp.Or(c.Order, "asc")))
	}
	if len(order) > 0 {
		parts = append(parts, "CLUSTERING ORDER BY ("+strings.Join(order, ", ")+")")
	}
	for _, name := range slices.Sorted(maps.Keys(t.Options)) {
		parts = append(parts, name+" = "+t.Options[name])
	}
	return parts
}

func (t tableSchema) createView(keyspace string) string {
	return fmt.Sprintf("CREATE MATERIALIZED VIEW %s.%s AS\n    SELECT %s\n    FROM %s.%s\n    WHERE %s\n    PRIMARY KEY (%s)\n WITH %s;",
		quote(keyspace), quote(t.Name), strings.Join(quotedNames(t.Columns), ", "), quote(keyspace), quote(t.Base), t.Where,
		t.primaryKey(), strings.Join(t.with(), "\n    AND "))
}

func (i indexSchema) create(keyspace, table string) string {
	options := maps.Clone(i.Options)
	target, class := options["target"], options["class_name"]
	delete(options, "target")
	delete(options, "class_name")
	if word.MatchString(target) {
		target = quote(target)
	}
	on := fmt.Sprintf("%s ON %s.%s (%s)", quote(i.Name), quote(keyspace), quote(table), target)
	if i.Kind != "CUSTOM" {
		return "CREATE INDEX " + on + ";"
	}
	cql := "CREATE CUSTOM INDEX " + on + " USING " + cqlString(class)
	if len(options) > 0 {
		cql += " WITH OPTIONS = " + cqlMap(options)
	}
	return cql + ";"
}
