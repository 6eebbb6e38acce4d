package cassandraengine

import (
	"context"
	"fmt"

	"github.com/gocql/gocql"

	"cwb/executor"
)

// A commander is a server that can be told to change something, which only restores do.
type commander interface {
	server
	// exec runs one statement and waits until the hosts agree on the schema.
	exec(ctx context.Context, cql string) error
	// count reads all rows, from one replica or from all.
	count(ctx context.Context, keyspace, table string, all bool) (int64, error)
	// isBuilt reports whether a materialised view has been filled on this host.
	isBuilt(ctx context.Context, keyspace, view string) (bool, error)
	// keyspaces are the names of all there are.
	keyspaces(ctx context.Context) ([]string, error)
}

var _ commander = (*cqlServer)(nil)

// command connects with a limit for slow statements: TRUNCATE alone may take a minute
// (truncate_request_timeout), and a count reads everything.
func (e *Engine) command(ctx context.Context) (commander, error) {
	if e.commands != nil {
		return e.commands(ctx)
	}
	s, err := connectCQL(ctx, e.node, e.options.ToolTimeout)
	if err != nil {
		return nil, err
	}
	c, ok := s.(commander)
	if !ok {
		s.close()
		return nil, fmt.Errorf("%w: this connection can only read", executor.ErrRefused)
	}
	return c, nil
}

func (c *cqlServer) exec(ctx context.Context, cql string) error {
	err := c.session.Query(cql).WithContext(ctx).Exec()
	return commandError(cql, err)
}

func commandError(cql string, err error) error {
	if err == nil {
		return nil
	}
	return queryError("the answer to: "+clip(firstLine(cql), 120), err)
}

func (c *cqlServer) count(ctx context.Context, keyspace, table string, all bool) (int64, error) {
	consistency := gocql.One
	if all {
		consistency = gocql.All
	}
	var n int64
	name := qualified(keyspace, table)
	err := c.query(ctx, "SELECT COUNT(*) FROM "+name).Consistency(consistency).Scan(&n)
	return n, queryError(name, err)
}

func (c *cqlServer) keyspaces(ctx context.Context) ([]string, error) {
	from, column := "system_schema.keyspaces", "keyspace_name"
	if c.version < 3 {
		from = "system.schema_keyspaces"
	}
	iter := c.query(ctx, "SELECT "+column+" FROM "+from).Iter()
	var all []string
	for name := ""; iter.Scan(&name); {
		all = append(all, name)
	}
	return all, queryError(from, iter.Close())
}

func (c *cqlServer) isBuilt(ctx context.Context, keyspace, view string) (bool, error) {
	const table = "system.built_views"
	n := 0
	err := c.query(ctx, "SELECT COUNT(*) FROM "+table+" WHERE keyspace_name = ? AND view_name = ?", keyspace, view).Scan(&n)
	return n > 0, queryError(table, err)
}

func qualified(keyspace, name string) string { return quote(keyspace) + "." + quote(name) }
