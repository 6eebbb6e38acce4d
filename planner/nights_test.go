package planner_test

import (
	"strings"
	"testing"
	"time"

	"cwb/internal/backup"
	"cwb/planner"
)

// deployment is a model that lives through nights.
type deployment struct {
	*scenario
	t *testing.T
}

func newDeployment(t *testing.T) *deployment {
	t.Helper()
	sc := &scenario{policy: loadPolicy(t, ""), now: time.Date(2026, 11, 20, 0, 0, 5, 0, time.UTC)}
	sc.begin()
	return &deployment{sc, t}
}

// night plans and applies as the timer would, shortly after midnight. A removal happens only
// if it is still proven just before, as in the executor.
func (d *deployment) night(after func(s *planner.State, step planner.Step)) {
	d.t.Helper()
	plan, err := planner.Diff(d.policy, d.state, d.now, planner.Request{Verb: planner.VerbReconcile})
	if err != nil {
		d.t.Fatal(err)
	}
	failed := map[planner.StepID]bool{}
	for _, step := range plan.Steps {
		if failed[step.ID] = !d.may(step, failed); failed[step.ID] {
			continue
		}
		d.state = applied(&planner.Plan{State: d.state, Created: d.now, Steps: []planner.Step{step}})
		if _, took := step.Action.(planner.Take); took && after != nil {
			after(&d.state, step)
			failed[step.ID] = !d.complete(backup.NewSetID(d.now))
		}
	}
	d.now = d.now.AddDate(0, 0, 1)
}

func (d *deployment) may(step planner.Step, failed map[planner.StepID]bool) bool {
	for _, need := range step.Needs {
		if failed[need] {
			return false
		}
	}
	r, removes := step.Action.(planner.Remove)
	if removes && planner.StillRemovable(d.policy, d.state, d.now, r) != nil {
		return false
	}
	return step.HeldBy == ""
}

// sets lists the sets as "complete 20261120T000005Z", newest first.
func (d *deployment) sets() string {
	d.t.Helper()
	sets, err := planner.Sets(d.policy, d.state, d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	var all []string
	for _, set := range sets {
		one := string(set.Status) + " " + string(set.ID)
		if set.Shrunken {
			one += " shrunken"
		}
		all = append(all, one)
	}
	return strings.Join(all, "\n")
}

func (d *deployment) complete(id backup.SetID) bool {
	return strings.Contains("\n"+d.sets(), "\ncomplete "+string(id))
}

func (d *deployment) want(sets string) {
	d.t.Helper()
	if got := d.sets(); got != strings.TrimSpace(sets) {
		d.t.Errorf("sets are\n%s\nwant\n%s", got, strings.TrimSpace(sets))
	}
}

func TestFiveNightsLeaveFourSets(t *testing.T) {
	d := newDeployment(t)
	for range 5 {
		d.night(nil)
	}
	d.want("complete 20261124T000005Z\ncomplete 20261123T000005Z\ncomplete 20261122T000005Z\ncomplete 20261121T000005Z")
}

func TestFourFailedNightsLeaveAllEarlierSets(t *testing.T) {
	for name, fail := range map[string]func(*planner.State, planner.Step){
		"nothing was left": func(s *planner.State, step planner.Step) { forget(s, step, nil) },
		"one member was left": func(s *planner.State, step planner.Step) {
			forget(s, step, []backup.NodeAddr{mustNode("mysql.ellis")})
		},
		"debris was left": func(s *planner.State, step planner.Step) { mark(s, step, planner.Debris) },
		"partial files":   func(s *planner.State, step planner.Step) { mark(s, step, planner.Partial) },
		"damaged files":   func(s *planner.State, step planner.Step) { mark(s, step, planner.Damaged) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDeployment(t)
			for range 4 {
				d.night(nil)
			}
			for range 4 {
				d.night(fail)
			}
			for _, id := range []backup.SetID{"20261120T000005Z", "20261121T000005Z", "20261122T000005Z", "20261123T000005Z"} {
				if !d.complete(id) {
					t.Errorf("%s is not there any more; the sets are\n%s", id, d.sets())
				}
			}
		})
	}
}

func TestFourEmptiedNightsRemoveNothing(t *testing.T) {
	d := newDeployment(t)
	for range 4 {
		d.night(nil)
	}
	for range 4 {
		d.night(func(s *planner.State, step planner.Step) {
			for _, b := range taken(s, step) {
				b.Totals.Rows = 0
			}
		})
	}
	d.want(`
complete 20261127T000005Z shrunken
complete 20261126T000005Z shrunken
complete 20261125T000005Z shrunken
complete 20261124T000005Z shrunken
complete 20261123T000005Z
complete 20261122T000005Z
complete 20261121T000005Z
complete 20261120T000005Z`)
}

// taken are the backups that a take has just made.
func taken(s *planner.State, step planner.Step) (made []*planner.Backup) {
	for _, addr := range step.Action.(planner.Take).Nodes {
		n := node(s, addr)
		made = append(made, &n.Backups[len(n.Backups)-1])
	}
	return made
}

func mark(s *planner.State, step planner.Step, status planner.Status) {
	for _, b := range taken(s, step) {
		b.Status = status
	}
}

// forget drops what a take has made on all nodes but some.
func forget(s *planner.State, step planner.Step, but []backup.NodeAddr) {
	for _, addr := range step.Action.(planner.Take).Nodes {
		if n := node(s, addr); !contains(but, addr) {
			n.Backups = n.Backups[:len(n.Backups)-1]
		}
	}
}
