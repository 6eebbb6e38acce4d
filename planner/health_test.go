package planner_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/backup"
	"cwb/planner"
)

// health judges a state of lines at noon, when the slot of midnight is twelve hours old.
func health(t *testing.T, now time.Time, only []backup.NodeAddr, lines ...string) planner.Health {
	t.Helper()
	sc := &scenario{policy: loadPolicy(t, ""), now: now}
	sc.begin()
	for _, line := range lines {
		if err := sc.stateLine(line); err != nil {
			t.Fatal(err)
		}
	}
	if only == nil {
		for _, n := range sc.policy.Nodes {
			only = append(only, n.Addr)
		}
	}
	h, err := planner.HealthOf(sc.policy, sc.state, sc.now, only...)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHealth(t *testing.T) {
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	good := []string{"every", "good 20261122T000000Z 20261123T000000Z 20261124T000000Z"}
	for name, c := range map[string]struct {
		now   time.Time
		lines []string
		want  string // by node: set, age, how many problems; then the kinds of finding; then whether all is well
	}{
		"all is well":       {noon, good, "cassandra.homer 20261124T000000Z 11 hours 0; mysql.ellis 20261124T000000Z 11 hours 0; []; true"},
		"nothing was taken": {noon, nil, "cassandra.homer  0 minutes 2; mysql.ellis  0 minutes 2; [overdue]; false"},
		"the slot is 59 minutes old": {time.Date(2026, 11, 24, 0, 59, 0, 0, time.UTC), good[:1:1],
			"cassandra.homer  0 minutes 1; mysql.ellis  0 minutes 1; []; false"},
		"overdue": {noon, []string{"every", "good 20261122T000000Z 20261123T000000Z"},
			"cassandra.homer 20261123T000000Z 35 hours 1; mysql.ellis 20261123T000000Z 35 hours 1; [overdue]; false"},
		"due, and being taken": {noon, []string{"every", "good 20261122T000000Z 20261123T000000Z", "running 20261124T000000Z", "locked ops"},
			"cassandra.homer 20261123T000000Z 35 hours 0; mysql.ellis 20261123T000000Z 35 hours 0; [lock_held lock_held running running]; true"},
		"damaged": {noon, append(good, "node mysql.ellis", "damaged 20261121T000000Z"),
			"cassandra.homer 20261124T000000Z 11 hours 0; mysql.ellis 20261124T000000Z 11 hours 1; [backup_damaged]; false"},
		"the newest is damaged": {noon, []string{"every", "good 20261122T000000Z 20261123T000000Z", "node cassandra.homer", "good 20261124T000000Z", "node mysql.ellis", "damaged 20261124T000000Z"},
			"cassandra.homer 20261123T000000Z 35 hours 1; mysql.ellis 20261123T000000Z 35 hours 3; [backup_damaged overdue set_incomplete]; false"},
		"below the floor": {noon, []string{"every", "good 20261124T000000Z"},
			"cassandra.homer 20261124T000000Z 11 hours 1; mysql.ellis 20261124T000000Z 11 hours 1; [below_floor]; false"},
		"the newest is shrunken": {noon, []string{"every", "good 20261122T000000Z 20261123T000000Z", "good 20261124T000000Z rows=3"},
			"cassandra.homer 20261123T000000Z 35 hours 1; mysql.ellis 20261123T000000Z 35 hours 1; [shrunken]; false"},
		"a node cannot be reached": {noon, append(good, "node mysql.ellis", "unreachable no such directory"),
			"cassandra.homer 20261124T000000Z 11 hours 0; mysql.ellis  0 minutes 1; [node_unreachable]; false"},
		"a server is down": {noon, append(good, "node mysql.ellis", "down connection refused"),
			"cassandra.homer 20261124T000000Z 11 hours 0; mysql.ellis 20261124T000000Z 11 hours 1; [server_down]; false"},
		"a restore is unfinished": {noon, append(good, "node cassandra.homer", "restored 20261124T110000Z of 20261124T000000Z truncate+ changed"),
			"cassandra.homer 20261124T000000Z 11 hours 1; mysql.ellis 20261124T000000Z 11 hours 0; [restore_unfinished]; false"},
		"a restore is done": {noon, append(good, "node cassandra.homer", "restored 20261124T110000Z of 20261124T000000Z import+ changed finished=20261124T110500Z"),
			"cassandra.homer 20261124T000000Z 11 hours 0; mysql.ellis 20261124T000000Z 11 hours 0; [restore_undo_kept]; true"},
		"only one node has a good backup": {noon, []string{"every", "node mysql.ellis", "good 20261124T000000Z of=mysql.ellis,cassandra.homer"},
			"cassandra.homer  0 minutes 4; mysql.ellis 20261124T000000Z 11 hours 2; [overdue set_incomplete below_floor]; false"},
		"an old script is active": {noon, append(good, "legacy * 0 * * * root do_backup.sh"),
			"cassandra.homer 20261124T000000Z 11 hours 0; mysql.ellis 20261124T000000Z 11 hours 0; [legacy_script_active]; false"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, healthText(health(t, c.now, nil, c.lines...))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func healthText(h planner.Health) string {
	var parts []string
	for _, n := range h.Nodes {
		parts = append(parts, fmt.Sprintf("%s %s %s %d", n.Node, n.Set, n.AgeText(), len(n.Problems)))
	}
	kinds := []string{}
	for _, f := range h.Findings {
		kinds = append(kinds, f.Kind)
	}
	return strings.Join(append(parts, fmt.Sprint(kinds), fmt.Sprint(h.OK())), "; ")
}

// What is wrong with other nodes does not concern who asks for one; what is about none does.
func TestHealthOfOneNode(t *testing.T) {
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	lines := []string{"every", "good 20261122T000000Z 20261123T000000Z 20261124T000000Z", "node mysql.ellis", "down connection refused"}
	homer, ellis := mustNode("cassandra.homer"), mustNode("mysql.ellis")
	if got, want := healthText(health(t, noon, []backup.NodeAddr{homer}, lines...)), "cassandra.homer 20261124T000000Z 11 hours 0; []; true"; got != want {
		t.Errorf("homer: %s, want %s", got, want)
	}
	if got, want := healthText(health(t, noon, []backup.NodeAddr{ellis}, lines...)), "mysql.ellis 20261124T000000Z 11 hours 1; [server_down]; false"; got != want {
		t.Errorf("ellis: %s, want %s", got, want)
	}
	lines = append(lines, "legacy 0 0 * * * root do_backup.sh")
	if got, want := healthText(health(t, noon, []backup.NodeAddr{homer}, lines...)), "cassandra.homer 20261124T000000Z 11 hours 0; [legacy_script_active]; false"; got != want {
		t.Errorf("homer beside an old script: %s, want %s", got, want)
	}
}
