package mysqlengine

import (
	"errors"
	"fmt"
	"strings"
)

// dumpInsert is an INSERT of a dump: literal rows for one table.
type dumpInsert struct {
	table    string
	database string // "" when the name is not qualified
	tuples   int64
	rest     string // from the list of columns, or VALUES, on
}

// readInsert reads INSERT [IGNORE] INTO name [(columns)] VALUES (literals), … to its end.
// Nothing that the server would compute is taken: no function, no variable, no query.
func readInsert(sql string) (dumpInsert, error) {
	var out dumpInsert
	i, err := out.head(sql)
	if err != nil {
		return out, err
	}
	out.rest = sql[i:]
	depth, values := 0, false
	for i < len(sql) {
		t, whole := nextToken(sql, i)
		if !whole {
			return out, errors.New("a string has no end")
		}
		i = t.end
		switch {
		case t.kind == tokenSpace, t.kind == tokenString && values:
		case t.kind == tokenMark && sql[t.begin] == '(':
			if depth++; depth == 1 && values {
				out.tuples++
			}
		case t.kind == tokenMark && sql[t.begin] == ')':
			depth--
		case t.kind == tokenMark && strings.IndexByte(",.+-", sql[t.begin]) >= 0:
		case !values && depth == 0 && (t.is(sql, "VALUES") || t.is(sql, "VALUE")):
			values = true
		case !values && depth == 1 && (t.kind == tokenName || t.kind == tokenWord):
		case values && depth == 1 && t.kind == tokenWord && literalWord(t.text(sql)):
		default:
			return out, fmt.Errorf("%q is no literal", clipped(t.text(sql)))
		}
		if depth < 0 || depth > 1 {
			return out, errors.New("its parentheses make no rows")
		}
	}
	if out.tuples == 0 || depth != 0 {
		return out, errors.New("it has no rows")
	}
	return out, nil
}

// head reads up to the table's name and returns the place after it.
func (d *dumpInsert) head(sql string) (int, error) {
	i := 0
	var seen []token
	for i < len(sql) && len(seen) < 8 {
		t, whole := nextToken(sql, i)
		if !whole {
			break
		}
		i = t.end
		if t.kind == tokenSpace {
			continue
		}
		seen = append(seen, t)
		if n := len(seen); n >= 2 && seen[n-2].is(sql, "INTO") {
			return d.name(sql, t)
		}
		if t.kind != tokenWord {
			break
		}
	}
	return 0, errors.New("it names no table")
}

// name reads table or database.table.
func (d *dumpInsert) name(sql string, t token) (int, error) {
	var ok bool
	if d.table, ok = t.name(sql); !ok {
		return 0, errors.New("it names no table")
	}
	if t.end+1 < len(sql) && sql[t.end] == '.' {
		next, whole := nextToken(sql, t.end+1)
		if !whole {
			return 0, errors.New("a name has no end")
		}
		d.database = d.table
		if d.table, ok = next.name(sql); !ok {
			return 0, errors.New("it names no table")
		}
		return next.end, nil
	}
	return t.end, nil
}

// literalWord reports words that stand for a value, or before a string.
func literalWord(w string) bool {
	switch c := w[0]; {
	case c >= '0' && c <= '9':
		return true
	case c == '_':
		return len(w) < 32
	}
	switch strings.ToUpper(w) {
	case "NULL", "TRUE", "FALSE", "DEFAULT", "X", "B", "N":
		return true
	}
	return false
}
