package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// converge makes triggers, routines, views and events what want says, and drops those that
// only gone has. What is right already is left alone, so it can be run again after any cut.
// Events come last, since they run.
func (r *restore) converge(ctx context.Context, want, gone []database) error {
	var names []text
	for _, d := range want {
		names = append(names, d.Name)
	}
	now, err := readLive(ctx, r.s, r.product, names)
	if err != nil {
		return err
	}
	c := &converging{restore: r, now: now, all: &schema{Databases: want}}
	for i := range want {
		if err := c.triggers(ctx, want[i]); err != nil {
			return err
		}
	}
	for i := range want {
		if err := c.routines(ctx, want[i], gone[i]); err != nil {
			return err
		}
	}
	if err := c.views(ctx, gone); err != nil {
		return err
	}
	for i := range want {
		if err := c.events(ctx, want[i], gone[i]); err != nil {
			return err
		}
	}
	return c.collations(ctx, want)
}

type converging struct {
	*restore
	now *live
	all *schema
}

// triggers makes the triggers of all tables what they shall be, in their order.
func (c *converging) triggers(ctx context.Context, want database) error {
	now, _ := c.now.of(want.Name)
	for _, t := range want.Tables {
		at := slices.IndexFunc(now.Tables, func(n table) bool { return n.Name == t.Name })
		if at < 0 || slices.EqualFunc(now.Tables[at].Triggers, t.Triggers, sameTrigger) {
			continue
		}
		for _, trg := range now.Tables[at].Triggers {
			if err := c.s.exec(ctx, "DROP TRIGGER IF EXISTS "+quoteTable(string(want.Name), string(trg.Name))); err != nil {
				return fmt.Errorf("drop trigger %s: %w", quoteTable(string(want.Name), string(trg.Name)), err)
			}
		}
		for _, trg := range t.Triggers {
			p := program{database: want, create: trg.Create, context: trg.programContext, at: createdAt(string(trg.Created))}
			if err := c.create(ctx, p); err != nil {
				return fmt.Errorf("create trigger %s: %w", quoteTable(string(want.Name), string(trg.Name)), err)
			}
		}
	}
	return nil
}

func sameTrigger(a, b trigger) bool {
	return a.Name == b.Name && a.Create == b.Create && a.programContext == b.programContext
}

// routines makes procedures, functions and packages what they shall be. A package takes its
// body along when it is replaced.
func (c *converging) routines(ctx context.Context, want, gone database) error {
	now, _ := c.now.of(want.Name)
	for _, p := range gone.Routines {
		if !slices.ContainsFunc(want.Routines, p.same) {
			if err := c.dropRoutine(ctx, want.Name, p); err != nil {
				return fmt.Errorf("drop %s %s: %w", strings.ToLower(p.Type), quoteTable(string(want.Name), string(p.Name)), err)
			}
		}
	}
	replaced := map[text]bool{}
	for _, p := range want.Routines {
		if slices.Contains(now.Routines, p) && !(p.Type == "PACKAGE BODY" && replaced[p.Name]) {
			continue
		}
		replaced[p.Name] = replaced[p.Name] || p.Type == "PACKAGE"
		if err := c.replace(ctx, p.Type, p.Name, program{database: want, create: p.Create, context: p.programContext}); err != nil {
			return err
		}
	}
	return nil
}

