package mysqlengine

import (
	"context"
	"errors"
	"fmt"

	"cwb/executor"
)

// prepared is a take from Prepare to Close. Its sessions:
//   - sessions read everything in one consistent snapshot; the first one also does all asking;
//   - locker, only on the lock-tables rung, holds LOCK TABLES and reads the tables that no
//     snapshot covers;
//   - stager, only where BACKUP STAGE brings several snapshots together, holds it.
type prepared struct {
	e        *Engine
	survey   survey
	sessions []*session
	locker   *session
	stager   *session
	captured capture
	watcher  *watcher // from the end of the capture on
	keeper   *keeper  // of the locker, from its locks on until it reads
}

// Prepare connects and proves that a take can be complete and exact: privileges, schema,
// engines, types, and room for as much as the last backup took.
func (e *Engine) Prepare(ctx context.Context, t executor.TakeSpec) (executor.Prepared, error) {
	p := &prepared{e: e}
	err := guard(func() error { return p.open(ctx) })
	if err == nil {
		err = e.checkRoom(t.Earlier)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("prepare %s: %w", e.node.Addr, err), p.Close())
	}
	return p, nil
}

func (p *prepared) open(ctx context.Context) error {
	if err := p.connect(ctx, 1); err != nil {
		return err
	}
	var err error
	if p.survey, err = p.e.survey(ctx, p.sessions[0]); err != nil {
		return err
	}
	if err := refused(p.survey.refusals); err != nil {
		return err
	}
	if err := p.connect(ctx, p.survey.connections(p.e.opts)); err != nil {
		return err
	}
	if p.survey.proof == proofStage && len(p.sessions) > 1 {
		if p.stager, err = p.e.connect(ctx); err != nil {
			return err
		}
	}
	return p.openLocker(ctx)
}

// connect opens sessions until there are n.
func (p *prepared) connect(ctx context.Context, n int) error {
	for len(p.sessions) < n {
		s, err := p.e.connect(ctx)
		if err != nil {
			return err
		}
		p.sessions = append(p.sessions, s)
	}
	return nil
}

func (p *prepared) openLocker(ctx context.Context) error {
	if len(p.survey.locked) == 0 || p.locker != nil {
		return nil
	}
	var err error
	p.locker, err = p.e.connect(ctx)
	return err
}

// Footprint is empty: a MySQL backup lies wholly in its own directory.
func (p *prepared) Footprint() executor.Footprint { return executor.Footprint{} }

// Close ends the connections; the server gives back locks and snapshots.
func (p *prepared) Close() error {
	p.watcher.end()
	p.keeper.end()
	for _, s := range append(p.sessions, p.locker, p.stager) {
		if s != nil {
			s.close() // a connection that breaks while it is being closed is closed
		}
	}
	p.sessions, p.locker, p.stager = nil, nil, nil
	return nil
}
