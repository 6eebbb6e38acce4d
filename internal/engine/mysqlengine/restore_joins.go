package mysqlengine

import (
	"context"
	"fmt"
	"strings"
)

// reference is a live foreign key.
type reference struct {
	database, table, name string // of the table that refers
	toDatabase, toTable   string
}

func (f reference) child() string  { return quoteTable(f.database, f.table) }
func (f reference) parent() string { return quoteTable(f.toDatabase, f.toTable) }

// references lists the foreign keys of all databases that refer from or to some of them: a
// table that is not moved goes on pointing at the one that was.
func references(ctx context.Context, s *session, names []text) ([]reference, error) {
	list := quoteList(names)
	r, err := s.query(ctx, "SELECT CONSTRAINT_SCHEMA AS d, TABLE_NAME AS t, CONSTRAINT_NAME AS n, UNIQUE_CONSTRAINT_SCHEMA AS rd, REFERENCED_TABLE_NAME AS rt "+
		"FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA IN ("+list+") OR UNIQUE_CONSTRAINT_SCHEMA IN ("+list+")")
	if err != nil {
		return nil, fmt.Errorf("list the foreign keys: %w", err)
	}
	var out []reference
	for _, row := range r.rows {
		out = append(out, reference{r.text(row, "d"), r.text(row, "t"), r.text(row, "n"), r.text(row, "rd"), r.text(row, "rt")})
	}
	return out, nil
}

// border sorts out the foreign keys of which only one side is moved.
type border struct {
	inward  []reference // a table that stays refers to one that is replaced
	outward []reference // a table that is replaced refers to one that stays
}

func borderOf(all []reference, moved map[string]bool) border {
	var b border
	for _, f := range all {
		switch child, parent := moved[f.child()], moved[f.parent()]; {
		case parent && !child:
			b.inward = append(b.inward, f)
		case child && !parent:
			b.outward = append(b.outward, f)
		}
	}
	return b
}

// joinOf reads a live foreign key's definition.
func joinOf(ctx context.Context, s *session, f reference) (join, error) {
	keys, err := foreignKeys(ctx, s, f.database, f.table)
	if err != nil {
		return join{}, err
	}
	for _, fk := range keys {
		if fk.name == f.name {
			return join{text(f.database), text(f.table), text(f.name), text(fk.text)}, nil
		}
	}
	return join{}, fmt.Errorf("table %s has no foreign key %s any more; plan again", f.child(), quoteName(f.name))
}

// foreignKeys reads the foreign keys of a table; none when there is no such table.
func foreignKeys(ctx context.Context, s *session, database, table string) ([]foreignKey, error) {
	shown, err := s.query(ctx, "SHOW CREATE TABLE "+quoteTable(database, table))
	if isServerError(err, errNoSuchTable, errUnknownDatabase) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	parts, err := splitCreate(shown.text(shown.rows[0], "Create Table"))
	if err != nil {
		return nil, err
	}
	var out []foreignKey
	for _, item := range parts.items {
		if kindOf(item) != itemForeign {
			continue
		}
		fk, err := parseForeignKey(item)
		if err != nil {
			return nil, err
		}
		out = append(out, fk)
	}
	return out, nil
}

// ensureJoin makes a foreign key what it shall be, without looking at rows.
func (r *restore) ensureJoin(ctx context.Context, j join) error {
	quoted := quoteTable(string(j.Database), string(j.Table))
	keys, err := foreignKeys(ctx, r.s, string(j.Database), string(j.Table))
	if err != nil {
		return err
	}
	for _, fk := range keys {
		if fk.name != string(j.Name) {
			continue
		}
		if fk.text == string(j.Text) {
			return nil
		}
		if err := r.dropJoin(ctx, j); err != nil {
			return err
		}
	}
	if there, err := r.tableExists(ctx, j.Database, j.Table); err != nil || !there {
		return err
	}
	err = r.retry(ctx, func() error { return r.inUTF8(ctx, "ALTER TABLE "+quoted+" ADD "+string(j.Text)) })
	if err != nil {
		return fmt.Errorf("table %s: add the foreign key %s: %w", quoted, quoteName(string(j.Name)), err)
	}
	return nil
}

// dropJoin drops a foreign key, if the table has it.
func (r *restore) dropJoin(ctx context.Context, j join) error {
	keys, err := foreignKeys(ctx, r.s, string(j.Database), string(j.Table))
	if err != nil {
		return err
	}
	for _, fk := range keys {
		if fk.name != string(j.Name) {
			continue
		}
		quoted := quoteTable(string(j.Database), string(j.Table))
		err := r.retry(ctx, func() error {
			return r.s.exec(ctx, "ALTER TABLE "+quoted+" DROP FOREIGN KEY "+quoteName(string(j.Name)))
		})
		if err != nil {
			return fmt.Errorf("table %s: drop the foreign key %s: %w", quoted, quoteName(string(j.Name)), err)
		}
	}
	return nil
}

func (r *restore) tableExists(ctx context.Context, database, name text) (bool, error) {
	n, err := r.s.one(ctx, fmt.Sprintf("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s",
		quoteBytes(string(database)), quoteBytes(string(name))))
	return n == "1", err
}

// describeInward says which tables would go on pointing at what is replaced.
func (b border) describeInward() string {
	var list []string
	for _, f := range b.inward {
		list = append(list, fmt.Sprintf("%s of %s refers to %s", quoteName(f.name), f.child(), f.parent()))
	}
	return strings.Join(list, "; ")
}
