//go:build servers

package mysqlengine

import (
	"context"
	"database/sql"
	"fmt"
	"sort"
	"strings"
)

// exec runs one statement as the admin.
func (b *bed) exec(statement string) {
	b.t.Helper()
	if _, err := b.db.Exec(statement); err != nil {
		b.t.Fatalf("%s: %v", statement, err)
	}
}

// describe is everything about a database as text by object: definitions, counters, rows.
func (b *bed) describe(database string) map[string]string {
	b.t.Helper()
	conn, err := b.db.Conn(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.Close()
	d := describer{b, conn, map[string]string{}, database}
	for _, s := range []string{"SET NAMES binary", "SET time_zone = '+00:00'", "SET sql_mode = ''"} {
		if _, err := conn.ExecContext(b.t.Context(), s); err != nil {
			b.t.Fatal(err)
		}
	}
	d.out["database"] = d.text("SHOW CREATE DATABASE " + quoteName(database))
	d.objects()
	d.programs()
	return d.out
}

type describer struct {
	b        *bed
	conn     *sql.Conn
	out      map[string]string
	database string
}

// rows gives all rows of a query as strings; NULL is "NULL".
func (d describer) rows(query string) [][]string {
	d.b.t.Helper()
	rows, err := d.conn.QueryContext(context.Background(), query)
	if err != nil {
		d.b.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	var out [][]string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		pointers := make([]any, len(columns))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			d.b.t.Fatal(err)
		}
		row := make([]string, len(columns))
		for i, v := range values {
			row[i] = "NULL"
			if v.Valid {
				row[i] = v.String
			}
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		d.b.t.Fatalf("%s: %v", query, err)
	}
	return out
}

func (d describer) text(query string) string {
	var lines []string
	for _, row := range d.rows(query) {
		lines = append(lines, strings.Join(row, " | "))
	}
	return strings.Join(lines, "\n")
}

func (d describer) objects() {
	for _, row := range d.rows("SELECT TABLE_NAME, TABLE_TYPE, TABLE_COMMENT, AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = " + quoteBytes(d.database)) {
		name, quoted := row[0], quoteTable(d.database, row[0])
		d.out["table "+name] = strings.Join(row[1:], " | ")
		d.out["create "+name] = d.text("SHOW CREATE TABLE " + quoted)
		switch row[1] {
		case "SEQUENCE":
			d.out["create sequence "+name] = d.text("SHOW CREATE SEQUENCE " + quoted)
			d.out["rows "+name] = d.text("SELECT * FROM " + quoted)
		case "BASE TABLE", "SYSTEM VERSIONED":
			d.table(name, quoted, row[1])
		}
	}
}

func (d describer) table(name, quoted, kind string) {
	var exprs []string
	for _, c := range d.rows("SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = " + quoteBytes(d.database) + " AND TABLE_NAME = " + quoteBytes(name) + " ORDER BY ORDINAL_POSITION") {
		column := quoteName(c[0])
		switch c[1] {
		case "float":
			exprs = append(exprs, "HEX(CAST(CAST("+column+" AS DOUBLE) AS CHAR))")
		case "enum", "set":
			exprs = append(exprs, "CAST("+column+" AS UNSIGNED)", "HEX("+column+")")
		case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "double", "year", "bit":
			exprs = append(exprs, "HEX(CAST("+column+" AS CHAR))")
		default:
			exprs = append(exprs, "HEX("+column+")")
		}
	}
	query := "SELECT " + strings.Join(exprs, ", ") + " FROM " + quoted
	if kind == "SYSTEM VERSIONED" {
		query += " FOR SYSTEM_TIME ALL"
		if !strings.Contains(d.out["create "+name], "ROW START") {
			query = strings.Replace(query, " FROM ", ", row_start, row_end FROM ", 1)
		}
	}
	var lines []string
	for _, row := range d.rows(query) {
		lines = append(lines, strings.Join(row, " "))
	}
	sort.Strings(lines)
	d.out["rows "+name] = fmt.Sprintf("%d\n%s", len(lines), strings.Join(lines, "\n"))
	if create := d.out["create "+name]; !strings.Contains(create, " inet") && !strings.Contains(create, " uuid") && !strings.Contains(create, " VIRTUAL") {
		// Of an INET6 that is NULL, and of virtual columns, 10.11.19 sums whatever lies in
		// memory: each time another.
		d.out["checksum "+name] = d.rows("CHECKSUM TABLE " + quoted)[0][1]
	}
}

func (d describer) programs() {
	for _, row := range d.rows("SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, EVENT_MANIPULATION, ACTION_TIMING, ACTION_ORDER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = " + quoteBytes(d.database)) {
		d.out["trigger "+row[0]] = strings.Join(row, " ") + d.text("SHOW CREATE TRIGGER "+quoteTable(d.database, row[0]))
	}
	for _, row := range d.rows("SELECT ROUTINE_TYPE, ROUTINE_NAME, SQL_DATA_ACCESS, SECURITY_TYPE, DEFINER, ROUTINE_COMMENT, IS_DETERMINISTIC FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = " + quoteBytes(d.database)) {
		d.out["routine "+row[0]+" "+row[1]] = strings.Join(row, " ") + d.text("SHOW CREATE "+row[0]+" "+quoteTable(d.database, row[1]))
	}
	for _, row := range d.rows("SELECT EVENT_NAME, STATUS, ON_COMPLETION, EXECUTE_AT, STARTS, ENDS, TIME_ZONE, DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = " + quoteBytes(d.database)) {
		d.out["event "+row[0]] = strings.Join(row, " ") + d.text("SHOW CREATE EVENT "+quoteTable(d.database, row[0]))
	}
	for _, row := range d.rows("SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, IS_UPDATABLE, DEFINER, SECURITY_TYPE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, ALGORITHM FROM information_schema.VIEWS WHERE TABLE_SCHEMA = " + quoteBytes(d.database)) {
		d.out["view "+row[0]] = strings.Join(row, " ")
	}
}
