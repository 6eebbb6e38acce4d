package planner

import (
	"slices"
	"strings"
	"time"

	"cwb/config"
	"cwb/internal/backup"
)

// overdueAfter is how long a slot may stay without a complete set before that is an alarm: a
// take of a large node needs its time.
const overdueAfter = time.Hour

// Health is how well everything could be restored at one moment.
type Health struct {
	Nodes    []NodeHealth // in order of address
	Findings []Finding    // what is wrong, the worst first
}

// NodeHealth is what the newest good backup of a node is, and what is wrong with the node.
type NodeHealth struct {
	Node     backup.NodeAddr
	Set      backup.SetID  // that a restore of this node would choose, or could be told to; empty: there is none
	Age      time.Duration // of its content
	Problems []string      // what somebody must do something about
}

// AgeText is the age for people: "3 days", "0 minutes".
func (n NodeHealth) AgeText() string { return roundSpan(n.Age) }

// Troubled is how many nodes have problems.
func (h Health) Troubled() (count int) {
	for _, n := range h.Nodes {
		if len(n.Problems) > 0 {
			count++
		}
	}
	return count
}

// OK reports whether nothing is wrong that somebody must do something about.
func (h Health) OK() bool {
	return h.Troubled() == 0 && !slices.ContainsFunc(h.Findings, alarming)
}

// HealthOf judges some nodes of a state at the time now. It asks for no steps: what apply would
// do about what is wrong, cwb plan tells.
func HealthOf(p *config.Policy, s State, now time.Time, nodes ...backup.NodeAddr) (Health, error) {
	w, err := newWorld(p, s, now)
	if err != nil {
		return Health{}, err
	}
	d := &draft{w: w}
	d.observations()
	for _, b := range p.Backups {
		if err := d.observeOverdue(b); err != nil {
			return Health{}, err
		}
	}
	var health Health
	concerns := w.concerns(sortFindings(d.findings))
	for _, c := range concerns {
		if len(c.nodes) == 0 || c.of(nodes...) {
			health.Findings = append(health.Findings, c.Finding)
		}
	}
	w.eachPlace(func(pl *place) {
		if slices.Contains(nodes, pl.addr()) {
			health.Nodes = append(health.Nodes, w.healthOf(pl, concerns))
		}
	})
	return health, nil
}

// observeOverdue finds that a slot has passed, and nothing complete was taken for it.
func (d *draft) observeOverdue(b config.Backup) error {
	due, open, err := d.w.dueSlot(b)
	if err != nil || !open || d.w.now.Sub(due.at) < overdueAfter || d.w.blind(b) || d.w.takesNow(b.Name, due.at) {
		return err
	}
	since := "there is no complete set yet"
	if due.last != nil {
		since = "the newest complete set is " + string(due.last.ID)
	}
	d.find(KindOverdue, Critical, b.Name, "the slot of %s has no complete set; %s. cwb log tells what was tried; if nothing was, see that something starts cwb apply (scheduler in the policy, or your own), and take it now with: cwb backup %s",
		d.w.local(due.at), since, b.Name)
	return nil
}

// takesNow reports whether a block's set is being taken that began at or after a time.
func (w *world) takesNow(block string, at time.Time) bool {
	return slices.ContainsFunc(w.sets[block], func(s *Set) bool { return s.Status == SetRunning && !s.began().Before(at) })
}

// concern is a finding, and the nodes of the policy that it is about: itself or its backups, or
// a block or set that it is a member of. What is about none is everybody's.
type concern struct {
	Finding
	nodes []backup.NodeAddr
}

func (w *world) concerns(findings []Finding) []concern {
	all := make([]concern, len(findings))
	for i, f := range findings {
		nodes := slices.DeleteFunc(w.membersOf(f.Subject), func(n backup.NodeAddr) bool { return w.places[n] == nil })
		all[i] = concern{f, nodes}
	}
	return all
}

// membersOf are the nodes that a finding's subject stands for, in a slice of its own.
func (w *world) membersOf(subject string) []backup.NodeAddr {
	address, _, _ := strings.Cut(subject, "/")
	if n, err := backup.ParseNodeAddr(address); err == nil {
		return []backup.NodeAddr{n}
	}
	if b, declared := w.policy.Backup(subject); declared {
		return slices.Clone(b.Nodes)
	}
	var lacking []backup.NodeAddr
	for _, sets := range w.sets {
		for _, s := range sets {
			if string(s.ID) == subject {
				lacking = append(lacking, s.Missing...)
			}
		}
	}
	return lacking
}

// of reports whether it is about one of the nodes.
func (c concern) of(nodes ...backup.NodeAddr) bool {
	return slices.ContainsFunc(c.nodes, func(n backup.NodeAddr) bool { return slices.Contains(nodes, n) })
}

func (w *world) healthOf(pl *place, concerns []concern) NodeHealth {
	n := NodeHealth{Node: pl.addr()}
	if set := w.bestOf(pl.addr()); set != nil {
		part, _ := set.part(pl.addr())
		n.Set, n.Age = set.ID, w.now.Sub(part.Backup.Captured)
	}
	for _, c := range concerns {
		if alarming(c.Finding) && c.of(pl.addr()) {
			n.Problems = append(n.Problems, c.Message)
		}
	}
	if n.Set == "" && !pl.unreachable() {
		n.Problems = append(n.Problems, "there is no good backup of it")
	}
	return n
}

// bestOf is the set that the latest means for a node, or else the newest with a good backup of
// it, which can be restored by name; nil when there is none.
func (w *world) bestOf(n backup.NodeAddr) *Set {
	all := slices.Concat(w.complete([]backup.NodeAddr{n}), w.goods[n])
	at := slices.IndexFunc(all, func(s *Set) bool {
		p, ok := s.part(n)
		return ok && p.Backup.Status == Good
	})
	if at < 0 {
		return nil
	}
	return all[at]
}

// alarming reports whether a finding is one that status ends with a failure for.
func alarming(f Finding) bool {
	switch f.Kind {
	case KindBelowFloor, KindBackupPartial:
		return true
	}
	return f.Severity == Critical
}
