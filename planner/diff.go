package planner

import (
	"slices"
	"time"

	"cwb/config"
)

// lifetime is how long a plan may be applied.
const lifetime = 24 * time.Hour

// Diff makes the plan that turns s into what p asks for at the time now. It is pure: the
// same arguments give the same plan, id included. An error wraps [ErrRequest] when it is the
// request that cannot be planned. Plan.Tool is for the caller to fill in.
func Diff(p *config.Policy, s State, now time.Time, r Request) (*Plan, error) {
	w, err := newWorld(p, s, now, r.Allow.Shrink...)
	if err != nil {
		return nil, err
	}
	d := &draft{w: w, request: r}
	if err := d.checkRequest(); err != nil {
		return nil, err
	}
	if err := d.fill(); err != nil {
		return nil, err
	}
	return d.plan()
}

// draft is a plan in the making.
type draft struct {
	w        *world
	request  Request
	taking   []taking
	steps    []Step
	findings []Finding
}

// fill adds the steps in the order in which they run: what makes safe before what makes
// room. Each stands after all that it needs.
func (d *draft) fill() error {
	switch {
	case d.request.Verb == VerbAdopt:
		return d.adoptions()
	case d.request.Verb == VerbRestore:
		return d.restore()
	case d.request.Verb.restores():
		return d.later()
	}
	if err := d.takes(); err != nil {
		return err
	}
	if d.request.Verb == VerbBackup {
		d.addTakes()
		return nil
	}
	d.cleanups()
	d.addTakes()
	removals := d.removals()
	d.steps = slices.Concat(d.steps, d.verifications(removals), removals)
	return d.schedules()
}

// add adds a step.
func (d *draft) add(s Step) { d.steps = append(d.steps, s) }

func (d *draft) addTakes() {
	for _, t := range d.taking {
		d.add(t.step)
	}
}

// plan finishes the draft.
func (d *draft) plan() (*Plan, error) {
	if !d.request.Verb.restores() { // who restores must find what matters to that
		d.observations()
	}
	plan := &Plan{
		Created:      d.w.now,
		Expires:      d.w.now.Add(lifetime),
		Deployment:   d.w.policy.Deployment,
		Host:         d.w.state.Host,
		PolicyDigest: d.w.policy.Digest(),
		Request:      d.request,
		State:        d.w.state,
		Steps:        holdDependants(choose(d.steps, d.request)),
		Findings:     sortFindings(d.findings),
	}
	id, err := planID(plan)
	plan.ID = id
	return plan, err
}

// holdDependants holds back what needs a step that is held back. Lists are never nil, so
// that a plan and its file are the same.
func holdDependants(steps []Step) []Step {
	steps = append([]Step{}, steps...)
	held := map[StepID]bool{}
	for i, s := range steps {
		if s.HeldBy == "" {
			at := slices.IndexFunc(s.Needs, func(n StepID) bool { return held[n] })
			if at >= 0 {
				steps[i].HeldBy = "needs " + string(s.Needs[at]) + ", which is held back"
			}
		}
		held[s.ID] = steps[i].HeldBy != ""
		if s.Needs == nil {
			steps[i].Needs = []StepID{}
		}
	}
	return steps
}
