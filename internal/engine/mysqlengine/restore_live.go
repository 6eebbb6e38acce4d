package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// liveTable is a table, view or sequence as information_schema.TABLES lists it.
type liveTable struct {
	database, name, kind, engine string
	rows, bytes                  int64 // the server's estimates
}

// base reports what RENAME TABLE can move to another database: tables and sequences.
func (t liveTable) base() bool { return t.kind != "VIEW" && t.kind != "SYSTEM VIEW" }

// live is what is on the server in some databases.
type live struct {
	databases []database // those that exist; of tables only names and triggers
	tables    []liveTable
	refusals  []string // programs that could not be created again
}

// readLive reads the named databases. The session must have no default database.
func readLive(ctx context.Context, s *session, p product, names []text) (*live, error) {
	out := &live{}
	c := &catalog{s: s, p: p, locking: true}
	for _, name := range names {
		r, err := s.query(ctx, "SELECT DEFAULT_COLLATION_NAME AS c FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = "+quoteBytes(string(name)))
		if err != nil {
			return nil, err
		}
		if len(r.rows) == 0 {
			continue
		}
		d, err := out.database(ctx, c, name)
		if err != nil {
			return nil, fmt.Errorf("read the live database %s: %w", quoteName(string(name)), err)
		}
		d.Collation = r.text(r.rows[0], "c")
		out.databases = append(out.databases, d)
	}
	out.refusals = c.refusals
	return out, nil
}

func (l *live) database(ctx context.Context, c *catalog, name text) (database, error) {
	d := database{Name: name}
	tables, err := listTables(ctx, c.s, name)
	if err != nil {
		return d, err
	}
	l.tables = append(l.tables, tables...)
	columns, err := c.columns(ctx, string(name))
	if err != nil {
		return d, err
	}
	for _, t := range tables {
		switch {
		case t.kind == "SEQUENCE":
			d.Sequences = append(d.Sequences, sequence{Name: text(t.name)})
		case t.kind == "VIEW":
			err = c.view(ctx, object{database: t.database, name: t.name, comment: "VIEW", columns: columns[t.name]}, &d)
		case t.base():
			d.Tables = append(d.Tables, table{Name: text(t.name), Engine: t.engine})
		}
		if err != nil {
			return d, err
		}
	}
	for _, part := range []func(context.Context, string, *database) error{c.triggers, c.routines, c.events} {
		if err := part(ctx, string(name), &d); err != nil {
			return d, err
		}
	}
	return d, nil
}

// listTables lists what has a name among tables, in order of name.
func listTables(ctx context.Context, s *session, names ...text) ([]liveTable, error) {
	r, err := s.query(ctx, "SELECT TABLE_SCHEMA AS d, TABLE_NAME AS n, TABLE_TYPE AS t, ENGINE AS e, TABLE_ROWS AS r, DATA_LENGTH + INDEX_LENGTH AS b FROM information_schema.TABLES WHERE TABLE_TYPE <> 'TEMPORARY' AND TABLE_SCHEMA IN ("+quoteList(names)+")")
	if err != nil {
		return nil, err
	}
	var out []liveTable
	for _, row := range r.rows {
		t := liveTable{database: r.text(row, "d"), name: r.text(row, "n"), kind: r.text(row, "t"), engine: r.text(row, "e"), rows: -1, bytes: atoi(r.text(row, "b"))}
		if rows := r.get(row, "r"); rows != nil {
			t.rows = atoi(string(rows))
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b liveTable) int { return strings.Compare(a.database+"\x00"+a.name, b.database+"\x00"+b.name) })
	return out, nil
}

func quoteList(names []text) string {
	var list []string
	for _, n := range names {
		list = append(list, quoteBytes(string(n)))
	}
	return strings.Join(list, ", ")
}

// find is a table, view or sequence by name.
func (l *live) find(database, name text) (liveTable, bool) {
	for _, t := range l.tables {
		if t.database == string(database) && t.name == string(name) {
			return t, true
		}
	}
	return liveTable{}, false
}

// of is a database by name.
func (l *live) of(name text) (database, bool) {
	for _, d := range l.databases {
		if d.Name == name {
			return d, true
		}
	}
	return database{Name: name}, false
}

// targets are the databases that a restore goes to.
func targets(places []restorePlace) []text {
	var out []text
	for _, p := range places {
		out = append(out, p.Target)
	}
	return out
}
