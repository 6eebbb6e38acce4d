package planner_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// history is a random policy with a random past: what any number of nights, outages, clock
// faults and operators may have left behind.
type history struct {
	policy *config.Policy
	state  planner.State
	now    time.Time
}

var historyNodes = []backup.NodeAddr{
	{Kind: backup.Cassandra, Name: "homer"}, {Kind: backup.Cassandra, Name: "homestead"}, {Kind: backup.MySQL, Name: "ellis"},
}

func drawHistory(t *rapid.T) *history {
	h := &history{now: drawNow(t)}
	h.policy = drawPolicy(t)
	h.state = planner.State{At: h.now, Host: "h", Deployment: "site1"}
	for _, n := range h.policy.Nodes {
		h.state.Nodes = append(h.state.Nodes, drawNodeState(t, n.Addr))
	}
	for i := range rapid.IntRange(0, 14).Draw(t, "sets") {
		h.drawSet(t, i)
	}
	return h
}

// drawNow picks instants at which calendars and clocks do something.
func drawNow(t *rapid.T) time.Time {
	base := rapid.SampledFrom([]string{
		"2026-11-24T12:00:00Z", "2026-03-29T00:59:59Z", "2026-10-25T01:30:00Z", "2026-10-03T15:30:00Z", "2027-01-04T00:00:00Z",
		"2028-02-29T23:59:59Z", "2028-03-01T00:00:00Z", "2038-01-19T03:14:08Z", "1970-06-01T00:00:00Z", "2026-11-23T10:00:00Z",
	}).Draw(t, "now")
	at, err := time.Parse(time.RFC3339, base)
	if err != nil {
		panic(err)
	}
	return at.Add(time.Duration(rapid.IntRange(0, 86400).Draw(t, "second")) * time.Second)
}

func drawPolicy(t *rapid.T) *config.Policy {
	p := &config.Policy{
		Deployment: "site1", Scheduler: config.NoScheduler,
		Timezone: rapid.SampledFrom([]string{"UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"}).Draw(t, "zone"),
	}
	for _, n := range historyNodes[:rapid.IntRange(1, 3).Draw(t, "nodes")] {
		p.Nodes = append(p.Nodes, config.Node{Addr: n, SnapshotPath: "/var/backups/cwb/" + n.Name})
	}
	for i := range rapid.IntRange(1, 2).Draw(t, "blocks") {
		name := fmt.Sprintf("block%d", i)
		p.Retentions = append(p.Retentions, drawRetention(t, name))
		p.Backups = append(p.Backups, drawBlock(t, name, p.Nodes))
	}
	return p
}

func drawRetention(t *rapid.T, name string) config.Retention {
	few := func(label string) int { return max(0, rapid.IntRange(-3, 4).Draw(t, label)) }
	r := config.Retention{
		Name: name, KeepLast: few("last"), KeepHourly: few("hourly"), KeepDaily: few("daily"), KeepWeekly: few("weekly"),
		KeepMonthly: few("monthly"), KeepYearly: few("yearly"), KeepWithin: time.Duration(few("within")) * 24 * time.Hour,
		MinGood: rapid.IntRange(1, 3).Draw(t, "min_good"), MaxShrink: config.Percent(rapid.IntRange(10, 100).Draw(t, "max_shrink")),
		MaxRemove: config.Percent(rapid.SampledFrom([]int{0, 25, 100}).Draw(t, "max_remove")),
	}
	if r.KeepLast+r.KeepHourly+r.KeepDaily+r.KeepWeekly+r.KeepMonthly+r.KeepYearly == 0 && r.KeepWithin == 0 {
		r.KeepLast = 1
	}
	return r
}

func drawBlock(t *rapid.T, name string, nodes []config.Node) config.Backup {
	b := config.Backup{
		Name: name, Retention: name, OnFailure: rapid.SampledFrom([]config.OnFailure{config.GoOn, config.Abort}).Draw(t, "on_failure"),
		Schedule: rapid.SampledFrom([]string{"0 0 * * *", "30 2 * * *", "0 * * * *", "15 1 * * 0", "0 0 29 2 *", ""}).Draw(t, "schedule"),
	}
	first := rapid.IntRange(0, len(nodes)-1).Draw(t, "first")
	for _, n := range nodes[first:] {
		b.Nodes = append(b.Nodes, n.Addr)
	}
	return b
}

// seldom is true one time in n.
func seldom(t *rapid.T, n int, label string) bool { return rapid.IntRange(1, n).Draw(t, label) == 1 }

