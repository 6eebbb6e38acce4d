//go:build servers

package main

import (
	"cmp"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"cwb/internal/soak"
	"cwb/internal/view"
)

// cutter ends runs of the real binary, its supervisor and its worker at once, with SIGKILL at
// random instants. An instant is drawn as a step of the very plan that runs, and a moment in
// it: were it drawn on the clock, a slower or faster run would always be cut in the same step.
type cutter struct {
	random *rand.Rand
	takes  map[string]time.Duration // each action, as last seen
	often  map[string]bool          // actions that are drawn several times as often as others
}

// beforeSteps stands for all that a run does before its first step.
const beforeSteps = "before its steps"

// unseen is how long an action is held to take that was never seen to end.
const unseen = time.Second

// changing are the actions after whose beginning not all is as it was before a restore.
var changing = []string{"truncate", "import", "swap", "undo"}

func newCutter(t *testing.T, often ...string) *cutter {
	t.Helper()
	c := &cutter{random: rand.New(rand.NewPCG(soak.Seed(t), 0)), takes: map[string]time.Duration{}, often: map[string]bool{}}
	for _, action := range often {
		c.often[action] = true
	}
	return c
}

// whole lets a run come to its end, and learns from it how long each action takes.
func (c *cutter) whole(l *lab, args ...string) outcome {
	l.t.Helper()
	began := time.Now()
	w := watchFor(func(e view.EventDoc) bool { return e.Plan != nil })
	p := l.startTo(w, args...)
	select {
	case <-w.reached:
		c.takes[beforeSteps] = time.Since(began)
	case <-p.ended:
	}
	o := p.wants(exitDone)
	c.learn(o.stdout)
	return o
}

func (c *cutter) learn(stream string) {
	for _, e := range events(stream) {
		if e.Type == "step_done" && e.DurationMS != nil {
			c.takes[e.Action] = time.Duration(max(*e.DurationMS, 1)) * time.Millisecond
		}
	}
}

// cut begins a run and kills it: one time in twenty before its first step. It gives what the run
// had printed.
func (c *cutter) cut(l *lab, args ...string) (stdout string) {
	l.t.Helper()
	d := &draw{at: c.random.Float64(), often: c.often, action: beforeSteps}
	early, within := c.random.IntN(20) == 0, c.random.Float64()
	w := watchFor(d.begins)
	if early {
		w = watchFor(func(view.EventDoc) bool { return false })
		close(w.reached)
	}
	p := l.startTo(w, args...)
	select {
	case <-w.reached:
	case <-p.ended:
	}
	after := time.Duration(within * float64(cmp.Or(c.takes[d.action], unseen)))
	select {
	case <-p.ended:
	case <-time.After(after):
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // it may have ended
	stdout = p.end().stdout
	c.learn(stdout)
	l.t.Logf("cwb %v was cut %d ms into: %s", args, after.Milliseconds(), d.action)
	return stdout
}

// draw is a step of a plan, drawn before the plan is known.
type draw struct {
	at     float64 // of all steps, in [0, 1)
	often  map[string]bool
	step   string
	action string
}

// begins reports whether the drawn step does, as the events of its run are put in.
func (d *draw) begins(e view.EventDoc) bool {
	if e.Plan != nil {
		d.among(e.Plan.Steps)
	}
	return d.step != "" && e.Type == "step_start" && e.Step == d.step
}

// among draws. Steps of which it matters most how they are left count several times.
func (d *draw) among(steps []view.StepDoc) {
	var all []view.StepDoc
	for _, s := range steps {
		all = append(all, s)
		if d.often[s.Action] {
			all = append(all, s, s, s, s, s)
		}
	}
	if len(all) > 0 {
		drawn := all[int(d.at*float64(len(all)))]
		d.step, d.action = drawn.ID, drawn.Action
	}
}
