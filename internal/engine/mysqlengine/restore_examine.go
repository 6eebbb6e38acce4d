package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cwb/executor"
	"cwb/planner"
)

// Examine says what a restore would replace, what it needs, what is in its way and what the
// service will notice. It changes nothing on the server.
func (e *Engine) Examine(ctx context.Context, o executor.RestoreOrder) (executor.Examination, error) {
	x := &examiner{restore: restore{e: e, o: o}}
	x.out.Phases = []executor.RestorePhase{executor.PhaseLoad, executor.PhaseSwap}
	x.out.Replaces = []planner.RestoreTable{}
	if err := x.run(ctx); err != nil {
		return executor.Examination{}, fmt.Errorf("examine the restore on %s: %w", e.node.Addr, err)
	}
	return x.out, nil
}

// examiner is an Examine while it runs.
type examiner struct {
	restore
	out     executor.Examination
	content *content
	places  []restorePlace
	plan    *swapPlan
	grants  *grants
	infile  bool // the server takes LOAD DATA LOCAL
}

func (x *examiner) refuse(flag, format string, args ...any) {
	x.out.Refusals = append(x.out.Refusals, planner.Refusal{Reason: fmt.Sprintf(format, args...), Flag: flag})
}

func (x *examiner) warn(format string, args ...any) {
	x.out.Warnings = append(x.out.Warnings, fmt.Sprintf(format, args...))
}

func (x *examiner) run(ctx context.Context) error {
	if f := x.o.Source.Foreign; f != nil && !f.Restorable {
		x.refuse("", "%s: %s", f.Name, f.Reason)
		return nil
	}
	var err error
	if x.content, err = x.e.openContent(ctx, x.o); err != nil {
		if ctx.Err() != nil {
			return err
		}
		x.out.Refusals = append(x.out.Refusals, planner.Refusal{Reason: err.Error(), Damaged: errors.Is(err, errDifferent)})
		return nil
	}
	if len(x.content.schema.Databases) == 0 {
		return nil // nothing of what was selected is in this backup
	}
	if len(x.content.lacks) > 0 {
		x.refuse("", "the backup has no %s", strings.Join(x.content.lacks, ", no "))
		return nil
	}
	if x.s, err = x.e.connect(ctx); err != nil {
		return err
	}
	defer x.close()
	return x.server(ctx)
}

// server asks the server everything.
func (x *examiner) server(ctx context.Context) error {
	var err error
	if x.product, err = readProduct(ctx, x.s); err != nil {
		return err
	}
	if x.out.Identity, err = x.e.readIdentity(ctx, x.s); err != nil {
		return err
	}
	if too := x.product.supported(); too != "" {
		x.refuse("", "%s", too)
		return nil
	}
	x.identity()
	x.versions()
	for _, check := range []func(context.Context) error{x.writable, x.compare, x.privileges, x.definers, x.room, x.local} {
		if err := check(ctx); err != nil {
			return err
		}
	}
	if x.plan != nil {
		x.sentences()
	}
	return nil
}

// identity refuses another server than the one that was backed up.
func (x *examiner) identity() {
	rec := x.o.Source.Record
	if rec == nil || rec.Identity.IsZero() || x.o.OntoNewIdentity {
		return
	}
	then, now := rec.Identity, x.out.Identity
	if then.ServerUUID == "" || now.ServerUUID == "" { // servers get one by an upgrade
		then.ServerUUID, now.ServerUUID = "", ""
	}
	if then != now {
		x.refuse("--onto-new-identity", "the server (%s) is not the one that the backup was taken from (%s)", x.out.Identity, rec.Identity)
	}
}