func drawNodeState(t *rapid.T, addr backup.NodeAddr) planner.NodeState {
	n := planner.NodeState{Node: addr, Server: planner.Server{Identity: identity(addr, "one")}}
	switch rapid.IntRange(0, 19).Draw(t, "node") {
	case 0:
		return planner.NodeState{Node: addr, Error: "no route to host"}
	case 1:
		n.Server = planner.Server{Down: "connection refused"}
	case 2:
		n.Server.Identity = identity(addr, "two")
	case 3, 4:
		n.Server.Identity = identity(addr, "two")
		n.Successor = &backup.Succession{Identity: identity(addr, "two"), Former: []backup.Identity{identity(addr, "one")}}
	case 5:
		n.Unreadable = []planner.Unreadable{{Path: "x/backup.json", Error: "damaged"}}
	case 6:
		n.Server.Refusals = []string{"no privilege"}
	case 7:
		n.Lock = &planner.Lock{Who: "ops"}
	}
	return n
}

// drawSet adds a set, or what is left of one, to the nodes of a block.
func (h *history) drawSet(t *rapid.T, number int) {
	b := rapid.SampledFrom(h.policy.Backups).Draw(t, "block")
	if seldom(t, 15, "gone") {
		b.Name = "gone"
	}
	id := h.drawID(t)
	purpose := rapid.SampledFrom([]backup.Purpose{backup.ForPolicy, backup.ForPolicy, backup.ForPolicy, backup.Manual, backup.Safety}).Draw(t, "purpose")
	rows := rapid.SampledFrom([]int64{1000, 1000, 1000, 1000, 900, 600, 450, 200, 0}).Draw(t, "rows")
	whole := !seldom(t, 4, "broken")
	for i := range h.state.Nodes {
		n := &h.state.Nodes[i]
		if !contains(b.Nodes, n.Node) || n.Error != "" || h.has(n, id) || !whole && seldom(t, 2, "missing") {
			continue
		}
		one := planner.Backup{
			Set: id, Block: b.Name, Purpose: purpose, Status: planner.Good, Members: b.Nodes, Identity: identity(n.Node, "one"), Began: id.Time(),
			Record: fmt.Sprint("record-", number), VerifiedAt: id.Time().Add(time.Minute), Totals: backup.Totals{Tables: 3, Rows: rows, Bytes: 1000},
		}
		h.drawFault(t, &one, n, whole)
		n.Backups = append(n.Backups, one)
	}
}

// drawFault makes a backup what it should not be, now and then.
func (h *history) drawFault(t *rapid.T, b *planner.Backup, n *planner.NodeState, whole bool) {
	if n.Successor != nil && seldom(t, 2, "new server") {
		b.Identity = identity(n.Node, "two")
	}
	if !whole {
		b.Status = rapid.SampledFrom([]planner.Status{planner.Good, planner.Partial, planner.Damaged, planner.Debris, planner.Running}).Draw(t, "status")
	}
	switch rapid.IntRange(0, 39).Draw(t, "fault") {
	case 0:
		b.Held = &backup.Hold{Reason: "audit"}
	case 1:
		b.ShrinkAccepted = true
	case 2, 3, 4:
		b.Origin, b.Foreign, b.Block, b.Members, b.Identity = backup.Adopted, "dump", "", nil, backup.Identity{}
	case 5:
		b.VerifiedAt = time.Time{}
	case 6:
		b.Identity = identity(n.Node, "three")
	}
}

// drawID picks a time in the past, seldom the future.
func (h *history) drawID(t *rapid.T) backup.SetID {
	if seldom(t, 40, "far") {
		return rapid.SampledFrom([]backup.SetID{"19700101T000000Z", "20380119T031408Z", "20991231T235959Z"}).Draw(t, "id")
	}
	unit := rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 24 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 31 * 24 * time.Hour}).Draw(t, "unit")
	back := rapid.IntRange(0, 12).Draw(t, "back")
	if seldom(t, 25, "ahead") {
		back = -back
	}
	return backup.NewSetID(h.now.Add(-time.Duration(back)*unit - time.Duration(rapid.IntRange(0, 2).Draw(t, "late"))*time.Second))
}

func (h *history) has(n *planner.NodeState, id backup.SetID) bool {
	for _, b := range n.Backups {
		if b.Set == id {
			return true
		}
	}
	return false
}

func contains(nodes []backup.NodeAddr, n backup.NodeAddr) bool {
	for _, one := range nodes {
		if one == n {
			return true
		}
	}
	return false
}
