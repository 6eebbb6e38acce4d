package planner_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/internal/soak"
	"cwb/planner"
)

// histories is how many random histories each property is held against. Eight properties
// with 1,500 each are 12,000; soaking asks for more.
var histories = flag.Int("histories", soak.Of(1500, 10000), "random histories for each property")

// forHistories checks a property. A failure prints the seed and the smallest history found.
func forHistories(t *testing.T, property func(*rapid.T, *history)) {
	t.Helper()
	settings := map[string]string{"rapid.checks": fmt.Sprint(*histories), "rapid.nofailfile": "true", "rapid.shrinktime": "10s"}
	if seed, given := soak.Given(t); given {
		settings["rapid.seed"] = fmt.Sprint(seed)
	}
	for name, value := range settings {
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) { property(rt, drawHistory(rt)) })
	soak.Figures(t, "%d histories", *histories)
}

type key struct {
	node backup.NodeAddr
	set  backup.SetID
}

// retention applies retention and returns what stays and what goes.
func retention(t *rapid.T, p *config.Policy, s planner.State, now time.Time) (keep, remove map[key]string) {
	k, r, err := planner.ApplyRetention(p, s, now)
	if err != nil {
		t.Fatal(err)
	}
	keep, remove = map[key]string{}, map[key]string{}
	for _, one := range k {
		keep[key{one.Node, one.Set}] = fmt.Sprint(one.Reasons)
		if len(one.Reasons) == 0 {
			t.Fatalf("%v is kept without a reason", one)
		}
	}
	for _, one := range r {
		remove[key{one.Node, one.Set}] = one.Reason
	}
	if len(k) != len(keep) || len(r) != len(remove) {
		t.Fatal("a backup is judged twice")
	}
	return keep, remove
}

func diff(t *rapid.T, p *config.Policy, s planner.State, now time.Time) *planner.Plan {
	plan, err := planner.Diff(p, s, now, planner.Request{Verb: planner.VerbReconcile})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestEveryBackupIsKeptOrRemovedAndNeverBoth(t *testing.T) {
	forHistories(t, func(t *rapid.T, h *history) {
		keep, remove := retention(t, h.policy, h.state, h.now)
		for _, n := range h.state.Nodes {
			for _, b := range n.Backups {
				k := key{n.Node, b.Set}
				_, stays := keep[k]
				_, goes := remove[k]
				if stays == goes {
					t.Fatalf("%v: stays %v, goes %v", k, stays, goes)
				}
				delete(keep, k)
				delete(remove, k)
			}
		}
		if len(keep)+len(remove) > 0 {
			t.Fatalf("judged what is not there: %v %v", keep, remove)
		}
	})
}

func TestOrderOfObservationDoesNotMatter(t *testing.T) {
	forHistories(t, func(t *rapid.T, h *history) {
		other := shuffled(h.state, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)))
		a, b := diff(t, h.policy, h.state, h.now), diff(t, h.policy, other, h.now)
		if a.ID != b.ID || render(a, nil) != render(b, nil) {
			t.Fatalf("plans differ:\n%s\n%s", render(a, nil), render(b, nil))
		}
	})
}

func TestRetentionAppliedTwiceRemovesNothingMore(t *testing.T) {
	forHistories(t, func(t *rapid.T, h *history) {
		_, remove := retention(t, h.policy, h.state, h.now)
		for k := range remove {
			drop(&h.state, k.node, k.set)
		}
		if _, more := retention(t, h.policy, h.state, h.now); len(more) > 0 {
			t.Fatalf("after %v were removed, these go: %v", remove, more)
		}
	})
}

