package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// create takes CREATE statements: databases by name, tables and sequences into the scratch
// database, programs as text for the swap.
func (r *dumpRun) create(ctx context.Context, sql string, words []token) error {
	for i, t := range words {
		if i == 0 {
			continue
		}
		switch {
		case t.is(sql, "DATABASE"), t.is(sql, "SCHEMA"):
			return r.createDatabase(sql, words[i+1:])
		case t.is(sql, "TABLE") && i == 1:
			return r.createTable(ctx, sql, words[i+1:])
		case t.is(sql, "SEQUENCE"):
			return r.createSequence(ctx, sql, words[i+1:])
		case programKind(sql, t) != "":
			return r.program(ctx, sql, t)
		}
	}
	return r.lateKind(ctx, sql)
}

// lateKind looks further for the kind of a program whose definer and options are long.
func (r *dumpRun) lateKind(ctx context.Context, sql string) error {
	for _, t := range firstTokens(sql, 40) {
		if programKind(sql, t) != "" {
			return r.program(ctx, sql, t)
		}
	}
	return errNotInDumps
}

func programKind(sql string, t token) string {
	for _, kind := range []string{"VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"} {
		if t.is(sql, kind) {
			return kind
		}
	}
	return ""
}

// object skips IF NOT EXISTS and reads a name, which must be of the database in use.
func (r *dumpRun) object(sql string, words []token) (text, token, error) {
	for len(words) > 0 && (words[0].is(sql, "IF") || words[0].is(sql, "NOT") || words[0].is(sql, "EXISTS")) {
		words = words[1:]
	}
	here, err := r.here()
	if err != nil {
		return "", token{}, err
	}
	if len(words) > 2 && words[1].is(sql, ".") {
		if name, _ := words[0].name(sql); name != string(here) {
			return "", token{}, fmt.Errorf("it is about the database %s", quoteName(name))
		}
		words = words[2:]
	}
	if len(words) == 0 {
		return "", token{}, errNotInDumps
	}
	name, ok := words[0].name(sql)
	if !ok || name == "" {
		return "", token{}, errNotInDumps
	}
	return text(name), words[0], nil
}

func (r *dumpRun) createDatabase(sql string, words []token) error {
	for len(words) > 0 && (words[0].is(sql, "IF") || words[0].is(sql, "NOT") || words[0].is(sql, "EXISTS")) {
		words = words[1:]
	}
	if len(words) == 0 {
		return errNotInDumps
	}
	name, _ := words[0].name(sql)
	if err := r.mayBe(name); err != nil {
		return refusedSQL(sql, err)
	}
	d := r.database(text(name))
	d.Create = text("CREATE DATABASE " + quoteName(name) + sql[words[0].end:])
	return nil
}

// chosen reports whether a table is selected.
func (r *dumpRun) chosen(database, name text) bool {
	return len(r.dump.what.Tables) == 0 || slices.Contains(r.dump.what.Tables, string(name)) ||
		slices.Contains(r.dump.what.Tables, string(database)+"."+string(name))
}

func (r *dumpRun) createTable(ctx context.Context, sql string, words []token) error {
	name, at, err := r.object(sql, words)
	if err != nil {
		return err
	}
	if !r.chosen(r.current, name) {
		return nil
	}
	if r.loader != nil {
		return r.loadTable(ctx, name)
	}
	parts, err := splitCreate(sql[at.end:])
	if err != nil {
		return err
	}
	engine, err := checkTail(parts)
	if err != nil {
		return err
	}
	for _, item := range parts.items {
		if kindOf(item) != itemForeign {
			continue
		}
		if fk, err := parseForeignKey(item); err != nil {
			return err
		} else if fk.database != "" && fk.database != string(r.current) {
			if err := r.mayBe(fk.database); err != nil {
				return err
			}
		}
	}
	d := r.database(r.current)
	if slices.Contains(tableNames(*d), name) {
		return fmt.Errorf("table %s is created twice", quoteName(string(name)))
	}
	d.Tables = append(d.Tables, table{
		Name: name, Engine: engine, Create: text("CREATE TABLE " + quoteName(string(name)) + sql[at.end:]),
		History: strings.Contains(strings.ToUpper(parts.tail), "SYSTEM VERSIONING"),
	})
	return nil
}

