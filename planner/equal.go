package planner

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Difference is a step that one plan has and the other has not, or has otherwise.
type Difference struct {
	Step   StepID
	Reason string // for the operator: "is no longer needed", "is needed now", …
}

// EqualSteps compares the steps of a plan with those of one made again from a newer state:
// no difference means that the world still asks for exactly these. Reasons, findings and
// ids of the plans do not matter, nor does what a plan says only for its reader.
func EqualSteps(before, now *Plan) []Difference {
	var all []Difference
	earlier, later := byID(before), byID(now)
	for _, s := range before.Steps {
		again, ok := later[s.ID]
		if !ok {
			all = append(all, Difference{s.ID, "is no longer needed"})
		} else if why := differs(s, again); why != "" {
			all = append(all, Difference{s.ID, why})
		}
	}
	for _, s := range now.Steps {
		if _, ok := earlier[s.ID]; !ok {
			all = append(all, Difference{s.ID, "is needed now: " + s.Reason})
		}
	}
	return all
}

func byID(p *Plan) map[StepID]Step {
	steps := make(map[StepID]Step, len(p.Steps))
	for _, s := range p.Steps {
		steps[s.ID] = s
	}
	return steps
}

func differs(before, now Step) string {
	switch {
	case before.HeldBy == "" && now.HeldBy != "":
		return "is held back now: " + now.HeldBy
	case before.HeldBy != "" && now.HeldBy == "":
		return "is no longer held back"
	case !slices.Equal(before.Needs, now.Needs):
		return fmt.Sprintf("needs %v now, not %v", now.Needs, before.Needs)
	}
	was, is := actionText(before.Action), actionText(now.Action)
	if before.Action.Kind() == now.Action.Kind() && was == is {
		return ""
	}
	return fmt.Sprintf("would now be %s %s, not %s %s", now.Action.Kind(), is, before.Action.Kind(), was)
}

// actionText is what an action does, in one canonical form, without what is only for readers.
func actionText(a Action) string {
	if t, ok := a.(Take); ok {
		t.RungReasons = nil
		a = t
	}
	if l, ok := a.(Load); ok {
		l.Shown = LoadShown{}
		a = l
	}
	text, err := json.Marshal(a)
	if err != nil {
		return err.Error() // plain data always has a JSON form
	}
	return string(text)
}