func TestAnAddedRuleNeverRemovesMore(t *testing.T) {
	forHistories(t, func(t *rapid.T, h *history) {
		_, before := retention(t, h.policy, h.state, h.now)
		r := &h.policy.Retentions[rapid.IntRange(0, len(h.policy.Retentions)-1).Draw(t, "retention")]
		rule := rapid.SampledFrom([]*int{&r.KeepLast, &r.KeepHourly, &r.KeepDaily, &r.KeepWeekly, &r.KeepMonthly, &r.KeepYearly, &r.MinGood}).Draw(t, "rule")
		*rule += rapid.IntRange(1, 5).Draw(t, "more")
		r.KeepWithin += time.Duration(rapid.IntRange(0, 10).Draw(t, "days")) * 24 * time.Hour
		_, after := retention(t, h.policy, h.state, h.now)
		for k, why := range after {
			if _, went := before[k]; !went {
				t.Fatalf("with more rules %v goes: %s", k, why)
			}
		}
	})
}

// TestWhatDoesNotCountChangesNothing adds backups that must never count, and expects the
// same verdict about all that were there.
func TestWhatDoesNotCountChangesNothing(t *testing.T) {
	forHistories(t, func(t *rapid.T, h *history) {
		keep, remove := retention(t, h.policy, h.state, h.now)
		for _, k := range h.adopted() { // among themselves adopted ones do count
			delete(keep, k)
			delete(remove, k)
		}
		for i := range rapid.IntRange(1, 6).Draw(t, "added") {
			h.addUncounted(t, i)
		}
		_, after := retention(t, h.policy, h.state, h.now)
		for k := range keep {
			if why, goes := after[k]; goes {
				t.Fatalf("%v goes because of what does not count: %s", k, why)
			}
		}
		for k, why := range remove {
			if _, goes := after[k]; !goes {
				t.Fatalf("%v stays because of what does not count; before: %s", k, why)
			}
		}
	})
}

func (h *history) adopted() (keys []key) {
	for _, n := range h.state.Nodes {
		for _, b := range n.Backups {
			if b.Origin == backup.Adopted {
				keys = append(keys, key{n.Node, b.Set})
			}
		}
	}
	return keys
}

// addUncounted adds an adopted, safety, partial, damaged, running, left or future backup.
func (h *history) addUncounted(t *rapid.T, number int) {
	n := &h.state.Nodes[rapid.IntRange(0, len(h.state.Nodes)-1).Draw(t, "node")]
	b := planner.Backup{
		Set: h.drawID(t), Block: h.policy.Backups[0].Name, Purpose: backup.ForPolicy, Status: planner.Good, Members: []backup.NodeAddr{n.Node},
		Identity: n.Server.Identity, Record: fmt.Sprint("added-", number), VerifiedAt: h.now, Totals: backup.Totals{Tables: 9, Rows: 9000, Bytes: 90000},
	}
	newest := ""
	for _, old := range n.Backups { // whose place it is must stay as it was
		if old.Origin == backup.Own && old.Purpose != backup.Safety && old.Status != planner.Running && old.Status != planner.Debris && string(old.Set) > newest {
			newest, b.Identity = string(old.Set), old.Identity
		}
	}
	switch kind := rapid.SampledFrom([]string{"adopted", "safety", "partial", "damaged", "running", "debris", "future"}).Draw(t, "kind"); kind {
	case "adopted":
		b.Origin, b.Foreign, b.Block = backup.Adopted, "dump", ""
	case "safety":
		b.Purpose = backup.Safety
	case "future":
		b.Set = "21000101T000000Z"
	default:
		b.Status = planner.Status(kind)
	}
	for i := range h.state.Nodes {
		if h.has(&h.state.Nodes[i], b.Set) {
			return // it would join or hide what is there
		}
	}
	n.Backups = append(n.Backups, b)
}

// TestTheNewestGoodAndTheFloorSurvive applies a plan, whole or cut short after any step, and
// counts what each node has left.
func TestTheNewestGoodAndTheFloorSurvive(t *testing.T) {
	forHistories(t, func(t *rapid.T, h *history) {
		plan := diff(t, h.policy, h.state, h.now)
		s, failed := plan.State, map[planner.StepID]bool{}
		for _, step := range plan.Steps {
			fails := step.HeldBy != "" || seldom(t, 4, "fails")
			for _, need := range step.Needs {
				fails = fails || failed[need]
			}
			if failed[step.ID] = fails; !fails {
				s = applied(&planner.Plan{State: s, Created: h.now, Steps: []planner.Step{step}})
			}
		}
		for i, n := range plan.State.Nodes {
			before, after := goodSets(n, h.now), goodSets(s.Nodes[i], h.now)
			floor := min(len(before), h.floorOf(n.Node))
			if len(before) > 0 && (len(after) == 0 || after[0] < before[0]) || len(after) < floor {
				t.Fatalf("%s had %v and has %v (floor %d) after\n%s", n.Node, before, after, floor, render(plan, nil))
			}
		}
	})
}

