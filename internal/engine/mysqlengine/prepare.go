package mysqlengine

import (
	"context"
	"errors"
	"fmt"

	"cwb/executor"
)

// prepared is a take from Prepare to Close. Its sessions:
//   - main reads everything in one consistent snapshot;
//   - locker, only on the lock-tables rung, holds LOCK TABLES and reads the tables that no
//     snapshot covers.
type prepared struct {
	e        *Engine
	survey   survey
	main     *session
	locker   *session
	captured capture
}

// Prepare connects and proves that a take can be complete and exact: privileges, schema,
// engines, types.
func (e *Engine) Prepare(ctx context.Context, _ executor.TakeSpec) (executor.Prepared, error) {
	p := &prepared{e: e}
	if err := p.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare %s: %w", e.node.Addr, err), p.Close())
	}
	return p, nil
}

func (p *prepared) open(ctx context.Context) error {
	var err error
	if p.main, err = p.e.connect(ctx); err != nil {
		return err
	}
	if p.survey, err = p.e.survey(ctx, p.main); err != nil {
		return err
	}
	if err := refused(p.survey.refusals); err != nil {
		return err
	}
	if len(p.survey.locked) > 0 {
		p.locker, err = p.e.connect(ctx)
	}
	return err
}

// Footprint is empty: a MySQL backup lies wholly in its own directory.
func (p *prepared) Footprint() executor.Footprint { return executor.Footprint{} }

// Close ends the connections; the server gives back locks and snapshot.
func (p *prepared) Close() error {
	for _, s := range []*session{p.locker, p.main} {
		if s != nil {
			s.close() // a connection that breaks while it is being closed is closed
		}
	}
	p.locker, p.main = nil, nil
	return nil
}
