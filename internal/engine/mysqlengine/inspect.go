package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

// survey is everything that is known about the server before a take: who it is, what the
// take would contain, and why it would be refused.
type survey struct {
	product  product
	identity backup.Identity
	schema   *schema
	refusals []string
	locked   []string // tables that only LOCK TABLES covers, quoted
	cluster  bool     // it is a Galera node
	proof    proof    // what can bring several connections to one point
	alone    string   // why nothing can
}

// survey asks the server everything on one session. Without the privileges to see all, it
// does not go on to look at what can be seen.
func (e *Engine) survey(ctx context.Context, s *session) (survey, error) {
	var v survey
	var err error
	if v.product, err = readProduct(ctx, s); err != nil {
		return v, err
	}
	if v.identity, err = e.readIdentity(ctx, s); err != nil {
		return v, err
	}
	if too := v.product.supported(); too != "" {
		v.refusals = []string{too}
		return v, nil
	}
	g, err := readGrants(ctx, s, v.product)
	if err != nil {
		return v, err
	}
	locking := e.node.MySQL.Lock == config.LockTables
	if v.refusals = g.missing(e.node.MySQL.Databases, v.product, locking); len(v.refusals) > 0 {
		return v, nil
	}
	if v.cluster, err = inCluster(ctx, s); err != nil {
		return v, err
	}
	log, err := readBinlogFilter(ctx, s)
	if err != nil {
		return v, err
	}
	v.proof, v.alone = findProof(v.product, g, v.cluster, log)
	return v, v.readSchema(ctx, s, e.node.MySQL)
}

// readSchema reads the schema as it is now, and what of it would be refused. Objects that
// are dropped between being listed and being read make it begin again.
func (v *survey) readSchema(ctx context.Context, s *session, node *config.MySQL) error {
	var err error
	for range captureTries {
		if err = v.readSchemaOnce(ctx, s, node); err == nil || !isServerError(err, moved...) {
			return err
		}
	}
	return fmt.Errorf("%w: the schema changed while it was read, %d times in a row: %w; take the backup when nobody alters tables", executor.ErrRefused, captureTries, err)
}

func (v *survey) readSchemaOnce(ctx context.Context, s *session, node *config.MySQL) error {
	c := &catalog{s: s, p: v.product, locking: node.Lock == config.LockTables}
	found, err := c.read(ctx, node.Databases)
	if err != nil {
		return err
	}
	v.schema, v.refusals, v.locked = found, c.refusals, c.locked
	return nil
}

// Inspect asks the server who it is and how a take would go, and changes nothing. A server
// that cannot be asked is not an error: Down says why and what to do.
func (e *Engine) Inspect(ctx context.Context) (planner.Server, error) {
	s, err := e.connect(ctx)
	if err != nil {
		return down(ctx, survey{}, err)
	}
	defer s.close()
	var v survey
	err = guard(func() (err error) { v, err = e.survey(ctx, s); return err })
	if err != nil {
		return down(ctx, v, err)
	}
	out := planner.Server{
		Identity: v.identity, Product: v.product.server.Product, Version: v.product.server.Version,
		Refusals: v.refusals, Notes: v.product.notes(),
	}
	if len(v.refusals) == 0 {
		out.Consistency, out.ConsistencyReason = v.rung(v.connections(e.opts), v.worthwhile(e.opts))
	}
	return out, nil
}

// down is the answer for a server that could not be asked, or not to the end.
func down(ctx context.Context, v survey, err error) (planner.Server, error) {
	if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
		return planner.Server{}, ctx.Err()
	}
	return planner.Server{
		Identity: v.identity, Product: v.product.server.Product, Version: v.product.server.Version, Down: err.Error(),
		BadCredentials: errors.Is(err, executor.ErrCredentials),
	}, nil
}

// refused makes one error of several refusals.
func refused(refusals []string) error {
	if len(refusals) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", executor.ErrRefused, strings.Join(refusals, "; "))
}
