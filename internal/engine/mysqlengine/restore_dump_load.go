package mysqlengine

import (
	"context"
	"fmt"
)

// commitBytes is after how much of inserted text a transaction ends.
const commitBytes = 32 << 20

// fillFromDump reads the dump once more and runs it, statement by statement.
func (l *loader) fillFromDump(ctx context.Context) error {
	l.dump.loads = map[[2]string]*loadTable{}
	for i := range l.schema.Databases {
		d := &l.schema.Databases[i]
		for j := range d.Tables {
			t := &loadTable{tableRef: tableRef{d, &d.Tables[j]}, place: l.places[i]}
			key := [2]string{string(t.place.Source), string(t.table.Name)}
			t.rows = l.dump.rows[key]
			l.dump.loads[key] = t
			l.tables = append(l.tables, t)
		}
	}
	definer, err := parseDefiner(l.o.Definer)
	if err != nil {
		return err
	}
	read := &schema{}
	for i, d := range l.schema.Databases {
		copied := database{Name: l.places[i].Source}
		for _, t := range d.Tables {
			copied.Tables = append(copied.Tables, table{Name: t.Name})
		}
		read.Databases = append(read.Databases, copied)
	}
	run := &dumpRun{content: &content{schema: read, dump: l.dump}, product: l.product, loader: l}
	if err := run.read(ctx); err != nil {
		return fmt.Errorf("load %q: %w", l.dump.path, err)
	}
	read.retarget(l.places, definer)
	if l.e.elsewhere(l.o) {
		if err := read.disableEvents(); err != nil {
			return err
		}
	}
	l.takePrograms(read)
	return l.s.settleRestore(ctx)
}

// takePrograms takes over the programs as they were read with their settings.
func (l *loader) takePrograms(read *schema) {
	for i := range l.schema.Databases {
		d, from := &l.schema.Databases[i], read.Databases[i]
		d.Views, d.Routines, d.Events = from.Views, from.Routines, from.Events
		for j := range d.Tables {
			d.Tables[j].Triggers = from.Tables[j].Triggers
		}
	}
}

// loadTable creates a table in the scratch database, under settings of our own.
func (r *dumpRun) loadTable(ctx context.Context, name text) error {
	t := r.dump.loads[[2]string{string(r.current), string(name)}]
	if t == nil || t.made {
		return nil // a stand-in for a view
	}
	t.made = true
	if err := r.commit(ctx); err != nil {
		return err
	}
	saved, err := r.loader.s.query(ctx, "SELECT @@sql_mode AS m, @@character_set_client AS c, @@character_set_results AS r, @@collation_connection AS n")
	if err != nil {
		return err
	}
	row := saved.rows[0]
	if err := r.loader.createTable(ctx, r.loader.s, t); err != nil {
		return fmt.Errorf("table %s: %w", t.quoted(), err)
	}
	return r.loader.s.exec(ctx, fmt.Sprintf("SET SESSION character_set_client = %s, collation_connection = %s",
		word(saved.text(row, "c")), word(saved.text(row, "n"))))
}

// insert counts the rows of an INSERT, and runs it.
func (r *dumpRun) insert(ctx context.Context, sql string) error {
	in, err := readInsert(sql)
	if err != nil {
		return err
	}
	here, err := r.here()
	if err != nil {
		return err
	}
	if in.database != "" && in.database != string(here) {
		return fmt.Errorf("it is about the database %s", quoteName(in.database))
	}
	if !r.chosen(here, text(in.table)) {
		return nil
	}
	key := [2]string{string(here), in.table}
	if r.loader == nil {
		if !r.created(here, text(in.table)) {
			return fmt.Errorf("the table %s is not created by the dump", quoteName(in.table))
		}
		r.dump.rows[key] += in.tuples
		return nil
	}
	return r.run(ctx, r.dump.loads[key], in)
}

// created reports whether a table, or a sequence, is in the schema so far.
func (r *dumpRun) created(database, name text) bool {
	d := r.database(database)
	for _, n := range append(tableNames(*d), sequenceNames(*d)...) {
		if n == name {
			return true
		}
	}
	return false
}

func (r *dumpRun) run(ctx context.Context, t *loadTable, in dumpInsert) error {
	if t == nil {
		return fmt.Errorf("the table %s is not created by the dump", quoteName(in.table))
	}
	if r.pending == 0 {
		if err := r.loader.s.exec(ctx, "START TRANSACTION"); err != nil {
			return err
		}
	}
	rows, err := r.loader.s.affected(ctx, "INSERT INTO "+t.scratch()+in.rest)
	if err != nil {
		return fmt.Errorf("table %s: %w", t.quoted(), err)
	}
	warnings, err := r.loader.s.warnings(ctx)
	if err != nil {
		return err
	}
	if warnings > 0 || rows != in.tuples {
		return fmt.Errorf("table %s: the server took %d of %d rows, with %d warnings%s; nothing that is served was touched",
			t.quoted(), rows, in.tuples, warnings, r.firstWarning(ctx))
	}
	r.loader.report(r.split.bytes, r.dump.bytes)
	if r.pending += int64(len(in.rest)); r.pending < commitBytes {
		return nil
	}
	return r.commit(ctx)
}

func (r *dumpRun) firstWarning(ctx context.Context) string {
	shown, err := r.loader.s.query(ctx, "SHOW WARNINGS LIMIT 1")
	if err != nil || len(shown.rows) == 0 {
		return ""
	}
	return " such as " + fmt.Sprintf("%q", shown.text(shown.rows[0], "Message"))
}

// commit ends the open transaction.
func (r *dumpRun) commit(ctx context.Context) error {
	if r.loader == nil || r.pending == 0 {
		return nil
	}
	r.pending = 0
	return r.loader.s.exec(ctx, "COMMIT")
}
