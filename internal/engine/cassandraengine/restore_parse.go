package cassandraengine

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// schemaCQLOf reads the schema.cql that the server writes into a snapshot since 3.0: the types
// of a table, the table with its dropped columns, and its indexes (SchemaCQLHelper.java).
func schemaCQLOf(keyspace, table, text string) keyspaceSchema {
	k := keyspaceSchema{Name: keyspace}
	for _, cql := range splitCQL(unwrapCompact(text)) {
		st := statement{Type: statementType(cql), Name: table, CQL: cql + ";"}
		switch st.Type {
		case "type", "index":
			st.Name = createdName(cql)
		case "table":
			if t, ok := parseTable(cql); ok {
				t.Name = table
				k.Tables = append(k.Tables, t)
				st.CQL = withoutHidden(st.CQL, t)
			}
		case "alter":
			k.addAlter(st)
			continue
		}
		k.Statements = append(k.Statements, st)
	}
	return k
}

// addAlter puts an ALTER TABLE behind the statement that makes its table, as DESCRIBE has it.
func (k *keyspaceSchema) addAlter(alter statement) {
	for i := range k.Statements {
		if k.Statements[i].Type == "table" {
			k.Statements[i].CQL += "\n" + alter.CQL
		}
	}
	words := significant(alter.CQL)
	drop := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, "DROP") })
	if t := k.table(alter.Name); t != nil && drop >= 0 && drop+1 < len(words) {
		name, _ := nameOf(words[drop+1])
		dropped := droppedColumn{Name: name, Time: dropTime(alter.CQL)}
		if c := t.column(name); c != nil {
			dropped.Type, dropped.Kind = c.Type, c.Kind
			t.Columns = slices.DeleteFunc(t.Columns, func(c columnSchema) bool { return c.Name == name })
		}
		t.Dropped = append(t.Dropped, dropped)
	}
}

var usingTimestamp = regexp.MustCompile(`(?i)\bUSING TIMESTAMP ([0-9]+)`)

// dropTime is when a column was dropped, in milliseconds since 1970; 0 when it is not said.
func dropTime(cql string) int64 {
	m := usingTimestamp.FindStringSubmatch(cql)
	if m == nil {
		return 0
	}
	micros, _ := strconv.ParseInt(m[1], 10, 64)
	return micros / 1000
}

// unwrapCompact takes a COMPACT STORAGE table out of the comment that the server puts it in.
func unwrapCompact(text string) string {
	start := strings.Index(text, "/*")
	if start < 0 {
		return text
	}
	end := strings.Index(text[start:], "*/")
	create := strings.Index(text[start:], "CREATE TABLE")
	if end < 0 || create < 0 || create > end {
		return text
	}
	return text[:start] + text[start+create:start+end] + text[start+end+2:]
}

// hiddenOrder is what the server writes for the hidden clustering column of a compact table
// that has none of its own (see executable).
var hiddenOrder = regexp.MustCompile(`\b(AND|WITH) CLUSTERING ORDER BY \(column1 [A-Z]+\)\s*(AND\b)?`)

func withoutHidden(cql string, t tableSchema) string {
	if t.hasClustering() {
		return cql
	}
	return hiddenOrder.ReplaceAllString(cql, "$1")
}

// significant are the lexemes of a statement without white space and comments.
func significant(cql string) []string {
	return slices.DeleteFunc(lexemes(cql), isSpace)
}

func statementType(cql string) string {
	words := significant(cql)
	for i := range words {
		words[i] = strings.ToLower(words[i])
	}
	switch {
	case len(words) < 2:
		return "other"
	case words[0] == "alter":
		return "alter"
	case words[0] != "create":
		return "other"
	case words[1] == "materialized":
		return "materialized_view"
	case words[1] == "custom":
		return "index"
	}
	return words[1]
}

// createdName is the unqualified name in CREATE … [IF NOT EXISTS] [keyspace.]name.
func createdName(cql string) string {
	words := significant(cql)
	skip := map[string]bool{"create": true, "custom": true, "table": true, "type": true, "index": true, "materialized": true, "view": true, "if": true, "not": true, "exists": true}
	for i := range words {
		if skip[strings.ToLower(words[i])] {
			continue
		}
		if i+2 < len(words) && words[i+1] == "." {
			i += 2
		}
		name, _ := nameOf(words[i])
		return name
	}
	return ""
}

