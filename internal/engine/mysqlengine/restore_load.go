package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cwb/executor"
)

// load brings everything into the scratch databases and proves it there. What an earlier try
// left is dropped first: nothing in it was proven.
func (r *restore) load(ctx context.Context) error {
	if _, done, err := getNote[loaded](r.o.Notes, loadNote); done || err != nil {
		return err
	}
	c, err := r.e.openContent(ctx, r.o)
	if err != nil {
		return err
	}
	if len(c.lacks) > 0 {
		return fmt.Errorf("%w: the backup has no %s", executor.ErrRefused, strings.Join(c.lacks, ", no "))
	}
	l := &loader{restore: r, content: c}
	if err := l.begin(ctx); err != nil {
		return err
	}
	if err := l.fill(ctx); err != nil {
		return err
	}
	return putNote(r.o.Notes, loadNote, l.result())
}

// loader is a load while it runs.
type loader struct {
	*restore
	*content
	places []restorePlace
	tables []*loadTable
	joins  []join
	infile bool // the server takes LOAD DATA LOCAL
}

// begin plans where everything goes, and makes the scratch databases.
func (l *loader) begin(ctx context.Context) error {
	definer, err := parseDefiner(l.o.Definer)
	if err != nil {
		return err
	}
	l.places = placesOf(l.o.ID, l.o.As, l.schema)
	l.schema.retarget(l.places, definer)
	if l.e.elsewhere(l.o) {
		if err := l.schema.disableEvents(); err != nil {
			return err
		}
	}
	b, again, err := getNote[begun](l.o.Notes, beginNote)
	if err != nil {
		return err
	}
	if again {
		err = l.dropScratch(ctx, b)
	} else {
		b, err = l.firstBegin(ctx)
	}
	if err != nil {
		return err
	}
	return l.makeScratch(ctx, b)
}

// firstBegin notes what the load will make. Databases of its names that it has not made are
// somebody else's.
func (l *loader) firstBegin(ctx context.Context) (begun, error) {
	b := begun{Places: l.places}
	existing, err := l.databases(ctx)
	if err != nil {
		return b, err
	}
	for _, p := range l.places {
		for _, name := range []text{p.Scratch, p.Undo} {
			if slices.Contains(existing, string(name)) {
				return b, fmt.Errorf("%w: there is a database %s already, which this restore has not made", executor.ErrRefused, quoteName(string(name)))
			}
		}
	}
	if b.StandIns, err = l.standIns(ctx); err != nil {
		return b, err
	}
	for _, q := range b.StandIns {
		if !slices.Contains(existing, string(q.Database)) && !slices.Contains(b.Made, q.Database) {
			b.Made = append(b.Made, q.Database)
		}
	}
	return b, putNote(l.o.Notes, beginNote, b)
}

// databases lists all databases of the server.
func (r *restore) databases(ctx context.Context) ([]string, error) {
	result, err := r.s.query(ctx, "SELECT SCHEMA_NAME AS n FROM information_schema.SCHEMATA")
	if err != nil {
		return nil, fmt.Errorf("list databases: %w", err)
	}
	var out []string
	for _, row := range result.rows {
		out = append(out, result.text(row, "n"))
	}
	return out, nil
}

// standIns are the sequences that defaults of tables name and that do not exist on the
// server: a table cannot be created without them.
func (l *loader) standIns(ctx context.Context) ([]standIn, error) {
	var out []standIn
	for _, d := range l.schema.Databases {
		for _, q := range d.Sequences {
			if !l.named(quoteTable(string(d.Name), string(q.Name))) {
				continue
			}
			there, err := l.s.one(ctx, fmt.Sprintf("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s",
				quoteBytes(string(d.Name)), quoteBytes(string(q.Name))))
			if err != nil {
				return nil, err
			}
			if there == "0" {
				out = append(out, standIn{d.Name, q.Name, q.Create})
			}
		}
	}
	return out, nil
}

// named reports whether any table's definition names a sequence.
func (l *loader) named(quoted string) bool {
	return slices.ContainsFunc(l.schema.tables(), func(t tableRef) bool { return strings.Contains(string(t.table.Create), quoted) })
}

