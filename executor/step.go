package executor

import (
	"context"
	"errors"
	"fmt"

	"cwb/internal/backup"
	"cwb/planner"
)

// step does one step, or says why not.
func (r *run) step(s planner.Step) {
	res := StepResult{Step: s}
	outcome, why := r.blocked(s)
	if outcome == "" {
		outcome, why = r.reconsider(s)
	}
	if outcome != "" {
		res.Outcome, res.Err = outcome, why
		r.leave(res)
		return
	}
	res.Began = r.o.Now()
	r.o.Events.Emit(StepStart{At: res.Began, Step: s})
	r.noteStep(s, StepBegun, "")
	res.Err = guarded(func() error { return r.do(s, &res) })
	r.finish(s, &res)
}

// leave records a step that is not begun. There is nothing to tell of one that nothing asked
// for.
func (r *run) leave(res StepResult) {
	r.result.Steps = append(r.result.Steps, res)
	switch res.Outcome {
	case Unneeded:
	case Held:
		r.o.Events.Emit(StepHeld{res})
	default:
		r.o.Events.Emit(StepSkipped{res})
	}
}

func (r *run) finish(s planner.Step, res *StepResult) {
	event, detail := StepEnded, string(res.Set)+res.Output // no step has both
	if res.Err != nil {
		event, detail = StepErred, res.Err.Error()
	}
	// A step whose end is not in the journal is reported as failed: what the journal tells
	// must be true, and planning again finds that there is nothing left to do.
	if err := r.noteStep(s, event, detail); err != nil && res.Err == nil {
		res.Err = fmt.Errorf("it was done, but not all of it could be written down: %w", err)
	}
	res.Ended, res.Outcome = r.o.Now(), Done
	if res.Err != nil {
		res.Outcome = Failed
	}
	r.result.Steps = append(r.result.Steps, *res)
	if res.Err != nil {
		r.o.Events.Emit(StepFailed{At: res.Ended, Result: *res})
	} else {
		r.o.Events.Emit(StepDone{At: res.Ended, Result: *res})
	}
}

// blocked says why a step may not begin; an empty outcome means that it may.
func (r *run) blocked(s planner.Step) (Outcome, error) {
	if s.HeldBy != "" {
		return Held, errors.New(s.HeldBy)
	}
	if r.unneeded(s) {
		return Unneeded, nil
	}
	if ctx := r.bound(s); ctx.Err() != nil {
		return Skipped, context.Cause(ctx)
	}
	for _, need := range s.Needs {
		switch r.outcome(need) {
		case Done:
		case Held:
			return Held, fmt.Errorf("it needs %s, which is held", need)
		default:
			return Skipped, fmt.Errorf("it needs %s, which did not end well", need)
		}
	}
	return "", nil
}

func (r *run) outcome(id planner.StepID) Outcome {
	for _, done := range r.result.Steps {
		if done.Step.ID == id {
			return done.Outcome
		}
	}
	return Skipped
}

// do does the action of a step.
func (r *run) do(s planner.Step, res *StepResult) error {
	switch a := s.Action.(type) {
	case planner.Take:
		return r.take(s, a, res)
	case planner.Remove:
		return r.onNode(s, a.Node)
	case planner.Clean:
		return r.onNode(s, a.Node)
	case planner.Verify:
		return r.verify(s, a)
	case planner.Load:
		return r.load(s, a)
	case planner.Proceed:
		return r.onNode(s, a.Node)
	case planner.Adopt:
		return r.onNode(s, a.Node)
	case planner.WriteSchedule:
		return r.writeSchedule(a)
	case planner.RunHook:
		return r.runHook(a, res)
	default:
		return fmt.Errorf("this version cannot %s", a.Kind())
	}
}

// onNode runs an action that concerns one node alone.
func (r *run) onNode(s planner.Step, addr backup.NodeAddr) error {
	pl := r.places[addr]
	if pl.err != nil {
		return pl.err
	}
	session := pl.session
	_, err := await(r.soft, r.o.Grace, nil, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, session.Run(ctx, s.Action, r.progress(s.ID, addr))
	})
	pl.lose(err)
	return err
}

// reconsider looks once more, just before a removal, and asks whether the backup may still
// go: the take before it may have shown that a database was emptied. A removal that must not
// be is held; nothing has failed.
func (r *run) reconsider(s planner.Step) (Outcome, error) {
	a, ok := s.Action.(planner.Remove)
	if !ok || r.places[a.Node].err != nil {
		return "", nil
	}
	r.look(a.Node)
	if r.soft.Err() != nil {
		return Skipped, context.Cause(r.soft)
	}
	if why := r.unseen(a.Node); why != "" {
		r.places[a.Node].err = fmt.Errorf("%s %w: %s", a.Node, ErrUnreachable, why)
		return "", nil
	}
	if err := planner.StillRemovable(r.policy, r.state, r.o.Now(), a); err != nil {
		return Held, err
	}
	return "", nil
}

// unseen is why a node could not be looked at; empty when it could.
func (r *run) unseen(addr backup.NodeAddr) string {
	for _, n := range r.state.Nodes {
		if n.Node == addr {
			return n.Error
		}
	}
	return "it is not in the policy"
}

func (r *run) writeSchedule(a planner.WriteSchedule) error {
	if r.world.Schedules == nil {
		return errors.New("there is no scheduler to write to")
	}
	_, err := await(r.soft, r.o.Grace, nil, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, r.world.Schedules.Write(ctx, a)
	})
	return err
}

// look refreshes what is known of some nodes.
func (r *run) look(addrs ...backup.NodeAddr) {
	fresh, faults := make([]planner.NodeState, len(addrs)), make([]error, len(addrs))
	sideBySide(len(addrs), r.o.Parallelism, func(i int) {
		fresh[i], faults[i] = observeNode(r.soft, r.world, addrs[i], r.o)
	})
	r.fault = join(append(faults, r.fault)...)
	nodes := append([]planner.NodeState{}, r.state.Nodes...)
	for i, n := range nodes {
		for _, f := range fresh {
			if f.Node == n.Node {
				nodes[i] = f
			}
		}
	}
	r.state.Nodes, r.state.At = nodes, r.o.Now().UTC()
}

func (r *run) progress(step planner.StepID, node backup.NodeAddr) Progress {
	return func(done, total int64) {
		r.o.Events.Emit(StepProgress{Step: step, Node: node, Done: done, Total: total})
	}
}
