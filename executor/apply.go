package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// Apply does exactly what the plan says. It takes the lock of every reachable node that the
// plan touches, then marks the plan as applied there, then checks that the world still asks
// for these steps; an error means that no step was begun, unless it wraps ErrInternal. What
// became of the steps stands in the result, and so do their errors.
//
// When ctx ends, Apply returns as soon as it can and leaves the rest to the next plan. When
// o.Stop is closed, no further step begins, and a take that is under way is abandoned
// cleanly.
func Apply(ctx context.Context, plan *planner.Plan, p *config.Policy, w World, o Options) (result Result, err error) {
	o = o.withDefaults()
	events := &oneByOne{sink: o.Events}
	defer events.end()
	o.Events = events
	soft, cancel := o.softly(ctx)
	defer cancel()
	r := &run{plan: plan, policy: p, world: w, o: o, hard: ctx, soft: soft, places: map[backup.NodeAddr]*place{}}
	// A panic of this goroutine must not skip giving the locks back.
	err = guarded(r.apply)
	return r.result, join(err, r.close(), r.fault)
}

// run is one Apply.
type run struct {
	plan   *planner.Plan
	policy *config.Policy
	world  World
	o      Options
	hard   context.Context // ends when everything must end at once
	soft   context.Context // ends also when the operator asks to stop
	places map[backup.NodeAddr]*place
	state  planner.State // the world as it was last seen
	fault  error         // panics while looking, which end no step
	result Result
}

// place is a node that the plan touches.
type place struct {
	addr    backup.NodeAddr
	session Session // nil when err is set
	err     error   // why nothing can be done here
}

func (r *run) apply() error {
	r.result.Plan = r.plan.ID
	if err := fits(r.plan, r.policy, r.o); err != nil {
		return err
	}
	if err := r.open(); err != nil {
		return err
	}
	if err := r.mark(); err != nil {
		return err
	}
	state, err := Check(r.soft, r.plan, r.policy, r.world, r.o)
	if err != nil && (errors.Is(err, ErrStale) || !errors.Is(err, ErrInternal)) {
		return err
	}
	r.state, r.fault = state, err
	r.noteAll(RunBegun, "")
	for _, step := range r.plan.Steps {
		r.step(step)
	}
	r.result.Stopped = r.soft.Err() != nil
	r.noteAll(RunEnded, r.result.String())
	r.o.Events.Emit(Summary{At: r.o.Now(), Result: r.result})
	return nil
}

// join is errors.Join, but one error alone keeps its form.
func join(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

// String is one line: "2 done, 1 failed".
func (r Result) String() string {
	var parts []string
	for _, o := range []Outcome{Done, Failed, Skipped, Held} {
		if n := r.Count(o); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	if len(parts) == 0 {
		return "nothing to do"
	}
	return strings.Join(parts, ", ")
}

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
			return node.Open(ctx, r.o.holder())
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
