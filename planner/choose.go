package planner

import "slices"

// choose narrows steps to those that a request asks for, and what they need: a removal
// without the take that replaces the backup would be another plan. Takes are chosen whole,
// since a take of a part would leave a set that nobody asked for.
func choose(steps []Step, r Request) []Step {
	if len(r.Only) == 0 && len(r.Nodes) == 0 {
		return steps
	}
	wanted := map[StepID]bool{}
	for _, s := range slices.Backward(steps) { // needs stand before what needs them
		if !wanted[s.ID] && !asksFor(r, s) {
			continue
		}
		wanted[s.ID] = true
		for _, need := range s.Needs {
			wanted[need] = true
		}
	}
	return slices.DeleteFunc(steps, func(s Step) bool { return !wanted[s.ID] })
}

func asksFor(r Request, s Step) bool {
	if len(r.Only) > 0 && !slices.Contains(r.Only, s.Action.Kind()) {
		return false
	}
	if len(r.Nodes) == 0 {
		return true
	}
	for _, n := range s.Action.Touches() {
		if slices.Contains(r.Nodes, n) {
			return true
		}
	}
	return false
}
