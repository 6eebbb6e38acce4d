package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	r.result.Credentials = r.badCredentials()
	r.noteAll(RunEnded, r.result.String())
	r.o.Events.Emit(Summary{At: r.o.Now(), Result: r.result})
	return nil
}

// badCredentials reports whether a held take lacks nothing but the right credentials of a
// member's server.
func (r *run) badCredentials() bool {
	for _, s := range r.result.Steps {
		take, ok := s.Step.Action.(planner.Take)
		if !ok || s.Outcome != Held {
			continue
		}
		for _, n := range r.state.Nodes {
			if n.Server.BadCredentials && slices.Contains(take.Members, n.Node) {
				return true
			}
		}
	}
	return false
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