// dropRoutine drops a routine. Packages are known only to the grammar of Oracle mode, before
// MariaDB 11.4. https://mariadb.com/kb/en/drop-package/
func (c *converging) dropRoutine(ctx context.Context, database text, p routine) error {
	drop := "DROP " + p.Type + " IF EXISTS " + quoteTable(string(database), string(p.Name))
	if !strings.HasPrefix(p.Type, "PACKAGE") {
		return c.s.exec(ctx, drop)
	}
	for _, statement := range []string{"SET SESSION sql_mode = 'ORACLE'", drop, "SET SESSION sql_mode = '" + plainMode + "'"} {
		if err := c.s.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// events makes events what they shall be, as of the time at which they were altered last.
func (c *converging) events(ctx context.Context, want, gone database) error {
	now, _ := c.now.of(want.Name)
	for _, e := range gone.Events {
		if !slices.ContainsFunc(want.Events, func(w event) bool { return w.Name == e.Name }) {
			if err := c.s.exec(ctx, "DROP EVENT IF EXISTS "+quoteTable(string(want.Name), string(e.Name))); err != nil {
				return fmt.Errorf("drop event %s: %w", quoteTable(string(want.Name), string(e.Name)), err)
			}
		}
	}
	for _, e := range want.Events {
		if slices.ContainsFunc(now.Events, e.same) {
			continue
		}
		p := program{database: want, create: e.Create, context: e.programContext, zone: e.TimeZone, at: digits(e.Altered)}
		if err := c.replace(ctx, "EVENT", e.Name, p); err != nil {
			return err
		}
	}
	return nil
}

func (e event) same(o event) bool {
	return e.Name == o.Name && e.Create == o.Create && e.TimeZone == o.TimeZone && e.programContext == o.programContext
}

// replace creates a routine or event, in the place of one of its name.
func (c *converging) replace(ctx context.Context, kind string, name text, p program) error {
	quoted := quoteTable(string(p.database.Name), string(name))
	if c.product.mariadb {
		p.create = text(strings.Replace(string(p.create), "CREATE ", "CREATE OR REPLACE ", 1))
	} else if err := c.s.exec(ctx, "DROP "+kind+" IF EXISTS "+quoted); err != nil {
		return fmt.Errorf("drop %s %s: %w", strings.ToLower(kind), quoted, err)
	}
	if err := c.create(ctx, p); err != nil {
		return fmt.Errorf("create %s %s: %w", strings.ToLower(kind), quoted, err)
	}
	return nil
}

// create runs one CREATE in the context in which it was said first.
func (c *converging) create(ctx context.Context, p program) error {
	err := c.inContext(ctx, p)
	if err != nil && ctx.Err() != nil {
		return err
	}
	for _, statement := range []string{
		"SET SESSION timestamp = DEFAULT", "SET SESSION time_zone = '+00:00'",
		"SET SESSION sql_mode = '" + plainMode + "'", "SET NAMES binary",
		"USE information_schema", // so that SHOW CREATE VIEW qualifies all names
	} {
		if again := c.s.exec(ctx, statement); again != nil && err == nil {
			err = again
		}
	}
	return err
}

func (c *converging) inContext(ctx context.Context, p program) error {
	quoted := quoteName(string(p.database.Name))
	statements := []string{"USE " + quoted}
	if p.context.Database != "" && p.context.Database != c.collation(p.database.Name) {
		statements = append(statements, "ALTER DATABASE "+quoted+" COLLATE = "+word(p.context.Database))
		c.setCollation(p.database.Name, p.context.Database)
	}
	if p.zone != "" {
		statements = append(statements, "SET SESSION time_zone = "+string(appendQuoted(nil, []byte(p.zone))))
	}
	if p.at != "" {
		statements = append(statements, "SET SESSION timestamp = "+p.at)
	}
	statements = append(statements,
		"SET SESSION character_set_client = "+word(p.context.Client)+", collation_connection = "+word(p.context.Connection),
		"SET SESSION sql_mode = "+string(appendQuoted(nil, []byte(p.context.SQLMode))),
		string(p.create))
	for _, statement := range statements {
		if err := c.s.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// collation is a database's default collation now: programs keep the one of their creation.
func (c *converging) collation(name text) string {
	d, _ := c.now.of(name)
	return d.Collation
}

func (c *converging) setCollation(name text, collation string) {
	for i := range c.now.databases {
		if c.now.databases[i].Name == name {
			c.now.databases[i].Collation = collation
		}
	}
}

// collations sets the default collations of the databases last.
func (c *converging) collations(ctx context.Context, want []database) error {
	for _, d := range want {
		if _, exists := c.now.of(d.Name); !exists || d.Collation == "" || c.collation(d.Name) == d.Collation {
			continue
		}
		if err := c.s.exec(ctx, "ALTER DATABASE "+quoteName(string(d.Name))+" COLLATE = "+word(d.Collation)); err != nil {
			return fmt.Errorf("set the collation of database %s: %w", quoteName(string(d.Name)), err)
		}
	}
	return nil
}
