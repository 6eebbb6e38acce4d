package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cwb/internal/backup"
	"cwb/planner"
)

// touched are the nodes of all steps that are not held, in order of address: all runs take
// locks in this order, so that no two wait for each other.
func touched(steps []planner.Step) []backup.NodeAddr {
	var addrs []backup.NodeAddr
	for _, s := range steps {
		if s.HeldBy == "" {
			addrs = append(addrs, s.Action.Touches()...)
		}
	}
	slices.SortFunc(addrs, func(a, b backup.NodeAddr) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(addrs)
}

// open takes the locks. A lock that is held ends the run before it began; a node that cannot
// be opened for another reason only fails its own steps.
func (r *run) open() error {
	deadline := r.o.Now().Add(r.o.LockTimeout)
	for _, addr := range touched(r.plan.Steps) {
		pl := &place{addr: addr}
		r.places[addr] = pl
		pl.session, pl.err = r.openOne(addr, deadline)
		if r.soft.Err() != nil {
			return context.Cause(r.soft)
		}
		if errors.Is(pl.err, ErrLocked) {
			return pl.err
		}
	}
	return nil
}

// lockPause is how long to wait before a held lock is tried again.
const lockPause = 200 * time.Millisecond

func (r *run) openOne(addr backup.NodeAddr, deadline time.Time) (Session, error) {
	node := r.world.Nodes[addr]
	if node == nil {
		return nil, fmt.Errorf("%s %w: there is no way to reach it", addr, ErrUnreachable)
	}
	for {
		ctx, cancel := context.WithTimeout(r.soft, r.o.ObserveTimeout)
		s, err := await(ctx, r.o.Grace, closeLate, func(ctx context.Context) (Session, error) {
			return node.Open(ctx, r.o.Holder())
		})
		cancel()
		if !errors.Is(err, ErrLocked) || !r.o.Now().Before(deadline) {
			return s, err
		}
		select {
		case <-r.soft.Done():
			return nil, context.Cause(r.soft)
		case <-time.After(lockPause):
		}
	}
}

func closeLate(s Session) { s.Close() }

// mark makes the plan single-use on every node.
func (r *run) mark() error {
	for _, addr := range touched(r.plan.Steps) {
		pl := r.places[addr]
		err := r.with(pl, func(ctx context.Context, s Session) error { return s.Mark(ctx, r.plan.ID) })
		if errors.Is(err, ErrUsed) {
			return err
		}
		if r.soft.Err() != nil {
			return context.Cause(r.soft)
		}
		if err != nil && pl.err == nil {
			pl.err = err
		}
	}
	return nil
}

// with does something short on an open session, with a time limit. A session that hangs is
// never used again, nor closed: it belongs to the call that hangs in it.
func (r *run) with(pl *place, f func(context.Context, Session) error) error {
	if pl.err != nil {
		return pl.err
	}
	ctx, cancel := context.WithTimeout(r.hard, r.o.ObserveTimeout)
	defer cancel()
	session := pl.session // a call that hangs keeps its own
	_, err := await(ctx, r.o.Grace, nil, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, f(ctx, session)
	})
	pl.lose(err)
	return err
}

// lose gives a place up when a call hangs in its session.
func (pl *place) lose(err error) {
	if errors.Is(err, ErrHung) {
		pl.session, pl.err = nil, err
	}
}

// close gives the locks back, the last one first. What goes wrong is no error: the system
// gives back what a process holds. A panic is.
func (r *run) close() error {
	addrs := touched(r.plan.Steps)
	slices.Reverse(addrs)
	var faults []error
	for _, addr := range addrs {
		if pl := r.places[addr]; pl != nil && pl.session != nil {
			if err := guarded(pl.session.Close); errors.Is(err, ErrInternal) {
				faults = append(faults, err)
			}
		}
	}
	return errors.Join(faults...)
}
