package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const beginSnapshot = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"

// openSnapshots opens a snapshot on every session, all of one point. Where that cannot be
// proven in time, one connection does all the reading: it is of one point by itself.
func (p *prepared) openSnapshots(ctx context.Context) error {
	if len(p.sessions) == 1 || p.survey.proof != proofStage {
		return p.openOne(ctx)
	}
	together, err := p.openUnderStage(ctx)
	if err != nil {
		return err
	}
	if !together {
		return p.openOne(ctx)
	}
	p.captured.snapshots = p.sessions
	return nil
}

func (p *prepared) openOne(ctx context.Context) error {
	s := p.sessions[0]
	at, err := begin(ctx, s, p.e.opts.Now)
	if err != nil {
		return err
	}
	p.captured.snapshots, p.captured.at = p.sessions[:1], at
	return nil
}

// begin opens a snapshot and says when.
func begin(ctx context.Context, s *session, now func() time.Time) (time.Time, error) {
	if err := s.exec(ctx, beginSnapshot); err != nil {
		return time.Time{}, fmt.Errorf("open the snapshot: %w", err)
	}
	return now().UTC(), nil
}

// openUnderStage holds back commits for as long as the snapshots take to open. When the
// server cannot get there within lock_wait, nobody is made to wait longer, and one connection
// reads: that needs no lock.
func (p *prepared) openUnderStage(ctx context.Context) (bool, error) {
	if err := p.stager.hasty(ctx, p.idle()); err != nil {
		return false, err
	}
	defer p.waiting()()
	until := time.Now().Add(p.patience())
	begun, err := p.stage(ctx, until, "START")
	if err != nil || !begun {
		return false, errors.Join(err, p.stager.calm(ctx))
	}
	reached, err := p.stage(ctx, until, "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT")
	if err == nil && reached {
		err = p.beginAll(ctx)
	}
	if end := p.stager.exec(ctx, "BACKUP STAGE END"); end != nil {
		return false, errors.Join(err, fmt.Errorf("let commits go on: %w", end))
	}
	return reached, errors.Join(err, p.stager.calm(ctx))
}

// stage goes through stages of a backup, and reports whether they were reached in time: all
// together have the patience of one statement of others.
func (p *prepared) stage(ctx context.Context, until time.Time, stages ...string) (bool, error) {
	for _, stage := range stages {
		if err := p.stager.limit(ctx, time.Until(until)); err != nil {
			return false, err
		}
		err := p.stager.exec(ctx, "BACKUP STAGE "+stage)
		if isServerError(err, errLockWaitTimeout, errStatementTimeout) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("block commits: %w", err)
		}
	}
	return true, nil
}

func (p *prepared) beginAll(ctx context.Context) error {
	for _, s := range p.sessions {
		at, err := begin(ctx, s, p.e.opts.Now)
		if err != nil {
			return err
		}
		p.captured.at = at
	}
	return nil
}
