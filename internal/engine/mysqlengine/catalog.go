package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// catalog reads the schema of some databases from one session. No default database is set
// on it, so that SHOW CREATE VIEW qualifies every name.
type catalog struct {
	s        *session
	p        product
	locking  bool // the policy allows LOCK TABLES
	refusals []string
	locked   []string // tables without transactions, quoted
	next     int      // number of the next table
}

// refuse notes why a backup of this schema cannot be complete and exact.
func (c *catalog) refuse(format string, args ...any) {
	c.refusals = append(c.refusals, fmt.Sprintf(format, args...))
}

// read reads everything but rows. Objects that cannot be taken exactly are among the
// refusals, by name; an error means that the server could not be asked.
func (c *catalog) read(ctx context.Context, databases []string) (*schema, error) {
	out := &schema{Format: schemaFormat, Product: c.p.server.Product, Version: c.p.server.Version}
	r, err := c.s.query(ctx, "SELECT SCHEMA_NAME AS n, DEFAULT_COLLATION_NAME AS c FROM information_schema.SCHEMATA")
	if err != nil {
		return nil, fmt.Errorf("list databases: %w", err)
	}
	collations := map[string]string{}
	for _, row := range r.rows {
		collations[r.text(row, "n")] = r.text(row, "c")
	}
	for _, name := range sorted(databases) {
		collation, ok := collations[name]
		if !ok {
			c.refuse("database %s does not exist on the server; correct the policy's databases, or create it", quoteName(name))
			continue
		}
		d, err := c.database(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("read the schema of %s: %w", quoteName(name), err)
		}
		d.Collation = collation
		out.Databases = append(out.Databases, d)
	}
	return out, nil
}

func (c *catalog) database(ctx context.Context, name string) (database, error) {
	d := database{Name: text(name)}
	r, err := c.s.query(ctx, "SHOW CREATE DATABASE "+quoteName(name))
	if err != nil {
		return d, err
	}
	d.Create = text(r.text(r.rows[0], "Create Database"))
	for _, part := range []func(context.Context, string, *database) error{
		c.objects, c.triggers, c.routines, c.events,
	} {
		if err := part(ctx, name, &d); err != nil {
			return d, err
		}
	}
	return d, nil
}

// objects reads what information_schema.TABLES lists: tables, views and sequences.
func (c *catalog) objects(ctx context.Context, name string, d *database) error {
	columns, err := c.columns(ctx, name)
	if err != nil {
		return err
	}
	primary, err := c.primaryKeys(ctx, name)
	if err != nil {
		return err
	}
	r, err := c.s.query(ctx, "SELECT TABLE_NAME AS n, TABLE_TYPE AS t, ENGINE AS e, DATA_LENGTH AS b, TABLE_COMMENT AS c FROM information_schema.TABLES WHERE TABLE_SCHEMA = "+quoteBytes(name))
	if err != nil {
		return err
	}
	slices.SortFunc(r.rows, func(a, b [][]byte) int { return strings.Compare(r.text(a, "n"), r.text(b, "n")) })
	for _, row := range r.rows {
		o := object{
			database: name, name: r.text(row, "n"), kind: r.text(row, "t"), engine: r.text(row, "e"),
			comment: r.text(row, "c"), bytes: atoi(r.text(row, "b")),
		}
		o.columns, o.primary = columns[o.name], primary[o.name]
		if err := c.object(ctx, o, d); err != nil {
			return fmt.Errorf("%s: %w", quoteName(o.name), err)
		}
	}
	return nil
}

// object is a row of information_schema.TABLES with its columns.
type object struct {
	database, name, kind, engine, comment string
	bytes                                 int64
	columns                               []rawColumn
	primary                               []text
}

func (o object) quoted() string { return quoteTable(o.database, o.name) }

func (c *catalog) object(ctx context.Context, o object, d *database) error {
	switch o.kind {
	case "BASE TABLE", "SYSTEM VERSIONED":
		return c.table(ctx, o, d)
	case "VIEW":
		return c.view(ctx, o, d)
	case "SEQUENCE":
		return c.sequence(ctx, o, d)
	case "TEMPORARY":
		return nil // of a session: MariaDB 11.2 lists those of the asking one
	}
	c.refuse("%s is a %q, which this version of cwb does not know", o.quoted(), o.kind)
	return nil
}

func (c *catalog) table(ctx context.Context, o object, d *database) error {
	if !c.checkEngine(o) {
		return nil
	}
	t := table{Name: text(o.name), Engine: o.engine, Primary: o.primary, History: o.kind == "SYSTEM VERSIONED", bytes: o.bytes}
	r, err := c.s.query(ctx, "SHOW CREATE TABLE "+o.quoted())
	if err != nil {
		return err
	}
	t.Create = text(r.text(r.rows[0], "Create Table"))
	c.next++
	t.Prefix = fmt.Sprintf("%04d", c.next)
	t.Columns = c.storedColumns(o)
	if err := c.checkLiterals(ctx, o, &t); err != nil {
		return err
	}
	d.Tables = append(d.Tables, t)
	return nil
}

func (c *catalog) view(ctx context.Context, o object, d *database) error {
	r, err := c.s.query(ctx, "SHOW CREATE VIEW "+o.quoted())
	if err != nil {
		return err
	}
	row := r.rows[0]
	v := view{
		Name: text(o.name), Create: text(r.text(row, "Create View")),
		Client: r.text(row, "character_set_client"), Connection: r.text(row, "collation_connection"),
	}
	if o.comment != "VIEW" { // information_schema opens each view, and says here what is wrong
		v.Broken = o.comment
	}
	for _, col := range o.columns {
		v.Columns = append(v.Columns, text(col.name))
	}
	d.Views = append(d.Views, v)
	return nil
}

// sequence reads a sequence's definition; its state is read with the rows.
func (c *catalog) sequence(ctx context.Context, o object, d *database) error {
	r, err := c.s.query(ctx, "SHOW CREATE SEQUENCE "+o.quoted())
	if err != nil {
		return err
	}
	d.Sequences = append(d.Sequences, sequence{Name: text(o.name), Create: text(r.text(r.rows[0], "Create Table"))})
	return nil
}

func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

// atoi reads a server's number; what is none counts as 0.
func atoi(s string) int64 {
	var n int64
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || n > 1<<59 {
			return 0
		}
		n = n*10 + int64(c-'0')
	}
	return n
}
