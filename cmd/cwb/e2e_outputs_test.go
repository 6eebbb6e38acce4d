//go:build servers

package main

import (
	"encoding/json"
	"slices"
	"strings"

	"cwb/internal/view"
)

// decode reads one JSON document of cwb's.
func decode[T any](l *lab, text string) T {
	l.t.Helper()
	var doc T
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		l.t.Fatalf("%v in\n%s", err, text)
	}
	return doc
}

func (l *lab) plan() view.PlanDoc {
	l.t.Helper()
	return decode[view.PlanDoc](l, l.cwb(exitDone, "plan", "--json").stdout)
}

func (l *lab) list() view.ListDoc {
	l.t.Helper()
	return decode[view.ListDoc](l, l.cwb(exitDone, "list", "--json").stdout)
}

// apply does what is to be done.
func (l *lab) apply(want exitCode, args ...string) outcome {
	l.t.Helper()
	return l.cwb(want, append([]string{"apply", "--auto-approve", "--json"}, args...)...)
}

// takesSet takes the set that is due, does all else that is to be done, and returns its id.
func (l *lab) takesSet() string {
	l.t.Helper()
	for _, e := range events(l.apply(exitDone).stdout) {
		if e.Type == "step_done" && e.Action == "take" {
			return e.Set
		}
	}
	l.t.Fatal("no set was taken")
	return ""
}

// nothingToDo demands a plan without steps.
func (l *lab) nothingToDo() {
	l.t.Helper()
	if steps := summary(l.plan()); len(steps) > 0 {
		l.t.Fatalf("planning again has steps: %v", steps)
	}
}

// events reads a stream as far as it is whole.
func events(stream string) []view.EventDoc {
	var all []view.EventDoc
	for line := range strings.Lines(stream) {
		var e view.EventDoc
		if json.Unmarshal([]byte(line), &e) != nil {
			return all
		}
		all = append(all, e)
	}
	return all
}

// summary says what a plan does, one step a line: "remove mysql.ellis 20261122T000000Z".
func summary(p view.PlanDoc) []string {
	steps := []string{}
	for _, s := range p.Steps {
		words := []string{s.Action, s.Node}
		if !strings.HasPrefix(s.Set, "step:") {
			words = append(words, s.Set)
		}
		if s.HeldBy != nil {
			words = append(words, "(held)")
		}
		steps = append(steps, strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " "))
	}
	return steps
}

// findings are the kinds of a plan's findings.
func findings(p view.PlanDoc) []string {
	kinds := []string{}
	for _, f := range p.Findings {
		kinds = append(kinds, f.Kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// sets are the ids of the sets with a status, newest first.
func sets(d view.ListDoc, status string) []string {
	ids := []string{}
	for _, s := range d.Sets {
		if s.Status == status {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// planNow plans with the real binary, and so with the real time.
func (l *lab) planNow() view.PlanDoc {
	l.t.Helper()
	return decode[view.PlanDoc](l, l.binary(exitDone, "plan", "--json").stdout)
}
