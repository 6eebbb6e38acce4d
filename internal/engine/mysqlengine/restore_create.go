package mysqlengine

import (
	"fmt"
	"strings"
)

// createTable is a CREATE TABLE statement as SHOW CREATE TABLE prints it, taken apart, so
// that what is slow or in the way while rows are loaded can be left for later.
type createTable struct {
	items []string // columns, keys, constraints
	tail  string   // what follows the closing parenthesis
}

// splitCreate takes a statement apart. What stands before the first parenthesis is left out.
func splitCreate(create string) (createTable, error) {
	var out createTable
	depth, begin := 0, 0
	for _, t := range tokens(create) {
		if t.kind != tokenMark {
			continue
		}
		switch c := create[t.begin]; {
		case c == '(':
			if depth++; depth == 1 {
				begin = t.end
			}
		case c == ',' && depth == 1:
			out.items = append(out.items, strings.TrimSpace(create[begin:t.begin]))
			begin = t.end
		case c == ')':
			if depth--; depth == 0 {
				out.items = append(out.items, strings.TrimSpace(create[begin:t.begin]))
				out.tail = create[t.end:]
				return out, nil
			}
		}
	}
	return out, fmt.Errorf("%q is no definition of a table", clipped(create))
}

func clipped(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

// sql is the statement under another name, with the given items.
func (c createTable) sql(quoted string, items []string) string {
	return "CREATE TABLE " + quoted + " (\n  " + strings.Join(items, ",\n  ") + "\n)" + c.tail
}

// itemKind is what an item of a definition is.
type itemKind int

const (
	itemColumn itemKind = iota
	itemPrimary
	itemKey     // a plain or unique index that can follow the rows
	itemOddKey  // an index that is made with the table
	itemForeign // a foreign key
	itemOther   // checks, periods
)

func kindOf(item string) itemKind {
	words := tokens(item)
	word := func(i int, w string) bool { return i < len(words) && words[i].is(item, w) }
	switch {
	case len(words) == 0 || words[0].kind != tokenWord:
		return itemColumn
	case word(0, "PRIMARY"):
		return itemPrimary
	case word(0, "FULLTEXT"), word(0, "SPATIAL"):
		return itemOddKey
	case word(0, "KEY"), word(0, "INDEX"), word(0, "UNIQUE"):
		if oddKey(item, words) {
			return itemOddKey
		}
		return itemKey
	case word(0, "FOREIGN"), word(0, "CONSTRAINT") && word(2, "FOREIGN"):
		return itemForeign
	case word(0, "CONSTRAINT"), word(0, "CHECK"), word(0, "PERIOD"), word(0, "VECTOR"):
		return itemOther
	}
	return itemColumn
}

// oddKey reports indexes that an ALTER would rebuild the table for: unique ones by hash, and
// those over periods.
func oddKey(item string, words []token) bool {
	for _, w := range words {
		if w.is(item, "HASH") || w.is(item, "OVERLAPS") {
			return true
		}
	}
	return false
}

// buildPlan is a table's definition in the order in which it is built.
type buildPlan struct {
	create  []string // items before the rows
	keys    []string // after the rows
	foreign []foreignKey
}

// plan decides what follows the rows: of InnoDB tables whose rows do not need their keys
// while they are loaded, all plain keys; of every table its foreign keys.
func (c createTable) plan(engine string, history bool) (buildPlan, error) {
	var p buildPlan
	deferred := engine == "InnoDB" && !history && c.keysCanFollow()
	for _, item := range c.items {
		switch kind := kindOf(item); {
		case kind == itemForeign:
			fk, err := parseForeignKey(item)
			if err != nil {
				return p, err
			}
			p.foreign = append(p.foreign, fk)
		case kind == itemKey && deferred:
			p.keys = append(p.keys, item)
		default:
			p.create = append(p.create, item)
		}
	}
	return p, nil
}

// keysCanFollow: the rows have a primary key to be stored by, it is what AUTO_INCREMENT
// needs, and no index has to be made with the table, since then the order of the others
// would change.
func (c createTable) keysCanFollow() bool {
	primary, auto := "", ""
	for _, item := range c.items {
		switch kindOf(item) {
		case itemPrimary:
			primary = firstKeyColumn(item)
		case itemOddKey:
			return false
		case itemColumn:
			if autoIncrement(item) {
				auto = leadingName(item)
			}
		}
	}
	return primary != "" && (auto == "" || auto == primary)
}

// autoIncrement reports whether a column's definition numbers its rows.
func autoIncrement(item string) bool {
	for _, t := range tokens(item) {
		if t.is(item, "AUTO_INCREMENT") {
			return true
		}
	}
	return false
}

// autoIncrementColumn is the name of the column that numbers rows, or "".
func (c createTable) autoIncrementColumn() string {
	for _, item := range c.items {
		if kindOf(item) == itemColumn && autoIncrement(item) {
			return leadingName(item)
		}
	}
	return ""
}

func leadingName(item string) string {
	for _, t := range tokens(item) {
		name, _ := t.name(item)
		return name
	}
	return ""
}

func firstKeyColumn(item string) string {
	words := tokens(item)
	for i, t := range words {
		if t.is(item, "(") && i+1 < len(words) {
			name, _ := words[i+1].name(item)
			return name
		}
	}
	return ""
}

// foreignKey is a foreign key's definition.
type foreignKey struct {
	name       string
	database   string // of the table it refers to; "" for the same one
	table      string
	text       string
	begin, end int // of the reference in text
}

// parseForeignKey reads CONSTRAINT `name` FOREIGN KEY (…) REFERENCES `table` (…) ….
func parseForeignKey(item string) (foreignKey, error) {
	fk := foreignKey{text: item}
	words := tokens(item)
	if len(words) > 1 && words[0].is(item, "CONSTRAINT") {
		fk.name, _ = words[1].name(item)
	}
	for i, t := range words {
		if !t.is(item, "REFERENCES") || i+2 >= len(words) {
			continue
		}
		fk.table, _ = words[i+1].name(item)
		fk.begin, fk.end = words[i+1].begin, words[i+1].end
		if words[i+2].is(item, ".") && i+3 < len(words) {
			fk.database = fk.table
			fk.table, _ = words[i+3].name(item)
			fk.end = words[i+3].end
		}
		return fk, nil
	}
	return fk, fmt.Errorf("%q is no foreign key", clipped(item))
}

// to is the definition with another table as the one it refers to.
func (fk foreignKey) to(quoted string) string { return fk.text[:fk.begin] + quoted + fk.text[fk.end:] }
