package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cwb/config"
	"cwb/planner"
)

// StaleError says why a plan no longer fits. It wraps ErrStale.
type StaleError struct {
	Unfit       error                // when the plan itself is refused: another policy, host, expired
	Differences []planner.Difference // when the world asks for other steps
}

func (e *StaleError) Error() string {
	if e.Unfit != nil {
		return e.Unfit.Error()
	}
	var lines []string
	for _, d := range e.Differences {
		lines = append(lines, fmt.Sprintf("%s %s", d.Step, d.Reason))
	}
	return fmt.Sprintf("%v, since the world changed: %s; plan again", ErrStale, strings.Join(lines, "; "))
}

// Unwrap makes errors.Is(err, ErrStale) hold.
func (e *StaleError) Unwrap() error { return ErrStale }

// Check observes again, plans again with the plan's own time and request, and compares. It
// returns what it observed, and an error wrapping ErrStale when the steps differ. A node
// that was reachable when the plan was made and no longer is, makes no plan stale: its steps
// fail when their time comes. An error that wraps ErrInternal alone is as Observe says.
func Check(ctx context.Context, plan *planner.Plan, p *config.Policy, w World, o Options) (planner.State, error) {
	if err := fits(plan, p, o); err != nil {
		return planner.State{}, err
	}
	fresh, fault := Observe(ctx, p, w, o)
	if fault != nil && !errors.Is(fault, ErrInternal) {
		return planner.State{}, fault
	}
	asked, err := Examine(ctx, p, w, o, assume(fresh, plan.State), plan.Created, plan.Request)
	if err != nil {
		return fresh, unfit(err)
	}
	again, err := planner.Diff(p, asked, plan.Created, plan.Request)
	if err != nil {
		return fresh, unfit(err)
	}
	if differences := planner.EqualSteps(plan, again); len(differences) > 0 {
		return fresh, &StaleError{Differences: differences}
	}
	return fresh, fault
}

// unfit tells a plan whose request cannot be planned any more, such as when the set that it
// would restore is gone, from other trouble.
func unfit(err error) error {
	if errors.Is(err, planner.ErrRequest) {
		return &StaleError{Unfit: err}
	}
	return fmt.Errorf("plan again: %w", err)
}

// fits refuses a plan that was made for something else, or too long ago.
func fits(plan *planner.Plan, p *config.Policy, o Options) error {
	if err := plan.CheckUse(o.Now(), p.Digest(), p.Deployment, o.Host); err != nil {
		return &StaleError{Unfit: err}
	}
	return nil
}

// assume puts what was known of nodes that cannot be reached now in place of nothing.
func assume(fresh, planned planner.State) planner.State {
	fresh.Nodes = slices.Clone(fresh.Nodes)
	for i, n := range fresh.Nodes {
		if n.Error == "" {
			continue
		}
		for _, old := range planned.Nodes {
			if old.Node == n.Node {
				fresh.Nodes[i] = old
			}
		}
	}
	return fresh
}
