package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// triggers reads a database's triggers, per table in the order in which they fire.
func (c *catalog) triggers(ctx context.Context, name string, d *database) error {
	r, err := c.s.query(ctx, "SELECT TRIGGER_NAME AS n, EVENT_OBJECT_TABLE AS t FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = "+
		quoteBytes(name)+" ORDER BY EVENT_OBJECT_TABLE, EVENT_MANIPULATION, ACTION_TIMING, ACTION_ORDER, TRIGGER_NAME")
	if err != nil {
		return err
	}
	for _, row := range r.rows {
		trg, of := r.text(row, "n"), r.text(row, "t")
		i := slices.IndexFunc(d.Tables, func(t table) bool { return string(t.Name) == of })
		if i < 0 {
			continue // its table was refused already
		}
		t, err := c.trigger(ctx, name, trg)
		if err != nil {
			return fmt.Errorf("trigger %s: %w", quoteName(trg), err)
		}
		d.Tables[i].Triggers = append(d.Tables[i].Triggers, t)
	}
	return nil
}

func (c *catalog) trigger(ctx context.Context, database, name string) (trigger, error) {
	r, err := c.s.query(ctx, "SHOW CREATE TRIGGER "+quoteTable(database, name))
	if err != nil {
		return trigger{}, err
	}
	row := r.rows[0]
	t := trigger{
		Name: text(name), Create: text(r.text(row, "SQL Original Statement")), Created: text(r.text(row, "Created")),
		programContext: contextOf(r, row),
	}
	c.checkProgram("trigger", database, name, t.Create, t.programContext)
	return t, nil
}

// routines reads procedures, functions and packages.
func (c *catalog) routines(ctx context.Context, name string, d *database) error {
	r, err := c.s.query(ctx, "SELECT ROUTINE_NAME AS n, ROUTINE_TYPE AS t FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = "+quoteBytes(name))
	if err != nil {
		return err
	}
	slices.SortFunc(r.rows, func(a, b [][]byte) int {
		// PACKAGE sorts before PACKAGE BODY, which needs it.
		return strings.Compare(r.text(a, "t")+"\x00"+r.text(a, "n"), r.text(b, "t")+"\x00"+r.text(b, "n"))
	})
	for _, row := range r.rows {
		kind, routine := r.text(row, "t"), r.text(row, "n")
		if err := c.routine(ctx, kind, name, routine, d); err != nil {
			return fmt.Errorf("%s %s: %w", strings.ToLower(kind), quoteName(routine), err)
		}
	}
	return nil
}

var routineColumn = map[string]string{
	"PROCEDURE": "Create Procedure", "FUNCTION": "Create Function",
	"PACKAGE": "Create Package", "PACKAGE BODY": "Create Package Body",
}

func (c *catalog) routine(ctx context.Context, kind, database, name string, d *database) error {
	column, ok := routineColumn[kind]
	if !ok {
		c.refuse("routine %s is a %q, which this version of cwb does not know", quoteTable(database, name), kind)
		return nil
	}
	r, err := c.s.query(ctx, "SHOW CREATE "+kind+" "+quoteTable(database, name))
	if err != nil {
		return err
	}
	row := r.rows[0]
	create := r.get(row, column)
	if create == nil {
		c.refuse("%s %s: the server does not show its body to this account; grant it the right to read routine bodies", strings.ToLower(kind), quoteTable(database, name))
		return nil
	}
	x := routine{Name: text(name), Type: kind, Create: text(create), programContext: contextOf(r, row)}
	c.checkProgram(strings.ToLower(kind), database, name, x.Create, x.programContext)
	d.Routines = append(d.Routines, x)
	return nil
}

// events reads a database's events.
func (c *catalog) events(ctx context.Context, name string, d *database) error {
	r, err := c.s.query(ctx, "SELECT EVENT_NAME AS n, UNIX_TIMESTAMP(LAST_ALTERED) AS a FROM information_schema.EVENTS WHERE EVENT_SCHEMA = "+quoteBytes(name))
	if err != nil {
		return err
	}
	slices.SortFunc(r.rows, func(a, b [][]byte) int { return strings.Compare(r.text(a, "n"), r.text(b, "n")) })
	for _, row := range r.rows {
		ev := r.text(row, "n")
		shown, err := c.s.query(ctx, "SHOW CREATE EVENT "+quoteTable(name, ev))
		if err != nil {
			return fmt.Errorf("event %s: %w", quoteName(ev), err)
		}
		def := shown.rows[0]
		x := event{
			Name: text(ev), Create: text(shown.text(def, "Create Event")), TimeZone: shown.text(def, "time_zone"),
			Altered: r.text(row, "a"), programContext: contextOf(shown, def),
		}
		c.checkProgram("event", name, ev, x.Create, x.programContext)
		d.Events = append(d.Events, x)
	}
	return nil
}

func contextOf(r *result, row [][]byte) programContext {
	return programContext{
		SQLMode: r.text(row, "sql_mode"), Client: r.text(row, "character_set_client"),
		Connection: r.text(row, "collation_connection"), Database: r.text(row, "Database Collation"),
	}
}
