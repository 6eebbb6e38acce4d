package executor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cwb/config"
	"cwb/planner"
)

// Difference is a step that planning again would make otherwise.
type Difference struct {
	Step planner.StepID
	What string // "no longer needed", "needed now", "changed: …"
}

// StaleError says why a plan no longer fits. It wraps ErrStale.
type StaleError struct {
	Reason      string       // when the plan itself is refused: another policy, host, expired
	Differences []Difference // when the world asks for other steps
}

func (e *StaleError) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("%v: %s; plan again", ErrStale, e.Reason)
	}
	var lines []string
	for _, d := range e.Differences {
		lines = append(lines, fmt.Sprintf("%s %s", d.Step, d.What))
	}
	return fmt.Sprintf("%v, since the world changed: %s; plan again", ErrStale, strings.Join(lines, "; "))
}

// Unwrap makes errors.Is(err, ErrStale) hold.
func (e *StaleError) Unwrap() error { return ErrStale }

// Check observes again, plans again with the plan's own time and request, and compares. It
// returns what it observed, and an error wrapping ErrStale when the steps differ. A node
// that was reachable when the plan was made and no longer is, makes no plan stale: its steps
// fail when their time comes.
func Check(ctx context.Context, plan *planner.Plan, p *config.Policy, w World, o Options) (planner.State, error) {
	if err := fits(plan, p, o); err != nil {
		return planner.State{}, err
	}
	fresh, err := Observe(ctx, p, w, o)
	if err != nil {
		return planner.State{}, err
	}
	again, err := planner.Diff(p, assume(fresh, plan.State), plan.Created, plan.Request)
	if err != nil {
		return fresh, fmt.Errorf("plan again: %w", err)
	}
	if differences := compare(plan.Steps, again.Steps); len(differences) > 0 {
		return fresh, &StaleError{Differences: differences}
	}
	return fresh, nil
}

// fits refuses a plan that was made for something else, or too long ago.
func fits(plan *planner.Plan, p *config.Policy, o Options) error {
	now := o.Now()
	switch {
	case plan.Deployment != p.Deployment:
		return &StaleError{Reason: fmt.Sprintf("it is for deployment %q, and the policy is of %q", plan.Deployment, p.Deployment)}
	case plan.PolicyDigest != p.Digest():
		return &StaleError{Reason: "it was made from another policy, or the policy was changed"}
	case plan.Host != o.Host:
		return &StaleError{Reason: fmt.Sprintf("it was made on host %q, and this is %q", plan.Host, o.Host)}
	case !now.Before(plan.Expires):
		return &StaleError{Reason: "it expired at " + plan.Expires.UTC().Format("2006-01-02 15:04:05Z")}
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

// compare lists what differs, in the order of the plan, then what is new. Reasons may read
// differently; what is done may not.
func compare(planned, again []planner.Step) []Difference {
	var differences []Difference
	known := map[planner.StepID]planner.Step{}
	for _, s := range again {
		known[s.ID] = s
	}
	for _, s := range planned {
		now, ok := known[s.ID]
		delete(known, s.ID)
		if !ok {
			differences = append(differences, Difference{s.ID, "is no longer needed"})
		} else if what := differs(s, now); what != "" {
			differences = append(differences, Difference{s.ID, what})
		}
	}
	for _, s := range again {
		if _, left := known[s.ID]; left {
			differences = append(differences, Difference{s.ID, "is needed now"})
		}
	}
	return differences
}

func differs(a, b planner.Step) string {
	switch {
	case a.HeldBy == "" && b.HeldBy != "":
		return "is held now: " + b.HeldBy
	case a.HeldBy != "" && b.HeldBy == "":
		return "is not held any more"
	case !slices.Equal(a.Needs, b.Needs):
		return fmt.Sprintf("needs %v instead of %v", b.Needs, a.Needs)
	case a.Action.Kind() != b.Action.Kind() || text(a.Action) != text(b.Action):
		return fmt.Sprintf("would be %s instead of %s", text(b.Action), text(a.Action))
	}
	return ""
}

// text is the canonical form of an action: plain data, so that it always has one.
func text(a planner.Action) string {
	data, err := json.Marshal(a)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