// versions refuses an older server than the backup's, and warns of one whose RENAME can be
// cut in half.
func (x *examiner) versions() {
	then := x.content.server
	if then.Version != "" {
		p := parseProduct(then.Version, then.Product)
		switch {
		case p.mariadb != x.product.mariadb:
			x.refuse("--schema-mismatch", "the backup is of %s %s, the server is %s %s: definitions may not be understood",
				then.Product, then.Version, x.product.server.Product, x.product.server.Version)
		case !x.product.atLeast(p.release[0], p.release[1], 0) && !x.o.NewerServer:
			x.refuse("--newer-server", "the backup is of a newer server (%s) than this one (%s): its definitions may not be understood",
				then.Version, x.product.server.Version)
		}
		if p.mariadb != x.product.mariadb && x.o.SchemaMismatch {
			x.out.Refusals = slices.DeleteFunc(x.out.Refusals, func(r planner.Refusal) bool { return r.Flag == "--schema-mismatch" })
		}
	}
	safe := x.product.atLeast(10, 6, 0)
	if !x.product.mariadb {
		safe = x.product.atLeast(8, 0, 0)
	}
	if !safe {
		x.warn("%s %s does not make RENAME TABLE of several tables crash-safe (MariaDB does from 10.6 on, MySQL from 8.0 on): if the server itself dies in that moment, some tables are exchanged and others not, until the restore is run again",
			x.product.server.Product, x.product.server.Version)
	}
	x.out.Warnings = append(x.out.Warnings, x.product.notes()...)
}

// compare plans the swap as it would be now.
func (x *examiner) compare(ctx context.Context) error {
	definer, err := parseDefiner(x.o.Definer)
	if err != nil {
		x.refuse("", "%v", err)
		return nil
	}
	x.places = placesOf(x.o.ID, x.o.As, x.content.schema)
	if x.o.As != "" && len(x.places) > 1 {
		x.refuse("", "--as needs one database, and %d are selected: choose one with --database", len(x.places))
		return nil
	}
	x.content.schema.retarget(x.places, definer)
	l := loaded{Databases: x.content.schema.Databases}
	if l.Joins, err = x.content.joins(x.places); err != nil {
		x.refuse("", "%v", err)
		return nil
	}
	if x.plan, err = planSwap(ctx, x.s, x.product, x.o, begun{Places: x.places}, l); err != nil {
		return err
	}
	for _, c := range x.plan.conflicts {
		x.refuse("", "%s", c)
	}
	if err := x.foreignNames(ctx); err != nil {
		return err
	}
	x.tables()
	x.borders(l)
	return x.columns(ctx)
}

// foreignNames refuses when databases of the names that the restore would make exist.
func (x *examiner) foreignNames(ctx context.Context) error {
	if _, again, err := getNote[begun](x.o.Notes, beginNote); again || err != nil {
		return err
	}
	existing, err := x.databases(ctx)
	if err != nil {
		return err
	}
	for _, p := range x.places {
		for _, name := range []text{p.Scratch, p.Undo} {
			if slices.Contains(existing, string(name)) {
				x.refuse("", "there is a database %s already, which the restore would use; plan again for another id", quoteName(string(name)))
			}
		}
	}
	return nil
}

// tables lists what comes, over what, and what stays.
func (x *examiner) tables() {
	for i, d := range x.content.schema.Databases {
		for _, t := range d.Tables {
			row := planner.RestoreTable{Database: string(d.Name), Name: string(t.Name), LiveRows: -1}
			row.Rows, row.Bytes = x.content.size(x.places[i].Source, t.Name)
			if live, ok := x.plan.live.find(d.Name, t.Name); ok {
				row.Exists, row.LiveRows = true, live.rows
			}
			x.out.Replaces = append(x.out.Replaces, row)
		}
		for _, q := range d.Sequences {
			_, exists := x.plan.live.find(d.Name, q.Name)
			x.out.Replaces = append(x.out.Replaces, planner.RestoreTable{Database: string(d.Name), Name: string(q.Name), Exists: exists, LiveRows: -1})
		}
	}
	slices.SortFunc(x.out.Replaces, func(a, b planner.RestoreTable) int {
		return strings.Compare(a.Database+"\x00"+a.Name, b.Database+"\x00"+b.Name)
	})
	x.out.Stays = append(x.out.Stays, x.plan.newer...)
	x.programsOnly()
}

