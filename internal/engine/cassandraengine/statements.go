package cassandraengine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Before 4.0 a server does not DESCRIBE. The statements that make a keyspace again are then
// built here, from what its schema tables say.

// statements are in an order in which they can be replayed.
func (k keyspaceSchema) statements(types []userType) []statement {
	all := []statement{{"keyspace", k.Name, fmt.Sprintf("CREATE KEYSPACE %s WITH replication = %s AND durable_writes = %t;", quote(k.Name), cqlMap(k.Replication), k.DurableWrites)}}
	for _, t := range inOrder(types) {
		all = append(all, statement{"type", t.name, t.create(k.Name)})
	}
	for _, t := range k.Tables {
		if !t.View {
			all = append(all, t.statements(k.Name)...)
		}
	}
	for _, t := range k.Tables {
		if t.View {
			all = append(all, statement{"materialized_view", t.Name, t.createView(k.Name)})
		}
	}
	return all
}

// userType is a type that the keyspace's author made.
type userType struct {
	name   string
	fields []string
	types  []string
}

func (t userType) create(keyspace string) string {
	var fields []string
	for i, name := range t.fields {
		fields = append(fields, fmt.Sprintf("    %s %s", quote(name), t.types[i]))
	}
	return fmt.Sprintf("CREATE TYPE %s.%s (\n%s\n);", quote(keyspace), quote(t.name), strings.Join(fields, ",\n"))
}

// inOrder puts types after those that their fields are of.
func inOrder(types []userType) []userType {
	rest := slices.SortedFunc(slices.Values(types), func(a, b userType) int { return cmp.Compare(a.name, b.name) })
	var ordered []userType
	for len(rest) > 0 {
		i := slices.IndexFunc(rest, func(t userType) bool {
			return !slices.ContainsFunc(rest, func(other userType) bool { return other.name != t.name && t.uses(other.name) })
		})
		i = max(i, 0) // types in a circle cannot be: the server refuses them
		ordered, rest = append(ordered, rest[i]), slices.Delete(rest, i, i+1)
	}
	return ordered
}

func (t userType) uses(name string) bool {
	for _, field := range t.types {
		words := strings.FieldsFunc(field, func(r rune) bool { return strings.ContainsRune(`<>, "`, r) })
		if slices.Contains(words, name) {
			return true
		}
	}
	return false
}

func quotedNames(columns []columnSchema) []string {
	var names []string
	for _, c := range columns {
		names = append(names, quote(c.Name))
	}
	return names
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func cqlString(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func cqlMap(m map[string]string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, cqlString(key)+": "+cqlString(m[key]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