func (l *loader) makeScratch(ctx context.Context, b begun) error {
	for _, name := range b.Made {
		if err := l.makeDatabase(ctx, name); err != nil {
			return err
		}
	}
	for _, q := range b.StandIns {
		if err := l.createAs(ctx, quoteTable(string(q.Database), string(q.Name)), q.Create, "SEQUENCE IF NOT EXISTS"); err != nil {
			return err
		}
	}
	for _, p := range l.places {
		if err := l.s.exec(ctx, "CREATE DATABASE "+quoteName(string(p.Scratch))); err != nil {
			return fmt.Errorf("create the scratch database: %w", err)
		}
	}
	return nil
}

// makeDatabase creates a target database as it was recorded.
func (l *loader) makeDatabase(ctx context.Context, name text) error {
	for _, d := range l.schema.Databases {
		if d.Name == name {
			return l.createDatabase(ctx, d)
		}
	}
	return nil
}

func (r *restore) createDatabase(ctx context.Context, d database) error {
	create := strings.Replace(string(d.Create), "CREATE DATABASE ", "CREATE DATABASE IF NOT EXISTS ", 1)
	if create == "" {
		create = "CREATE DATABASE IF NOT EXISTS " + quoteName(string(d.Name))
	}
	if err := r.inUTF8(ctx, create); err != nil {
		return fmt.Errorf("create database %s: %w", quoteName(string(d.Name)), err)
	}
	return nil
}

// inUTF8 runs a statement whose text is UTF-8.
func (r *restore) inUTF8(ctx context.Context, statement string) error {
	if err := r.s.names(ctx, "utf8mb4"); err != nil {
		return err
	}
	if err := r.s.exec(ctx, statement); err != nil {
		return err
	}
	return r.s.names(ctx, "binary")
}

// createAs runs a recorded CREATE under another name.
func (r *restore) createAs(ctx context.Context, quoted string, create text, what string) error {
	words := tokens(string(create))
	for i, t := range words {
		if t.kind == tokenName {
			at := t.end
			if i+2 < len(words) && words[i+1].is(string(create), ".") {
				at = words[i+2].end
			}
			return r.inUTF8(ctx, "CREATE "+what+" "+quoted+string(create[at:]))
		}
	}
	return fmt.Errorf("%q names nothing", clipped(string(create)))
}

// fill makes sequences and tables, sends the rows, and proves what arrived.
func (l *loader) fill(ctx context.Context) error {
	if err := l.sequences(ctx); err != nil {
		return err
	}
	if l.dump != nil {
		if err := l.fillFromDump(ctx); err != nil {
			return err
		}
	} else if err := l.createTables(ctx); err != nil {
		return err
	}
	if err := l.sendAll(ctx); err != nil {
		return err
	}
	return l.addForeignKeys(ctx)
}

// sequences come before the tables, whose defaults may use them. Their state is their one
// row; SETVAL could not set it back.
func (l *loader) sequences(ctx context.Context) error {
	for i, d := range l.schema.Databases {
		for _, q := range d.Sequences {
			quoted := quoteTable(string(l.places[i].Scratch), string(q.Name))
			err := l.createAs(ctx, quoted, q.Create, "SEQUENCE")
			if err == nil && q.State != "" {
				err = l.s.exec(ctx, "INSERT INTO "+quoted+" VALUES ("+q.State+")")
			}
			if err != nil {
				return fmt.Errorf("sequence %s: %w", quoteTable(string(d.Name), string(q.Name)), err)
			}
		}
	}
	return nil
}

// result is what later phases need to know.
func (l *loader) result() loaded {
	out := loaded{Databases: l.schema.Databases, Joins: l.joins, Disabled: l.e.elsewhere(l.o)}
	return out
}

// dropScratch drops the scratch databases of a restore.
func (r *restore) dropScratch(ctx context.Context, b begun) error {
	for _, p := range b.Places {
		if err := r.s.exec(ctx, "DROP DATABASE IF EXISTS "+quoteName(string(p.Scratch))); err != nil {
			return fmt.Errorf("drop the scratch database: %w", err)
		}
	}
	return nil
}