// checkTail refuses definitions that read other tables or reach outside the database, and
// says which engine the table has.
func checkTail(parts createTable) (string, error) {
	engine := "InnoDB"
	words := tokens(parts.tail)
	for i, t := range words {
		for _, no := range []string{"SELECT", "LIKE", "AS", "UNION", "CONNECTION", "DIRECTORY", "TABLESPACE"} {
			if t.is(parts.tail, no) {
				return "", fmt.Errorf("its options have %s, which reaches outside the table", no)
			}
		}
		if (t.is(parts.tail, "ENGINE") || t.is(parts.tail, "TYPE")) && i+2 < len(words) && words[i+1].is(parts.tail, "=") && !inPartitions(parts.tail, words[:i]) {
			engine, _ = words[i+2].name(parts.tail)
		}
	}
	for _, known := range []map[string]bool{snapshotEngines, lockableEngines} {
		for name := range known {
			if strings.EqualFold(name, engine) {
				return name, nil
			}
		}
	}
	return "", fmt.Errorf("its engine is %s, which keeps its rows elsewhere", engine)
}

// inPartitions reports that an option stands inside parentheses: of a partition.
func inPartitions(tail string, before []token) bool {
	depth := 0
	for _, t := range before {
		switch {
		case t.is(tail, "("):
			depth++
		case t.is(tail, ")"):
			depth--
		}
	}
	return depth > 0
}

// dropTable forgets a table that the dump has created itself: old mysqldump creates a table
// in the place of each view, and drops it before the view.
func (r *dumpRun) dropTable(ctx context.Context, sql string, words []token) error {
	name, at, err := r.object(sql, words[2:])
	if err != nil {
		return err
	}
	if strings.TrimSpace(sql[at.end:]) != "" {
		return errNotInDumps
	}
	key := [2]string{string(r.current), string(name)}
	if r.loader != nil {
		return nil // the reading before has left it out already
	}
	d := r.database(r.current)
	d.Tables = filter(d.Tables, func(t table) bool { return t.Name != name })
	delete(r.dump.rows, key)
	return nil
}

func (r *dumpRun) createSequence(ctx context.Context, sql string, words []token) error {
	name, at, err := r.object(sql, words)
	if err != nil || !r.chosen(r.current, name) || r.loader != nil {
		return err
	}
	if strings.ContainsAny(sql[at.end:], "();@") {
		return errNotInDumps
	}
	d := r.database(r.current)
	if !slices.Contains(sequenceNames(*d), name) {
		d.Sequences = append(d.Sequences, sequence{Name: name, Create: text("CREATE SEQUENCE " + quoteName(string(name)) + sql[at.end:])})
	}
	return nil
}

// setval sets a sequence's state: SETVAL(name, number, 0|1[, round]).
func (r *dumpRun) setval(ctx context.Context, sql string, words []token) error {
	all := tokens(sql)
	if len(all) < 6 || !all[2].is(sql, "(") || !all[len(all)-1].is(sql, ")") {
		return errNotInDumps
	}
	name, at, err := r.object(sql, all[3:])
	if err != nil {
		return err
	}
	for _, c := range []byte(sql[at.end : len(sql)-1]) {
		if strings.IndexByte("0123456789-, ", c) < 0 {
			return errNotInDumps
		}
	}
	if r.loader == nil || !r.chosen(r.current, name) {
		return nil
	}
	place := r.loader.places[r.dump.places[r.current]]
	_, err = r.loader.s.query(ctx, "SELECT SETVAL("+quoteTable(string(place.Scratch), string(name))+sql[at.end:])
	return err
}

