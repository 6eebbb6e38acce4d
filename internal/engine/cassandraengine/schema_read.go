package cassandraengine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gocql/gocql"

	"cwb/executor"
)

// readSchema reads the keyspaces of the policy; one that does not exist is refused.
func readSchema(ctx context.Context, s server, keyspaces []string) (schema, error) {
	var all schema
	if err := checkNames("keyspace", keyspaces...); err != nil {
		return schema{}, err
	}
	for _, name := range keyspaces {
		k, err := s.schema(ctx, name)
		if errors.Is(err, errNoKeyspace) {
			return schema{}, fmt.Errorf("%w: there is no keyspace %q on this server: correct keyspaces in the policy (names are case-sensitive), or create it", executor.ErrRefused, name)
		}
		if err != nil {
			return schema{}, err
		}
		if err := k.check(); err != nil {
			return schema{}, err
		}
		all.Keyspaces = append(all.Keyspaces, k)
	}
	return all, nil
}

// check refuses what could not become a path.
func (k keyspaceSchema) check() error {
	for _, t := range k.Tables {
		if err := checkNames("table", t.Name); err != nil {
			return err
		}
		if !tableID.MatchString(t.ID) {
			return fmt.Errorf("%w: the id %q of table %s.%s is no UUID", executor.ErrRefused, t.ID, k.Name, t.Name)
		}
	}
	return nil
}

// schema reads system_schema, where all is since 3.0, and DESCRIBE, which is since 4.0.
func (c *cqlServer) schema(ctx context.Context, keyspace string) (keyspaceSchema, error) {
	if c.version < 3 {
		return schemaV2(ctx, c.rows, keyspace)
	}
	k := keyspaceSchema{Name: keyspace}
	err := c.query(ctx, "SELECT replication, durable_writes FROM system_schema.keyspaces WHERE keyspace_name = ?", keyspace).
		Scan(&k.Replication, &k.DurableWrites)
	if errors.Is(err, gocql.ErrNotFound) {
		return keyspaceSchema{}, errNoKeyspace
	}
	if err != nil {
		return keyspaceSchema{}, queryError("system_schema.keyspaces", err)
	}
	for _, read := range []func(context.Context, *keyspaceSchema) error{
		c.readTables, c.readViews, c.readColumns, c.readDropped, c.readIndexes, c.readStatements,
	} {
		if err := read(ctx, &k); err != nil {
			return keyspaceSchema{}, err
		}
	}
	slices.SortFunc(k.Tables, func(a, b tableSchema) int { return cmp.Compare(a.Name, b.Name) })
	return k, nil
}

func (c *cqlServer) query(ctx context.Context, cql string, args ...any) *gocql.Query {
	return c.session.Query(cql, args...).WithContext(ctx)
}

func (c *cqlServer) readTables(ctx context.Context, k *keyspaceSchema) error {
	rows := c.query(ctx, "SELECT table_name, id, flags FROM system_schema.tables WHERE keyspace_name = ?", k.Name).Iter()
	var t tableSchema
	var id gocql.UUID
	for rows.Scan(&t.Name, &id, &t.Flags) {
		t.ID = id.String()
		k.Tables = append(k.Tables, t)
		t = tableSchema{}
	}
	return queryError("system_schema.tables", rows.Close())
}

func (c *cqlServer) readViews(ctx context.Context, k *keyspaceSchema) error {
	rows := c.query(ctx, "SELECT view_name, id, base_table_name FROM system_schema.views WHERE keyspace_name = ?", k.Name).Iter()
	t := tableSchema{View: true}
	var id gocql.UUID
	for rows.Scan(&t.Name, &id, &t.Base) {
		t.ID = id.String()
		k.Tables = append(k.Tables, t)
	}
	return queryError("system_schema.views", rows.Close())
}

func (c *cqlServer) readColumns(ctx context.Context, k *keyspaceSchema) error {
	rows := c.query(ctx, "SELECT table_name, column_name, kind, position, clustering_order, type FROM system_schema.columns WHERE keyspace_name = ?", k.Name).Iter()
	var table string
	var col columnSchema
	for rows.Scan(&table, &col.Name, &col.Kind, &col.Position, &col.Order, &col.Type) {
		if t := k.table(table); t != nil {
			t.Columns = append(t.Columns, col)
		}
		col = columnSchema{}
	}
	return queryError("system_schema.columns", rows.Close())
}

func (c *cqlServer) readDropped(ctx context.Context, k *keyspaceSchema) error {
	rows := c.query(ctx, "SELECT table_name, column_name, type, kind, dropped_time FROM system_schema.dropped_columns WHERE keyspace_name = ?", k.Name).Iter()
	var table string
	var col droppedColumn
	var at time.Time
	for rows.Scan(&table, &col.Name, &col.Type, &col.Kind, &at) {
		col.Time = at.UnixMilli()
		if t := k.table(table); t != nil {
			t.Dropped = append(t.Dropped, col)
		}
		col, at = droppedColumn{}, time.Time{}
	}
	return queryError("system_schema.dropped_columns", rows.Close())
}

func (c *cqlServer) readIndexes(ctx context.Context, k *keyspaceSchema) error {
	rows := c.query(ctx, "SELECT table_name, index_name, kind, options FROM system_schema.indexes WHERE keyspace_name = ?", k.Name).Iter()
	var table string
	var index indexSchema
	for rows.Scan(&table, &index.Name, &index.Kind, &index.Options) {
		if t := k.table(table); t != nil {
			t.Indexes = append(t.Indexes, index)
		}
		index = indexSchema{}
	}
	return queryError("system_schema.indexes", rows.Close())
}

func (c *cqlServer) readStatements(ctx context.Context, k *keyspaceSchema) error {
	if c.version < 4 {
		return completeOld(ctx, c.rows, k)
	}
	return c.describe(ctx, k)
}

// describe keeps the server's own statements, in the order it gives them, which is one that
// they can be replayed in.
func (c *cqlServer) describe(ctx context.Context, k *keyspaceSchema) error {
	rows := c.query(ctx, `DESCRIBE KEYSPACE "`+k.Name+`" WITH INTERNALS`).Iter() // k.Name was checked: letters, digits, _
	var keyspace string
	var st statement
	for rows.Scan(&keyspace, &st.Type, &st.Name, &st.CQL) {
		st.Name = strings.Trim(st.Name, `"`)
		k.Statements = append(k.Statements, st)
		st = statement{}
	}
	return queryError("DESCRIBE KEYSPACE "+k.Name, rows.Close())
}

func (k *keyspaceSchema) table(name string) *tableSchema {
	for i := range k.Tables {
		if k.Tables[i].Name == name {
			return &k.Tables[i]
		}
	}
	return nil
}
