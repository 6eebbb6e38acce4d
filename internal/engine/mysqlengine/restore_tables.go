package mysqlengine

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"cwb/internal/backup"
)

// loadTable is one table on its way into the scratch database.
type loadTable struct {
	tableRef
	place  restorePlace
	parts  createTable
	plan   buildPlan
	auto   string // the column that numbers rows
	chunks []backup.File
	rows   int64 // that the backup has

	next   int   // chunk to be sent next
	active int   // chunks that are being sent
	left   int   // chunks that have not arrived
	unsent int64 // bytes of the chunks from next on
	taken  bool  // one without chunks
	made   bool  // from a dump
}

// scratch is the table's name while it is loaded.
func (t *loadTable) scratch() string {
	return quoteTable(string(t.place.Scratch), string(t.table.Name))
}

// createTables makes all tables, without the keys and constraints that can follow.
func (l *loader) createTables(ctx context.Context) error {
	for i := range l.schema.Databases {
		d := &l.schema.Databases[i]
		for j := range d.Tables {
			t := &loadTable{tableRef: tableRef{d, &d.Tables[j]}, place: l.places[i]}
			t.chunks = l.chunks[[2]string{string(t.place.Source), string(t.table.Name)}]
			for _, f := range t.chunks {
				t.rows += f.Rows
				t.unsent += f.Content.Bytes
			}
			t.left = len(t.chunks)
			if err := l.createTable(ctx, l.s, t); err != nil {
				return fmt.Errorf("table %s: %w", t.quoted(), err)
			}
			l.tables = append(l.tables, t)
		}
	}
	return nil
}

// createTable makes one table. The text of SHOW CREATE is UTF-8, unless a default of a binary
// column has other bytes; then the connection must not look at them.
func (l *loader) createTable(ctx context.Context, s *session, t *loadTable) error {
	if err := t.parse(); err != nil {
		return err
	}
	charset := "utf8mb4"
	if !utf8.ValidString(string(t.table.Create)) {
		charset = "binary"
	}
	if err := s.names(ctx, charset); err != nil {
		return err
	}
	if err := s.exec(ctx, t.parts.sql(t.scratch(), t.plan.create)); err != nil {
		return err
	}
	return s.names(ctx, "binary")
}

// parse takes the table's definition apart.
func (t *loadTable) parse() error {
	var err error
	if t.parts, err = splitCreate(string(t.table.Create)); err != nil {
		return err
	}
	t.auto = t.parts.autoIncrementColumn()
	t.plan, err = t.parts.plan(t.table.Engine, t.table.History)
	return err
}

// addKeys adds the keys that were left out, all in one pass over the rows.
func (t *loadTable) addKeys(ctx context.Context, s *session) error {
	if len(t.plan.keys) == 0 {
		return nil
	}
	if err := s.names(ctx, "utf8mb4"); err != nil { // names and comments in UTF-8
		return err
	}
	if err := s.exec(ctx, "ALTER TABLE "+t.scratch()+" ADD "+strings.Join(t.plan.keys, ", ADD ")); err != nil {
		return fmt.Errorf("table %s: add the keys: %w", t.quoted(), err)
	}
	return s.names(ctx, "binary")
}

// count compares the number of rows on the server with the backup's.
func (t *loadTable) count(ctx context.Context, s *session) error {
	query := "SELECT COUNT(*) FROM " + t.scratch()
	if t.table.History {
		query += " FOR SYSTEM_TIME ALL"
	}
	got, err := s.one(ctx, query)
	if err != nil {
		return fmt.Errorf("table %s: count: %w", t.quoted(), err)
	}
	if got != fmt.Sprint(t.rows) {
		return fmt.Errorf("table %s: the server has %s rows after the load, the backup has %d", t.quoted(), got, t.rows)
	}
	return nil
}

// addForeignKeys adds those between restored tables; the others are for the swap, since
// until then live tables must not feel them. Rows that break one were there before, so none
// is checked.
func (l *loader) addForeignKeys(ctx context.Context) error {
	for _, t := range l.tables {
		var adds []string
		for _, fk := range t.plan.foreign {
			if scratch := l.scratchOf(t, fk); scratch != "" {
				adds = append(adds, "ADD "+fk.to(scratch))
			}
		}
		l.joins = append(l.joins, l.outside(t)...)
		if len(adds) == 0 {
			continue
		}
		if err := l.inUTF8(ctx, "ALTER TABLE "+t.scratch()+" "+strings.Join(adds, ", ")); err != nil {
			return fmt.Errorf("table %s: add the foreign keys: %w", t.quoted(), err)
		}
	}
	return nil
}

// outside are a table's foreign keys to tables that are not restored. Beside the live
// database those that name their table without a database would refer to nothing.
func (l *loader) outside(t *loadTable) []join {
	var out []join
	for _, fk := range t.plan.foreign {
		if l.scratchOf(t, fk) == "" && (fk.database != "" || t.place.Source == t.place.Target) {
			out = append(out, join{t.database.Name, t.table.Name, text(fk.name), text(fk.text)})
		}
	}
	return out
}

// scratchOf is where the table lies that a foreign key refers to; "" when it is not restored.
func (l *loader) scratchOf(t *loadTable, fk foreignKey) string {
	for _, other := range l.tables {
		database := fk.database
		if database == "" {
			database = string(t.database.Name)
		}
		if string(other.database.Name) == database && string(other.table.Name) == fk.table {
			return other.scratch()
		}
	}
	return ""
}