// parseTable reads the columns of a CREATE TABLE as the server writes it; ok is false for text
// that it does not understand.
func parseTable(cql string) (tableSchema, bool) {
	words := significant(cql)
	open := slices.Index(words, "(")
	if open < 0 {
		return tableSchema{}, false
	}
	definitions, end := topLevel(words, open)
	t := tableSchema{Flags: []string{"compound"}}
	if strings.Contains(strings.ToUpper(cql), "COMPACT STORAGE") {
		t.Flags = nil
	}
	for _, d := range definitions {
		t.addDefinition(d)
	}
	if t.Flags == nil && slices.ContainsFunc(t.Columns, func(c columnSchema) bool { return c.Kind == "clustering" }) {
		t.Flags = []string{"dense"}
	}
	t.readOrder(words[end:])
	return t, len(t.Columns) > 0
}

// topLevel splits what stands in the parentheses at open by its commas, and tells where the
// parentheses end.
func topLevel(words []string, open int) (parts [][]string, end int) {
	depth, part := 0, []string{}
	for i := open; i < len(words); i++ {
		switch w := words[i]; {
		case w == "(" || w == "<" || w == "{" || w == "[":
			if depth++; depth == 1 {
				continue
			}
		case w == ")" || w == ">" || w == "}" || w == "]":
			if depth--; depth == 0 {
				return append(parts, part), i + 1
			}
		case w == "," && depth == 1:
			parts, part = append(parts, part), []string{}
			continue
		}
		part = append(part, words[i])
	}
	return append(parts, part), len(words)
}

// addDefinition reads "name type [static] [PRIMARY KEY]" or "PRIMARY KEY (…)".
func (t *tableSchema) addDefinition(words []string) {
	if len(words) < 2 {
		return
	}
	if strings.EqualFold(words[0], "PRIMARY") && strings.EqualFold(words[1], "KEY") {
		t.addKey(words[2:])
		return
	}
	c := columnSchema{Kind: "regular", Position: -1, Order: "none"}
	c.Name, _ = nameOf(words[0])
	rest := words[1:]
	for i, w := range rest {
		switch strings.ToUpper(w) {
		case "STATIC":
			c.Kind = "static"
		case "PRIMARY":
			c.Kind, c.Position = "partition_key", 0
		case "MASKED":
		default:
			continue
		}
		rest = rest[:i]
		break
	}
	c.Type = typeText(rest)
	t.Columns = append(t.Columns, c)
}

// typeText writes a type as system_schema does.
func typeText(words []string) string {
	return strings.ReplaceAll(strings.Join(words, ""), ",", ", ")
}

func (t *tableSchema) addKey(words []string) {
	parts, _ := topLevel(words, 0)
	for i, p := range parts {
		if i == 0 && len(p) > 1 && p[0] == "(" {
			inner, _ := topLevel(p, 0)
			for n, column := range inner {
				t.setKey(column, "partition_key", n)
			}
			continue
		}
		if i == 0 {
			t.setKey(p, "partition_key", 0)
			continue
		}
		t.setKey(p, "clustering", i-1)
	}
}

func (t *tableSchema) setKey(words []string, kind string, position int) {
	if len(words) == 0 {
		return
	}
	name, _ := nameOf(words[0])
	if c := t.column(name); c != nil {
		c.Kind, c.Position = kind, position
		if kind == "clustering" {
			c.Order = "asc"
		}
	}
}

// readOrder reads CLUSTERING ORDER BY (c DESC, …).
func (t *tableSchema) readOrder(words []string) {
	at := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, "CLUSTERING") })
	if at < 0 || at+3 >= len(words) {
		return
	}
	parts, _ := topLevel(words, at+3)
	for _, p := range parts {
		if len(p) != 2 {
			continue
		}
		name, _ := nameOf(p[0])
		if c := t.column(name); c != nil && c.Kind == "clustering" {
			c.Order = strings.ToLower(p[1])
		}
	}
}
