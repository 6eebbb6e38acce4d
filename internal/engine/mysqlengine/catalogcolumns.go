package mysqlengine

import (
	"context"
	"maps"
	"strings"
)

// rawColumn is a row of information_schema.COLUMNS.
type rawColumn struct {
	name, dataType, fullType, charset, extra, generation string
}

// generated reports a column whose values the server computes. DEFAULT_GENERATED (MySQL 8)
// only says that its default is an expression.
func (r rawColumn) generated() bool {
	return strings.Contains(r.extra, "VIRTUAL GENERATED") || strings.Contains(r.extra, "STORED GENERATED") || r.rowTime()
}

// rowTime reports a column that holds the begin or end of a row's validity.
func (r rawColumn) rowTime() bool { return r.generation == "ROW START" || r.generation == "ROW END" }

// columns reads the columns of all tables and views of a database, in their order.
func (c *catalog) columns(ctx context.Context, database string) (map[string][]rawColumn, error) {
	generation := "NULL"
	if c.p.mariadb || c.p.atLeast(5, 7, 6) {
		generation = "GENERATION_EXPRESSION"
	}
	r, err := c.s.query(ctx, "SELECT TABLE_NAME AS t, COLUMN_NAME AS n, DATA_TYPE AS d, COLUMN_TYPE AS f, CHARACTER_SET_NAME AS c, EXTRA AS e, "+generation+
		" AS g FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = "+quoteBytes(database)+" ORDER BY TABLE_NAME, ORDINAL_POSITION")
	if err != nil {
		return nil, err
	}
	out := map[string][]rawColumn{}
	for _, row := range r.rows {
		t := r.text(row, "t")
		out[t] = append(out[t], rawColumn{
			name: r.text(row, "n"), dataType: r.text(row, "d"), fullType: r.text(row, "f"),
			charset: r.text(row, "c"), extra: strings.ToUpper(r.text(row, "e")), generation: r.text(row, "g"),
		})
	}
	return out, nil
}

// primaryKeys reads the columns of every primary key of a database that gives an order of
// whole values. One over the beginning of a column (SUB_PART; TEXT and BLOB have no other)
// does not: to order by the column the server would sort the table before the first row.
func (c *catalog) primaryKeys(ctx context.Context, database string) (map[string][]text, error) {
	r, err := c.s.query(ctx, "SELECT TABLE_NAME AS t, COLUMN_NAME AS n, SUB_PART AS p FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = "+
		quoteBytes(database)+" AND INDEX_NAME = 'PRIMARY' ORDER BY TABLE_NAME, SEQ_IN_INDEX")
	if err != nil {
		return nil, err
	}
	out, partly := map[string][]text{}, map[string]bool{}
	for _, row := range r.rows {
		t := r.text(row, "t")
		out[t] = append(out[t], text(r.text(row, "n")))
		partly[t] = partly[t] || r.get(row, "p") != nil
	}
	maps.DeleteFunc(out, func(t string, _ []text) bool { return partly[t] })
	return out, nil
}

// storedColumns are the columns whose values have to be kept. Those that are generated are
// computed anew; those that hold the validity of a system-versioned row are data.
func (c *catalog) storedColumns(o object) []column {
	var out []column
	explicit := false
	for _, raw := range o.columns {
		if raw.generated() && !raw.rowTime() {
			continue
		}
		explicit = explicit || raw.rowTime()
		if raw.rowTime() && raw.dataType != "timestamp" {
			c.refuse("table %s is versioned by transaction ids, which cannot be put back; version it by timestamps, or leave its database out", o.quoted())
		}
		col, err := newColumn(raw.name, raw.dataType, raw.charset)
		if err != nil {
			c.refuse("table %s: %v", o.quoted(), err)
			continue
		}
		out = append(out, col)
	}
	if o.kind == "SYSTEM VERSIONED" && !explicit {
		// Hidden columns that every implicitly versioned table has. https://mariadb.com/kb/en/system-versioned-tables/
		out = append(out, column{Name: "row_start", Type: "timestamp", Encoding: asTemporal}, column{Name: "row_end", Type: "timestamp", Encoding: asTemporal})
	}
	if len(out) == 0 {
		c.refuse("table %s has only generated columns, and rows without content cannot be stored", o.quoted())
	}
	return out
}