// programsOnly lists views that are restored without any table, so that a plan is not empty.
func (x *examiner) programsOnly() {
	if len(x.out.Replaces) > 0 {
		return
	}
	for _, d := range x.content.schema.Databases {
		for _, v := range d.Views {
			_, exists := x.plan.live.find(d.Name, v.Name)
			x.out.Replaces = append(x.out.Replaces, planner.RestoreTable{Database: string(d.Name), Name: string(v.Name), Exists: exists, LiveRows: -1})
		}
	}
}

// borders says what becomes of foreign keys of which only one side is restored.
func (x *examiner) borders(l loaded) {
	b := x.plan.border
	if len(b.inward) > 0 && !x.o.SchemaMismatch {
		x.refuse("--schema-mismatch", "foreign keys of tables that are not restored would go on pointing at the replaced tables: %s; restore those tables too (--exact takes newer ones away), or let the constraints be made anew, unchecked, with --schema-mismatch",
			b.describeInward())
	}
	for _, f := range b.inward {
		x.warn("the foreign key %s of %s, which is not restored, is dropped and made anew to refer to the restored %s; rows that then refer to nothing are not looked for", quoteName(f.name), f.child(), f.parent())
	}
	for _, j := range l.Joins {
		x.warn("the foreign key %s of %s refers to a table that is not restored; it is added after the swap, without looking at rows", quoteName(string(j.Name)), quoteTable(string(j.Database), string(j.Table)))
	}
}

// size is what the backup has of a table.
func (c *content) size(database, table text) (rows, bytes int64) {
	if c.dump != nil {
		return c.dump.rows[[2]string{string(database), string(table)}], 0
	}
	for _, f := range c.chunks[[2]string{string(database), string(table)}] {
		rows += f.Rows
		bytes += f.Content.Bytes
	}
	return rows, bytes
}

// joins are the foreign keys of restored tables to tables that are not.
func (c *content) joins(places []restorePlace) ([]join, error) {
	l := &loader{content: c, places: places}
	for i := range c.schema.Databases {
		d := &c.schema.Databases[i]
		for j := range d.Tables {
			t := &loadTable{tableRef: tableRef{d, &d.Tables[j]}, place: places[i]}
			if err := t.parse(); err != nil {
				return nil, err
			}
			l.tables = append(l.tables, t)
		}
	}
	for _, t := range l.tables {
		l.joins = append(l.joins, l.outside(t)...)
	}
	return l.joins, nil
}

// sentences say how, what is noticed, and what is kept.
func (x *examiner) sentences() {
	how := "LOAD DATA LOCAL"
	if !x.infile {
		how = "INSERT statements, since the server forbids LOAD DATA LOCAL (local_infile = OFF), which takes longer"
	}
	x.out.Method = fmt.Sprintf("everything is loaded into databases cwb_%s_… on the same server by %s, counted there, and then put in place by one RENAME TABLE of %d tables; triggers, routines, views and events follow",
		strings.ToLower(x.o.ID), how, len(x.plan.Moves))
	x.out.Impact = "until the exchange the service goes on reading and writing the present tables, and what it writes after the backup's moment is not in the restored ones; the exchange waits for running transactions and takes milliseconds, and no table is missing or half-filled at any time; triggers do not fire in the moments around it"
	x.out.Undo = "the replaced tables are kept as they were in databases cwb_undo_…, and the replaced programs among the restore's notes, until cwb restore --confirm"
	if x.o.As != "" {
		x.out.Impact = fmt.Sprintf("none: the database %s is made beside the live ones, and its events stay disabled", quoteName(x.o.As))
		x.out.Undo = fmt.Sprintf("an undo drops %s again", quoteName(x.o.As))
	}
}