// program keeps the text of a view, trigger, routine or event, with what is in force.
func (r *dumpRun) program(ctx context.Context, sql string, kind token) error {
	p, err := readProgram(sql, kind)
	if err != nil {
		return err
	}
	here, err := r.here()
	if err != nil {
		return err
	}
	if len(r.dump.what.Tables) > 0 && p.kind != "TRIGGER" && !(p.kind == "VIEW" && r.chosen(here, p.name)) {
		return nil
	}
	context, zone := programContext{}, ""
	if r.loader != nil {
		if context, zone, err = r.inForce(ctx); err != nil {
			return err
		}
	}
	context.Database = r.collate[here]
	return r.keep(r.database(here), p, context, zone)
}

// inForce asks the session what the dump's own settings made of it.
func (r *dumpRun) inForce(ctx context.Context) (programContext, string, error) {
	q, err := r.loader.s.query(ctx, "SELECT @@sql_mode AS m, @@character_set_client AS c, @@collation_connection AS n, @@time_zone AS z")
	if err != nil {
		return programContext{}, "", err
	}
	row := q.rows[0]
	return programContext{SQLMode: q.text(row, "m"), Client: q.text(row, "c"), Connection: q.text(row, "n")}, q.text(row, "z"), nil
}

// dumpProgram is a program's header.
type dumpProgram struct {
	kind  string // PACKAGE BODY too
	name  text
	table text // of a trigger
	text  text
}

func readProgram(sql string, kind token) (dumpProgram, error) {
	p := dumpProgram{kind: programKind(sql, kind), text: text(sql)}
	words := firstTokens(sql[kind.end:], 12)
	rest := sql[kind.end:]
	if p.kind == "PACKAGE" && len(words) > 0 && words[0].is(rest, "BODY") {
		p.kind, words = "PACKAGE BODY", words[1:]
	}
	for len(words) > 0 && (words[0].is(rest, "IF") || words[0].is(rest, "NOT") || words[0].is(rest, "EXISTS")) {
		words = words[1:]
	}
	if len(words) > 2 && words[1].is(rest, ".") {
		words = words[2:]
	}
	if len(words) == 0 {
		return p, errNotInDumps
	}
	name, ok := words[0].name(rest)
	if !ok {
		return p, errNotInDumps
	}
	p.name = text(name)
	if p.kind != "TRIGGER" {
		return p, nil
	}
	for i, t := range words {
		if t.is(rest, "ON") && i+1 < len(words) {
			at := i + 1
			if at+2 < len(words) && words[at+1].is(rest, ".") {
				at += 2
			}
			of, _ := words[at].name(rest)
			p.table = text(of)
			return p, nil
		}
	}
	return p, errNotInDumps
}

// keep puts a program into the schema, in the place of an earlier one of its name: a view's
// stand-in comes before the view.
func (r *dumpRun) keep(d *database, p dumpProgram, c programContext, zone string) error {
	switch p.kind {
	case "VIEW":
		v := view{Name: p.name, Create: p.text, Client: c.Client, Connection: c.Connection}
		put(&d.Views, v, func(o view) bool { return o.Name == p.name })
	case "TRIGGER":
		at := slices.IndexFunc(d.Tables, func(t table) bool { return t.Name == p.table })
		if at < 0 && r.chosen(d.Name, p.table) {
			return errors.New("its table is not in the dump")
		}
		if at >= 0 {
			trg := trigger{Name: p.name, Create: p.text, programContext: c}
			put(&d.Tables[at].Triggers, trg, func(o trigger) bool { return o.Name == p.name })
		}
	case "EVENT":
		put(&d.Events, event{Name: p.name, Create: p.text, TimeZone: zone, programContext: c}, func(o event) bool { return o.Name == p.name })
	default:
		x := routine{Name: p.name, Type: p.kind, Create: p.text, programContext: c}
		put(&d.Routines, x, x.same)
	}
	return nil
}

func put[T any](all *[]T, v T, same func(T) bool) {
	if at := slices.IndexFunc(*all, same); at >= 0 {
		(*all)[at] = v
		return
	}
	*all = append(*all, v)
}