// goodSets are the good backups of a node that count as such, newest first.
func goodSets(n planner.NodeState, now time.Time) (ids []backup.SetID) {
	for _, b := range n.Backups {
		if b.Origin == backup.Own && b.Purpose != backup.Safety && b.Status == planner.Good && !b.Set.Time().After(now.Add(5*time.Minute)) {
			ids = append(ids, b.Set)
		}
	}
	slices.SortFunc(ids, func(a, b backup.SetID) int { return strings.Compare(string(b), string(a)) })
	return ids
}

// floorOf is the smallest min_good of the blocks that take a node.
func (h *history) floorOf(n backup.NodeAddr) int {
	floor := 0
	for _, b := range h.policy.Backups {
		r, _ := h.policy.Retention(b.Retention)
		if contains(b.Nodes, n) && (floor == 0 || r.MinGood < floor) {
			floor = r.MinGood
		}
	}
	return floor
}

// TestAppliedPlansLeaveNoSteps: a plan without held steps is all there was to do. What a
// guard held back may go on after the take that came with it, so then a few rounds are
// allowed; they must end.
func TestAppliedPlansLeaveNoSteps(t *testing.T) {
	forHistories(t, func(t *rapid.T, h *history) {
		first := diff(t, h.policy, h.state, h.now)
		plan, rounds := first, 0
		for len(free(plan)) > 0 && rounds < 4 {
			plan = diff(t, h.policy, applied(plan), h.now)
			rounds++
		}
		if left := free(plan); len(left) > 0 || rounds > 1 && len(free(first)) == len(first.Steps) {
			t.Fatalf("after\n%s\nround %d has %v:\n%s", render(first, nil), rounds, left, render(plan, nil))
		}
	})
}

// free are the steps that no guard holds back.
func free(p *planner.Plan) (ids []planner.StepID) {
	for _, step := range p.Steps {
		if step.HeldBy == "" {
			ids = append(ids, step.ID)
		}
	}
	return ids
}

// TestRemovalsAreProvenJustBefore runs each plan as the executor does, asking before each
// removal whether it may still happen: yes, when all it needs was done, and never before.
func TestRemovalsAreProvenJustBefore(t *testing.T) {
	forHistories(t, func(t *rapid.T, h *history) {
		plan := diff(t, h.policy, h.state, h.now)
		s := plan.State
		for _, step := range plan.Steps {
			r, removes := step.Action.(planner.Remove)
			if removes {
				early := planner.StillRemovable(h.policy, plan.State, h.now, r)
				if early == nil && mustWait(step) {
					t.Fatalf("%s could go at once, though it is held (%s) or needs %v", step.ID, step.HeldBy, step.Needs)
				}
			}
			if step.HeldBy != "" {
				continue
			}
			if removes {
				if err := planner.StillRemovable(h.policy, s, h.now, r); err != nil {
					t.Fatalf("%s: %v\n%s", step.ID, err, render(plan, nil))
				}
			}
			s = applied(&planner.Plan{State: s, Created: h.now, Steps: []planner.Step{step}})
		}
	})
}

// mustWait reports whether the world itself forbids a removal until other steps are done.
// The size of a plan, and the order of its removals, are the plan's own concern.
func mustWait(s planner.Step) bool {
	other := func(id planner.StepID) bool { return !strings.HasPrefix(string(id), "remove-") }
	return s.HeldBy != "" && !strings.Contains(s.HeldBy, "max_remove") && !strings.Contains(s.HeldBy, "needs") || slices.ContainsFunc(s.Needs, other)
}
