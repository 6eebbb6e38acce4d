package planner_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/backup"
	"cwb/planner"
)

// TestEqualSteps changes the world between a plan and its apply.
func TestEqualSteps(t *testing.T) {
	for name, test := range map[string]struct {
		change func(s *planner.State)
		want   []string
	}{
		"nothing changed":  {func(s *planner.State) {}, nil},
		"it is later":      {func(s *planner.State) { s.At = s.At.Add(time.Hour) }, nil},
		"less room":        {func(s *planner.State) { s.Nodes[0].FreeBytes = 1 << 30 }, nil},
		"a finding more":   {func(s *planner.State) { s.Nodes[0].Problems = []string{"nearly full"} }, nil},
		"somebody works":   {func(s *planner.State) { s.Nodes[0].Lock = &planner.Lock{Who: "ops"} }, nil},
		"the reason reads": {func(s *planner.State) { s.Nodes[0].Server.ConsistencyReason = "all 13 tables are InnoDB" }, nil},
		"the rung changed": {func(s *planner.State) { s.Nodes[0].Server.Consistency = "tables" }, []string{
			`take-subscribers would now be take {"backup":"subscribers","purpose":"policy","nodes":["cassandra.homer","mysql.ellis"],"members":["cassandra.homer","mysql.ellis"],"slot":"2026-11-24T00:00:00Z","rungs":{"cassandra.homer":"tables"}}, not take {"backup":"subscribers","purpose":"policy","nodes":["cassandra.homer","mysql.ellis"],"members":["cassandra.homer","mysql.ellis"],"slot":"2026-11-24T00:00:00Z"}`,
		}},
		"a backup was removed": {func(s *planner.State) { s.Nodes[1].Backups = s.Nodes[1].Backups[1:] }, []string{
			"remove-mysql.ellis-20261120T000000Z is no longer needed",
		}},
		"a backup was replaced": {func(s *planner.State) { s.Nodes[1].Backups[0].Record = "other" }, []string{
			`remove-mysql.ellis-20261120T000000Z would now be remove {"node":"mysql.ellis","set":"20261120T000000Z","backup":"subscribers","record":"other","bytes":9000}, not remove {"node":"mysql.ellis","set":"20261120T000000Z","backup":"subscribers","record":"record-20261120T000000Z","bytes":9000}`,
		}},
		"a hold was placed": {func(s *planner.State) { s.Nodes[0].Backups[0].Held = &backup.Hold{Reason: "audit"} }, []string{
			"remove-cassandra.homer-20261120T000000Z is no longer needed",
			"remove-mysql.ellis-20261120T000000Z is no longer needed",
		}},
		"a record cannot be read": {func(s *planner.State) { s.Nodes[1].Unreadable = []planner.Unreadable{{Path: "x/backup.json"}} }, []string{
			"remove-mysql.ellis-20261120T000000Z is held back now: 1 record of mysql.ellis cannot be read (x/backup.json), so nothing is removed there; see its finding",
		}},
		"a run was killed": {func(s *planner.State) {
			s.Nodes[1].Backups = append(s.Nodes[1].Backups, planner.Backup{Set: "20261124T000001Z", Status: planner.Debris, Identity: s.Nodes[1].Server.Identity})
		}, []string{
			"clean-mysql.ellis-20261124T000001Z is needed now: a killed run began it and nobody works on it; it has no record, so it is no backup",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			sc := &scenario{policy: loadPolicy(t, ""), now: time.Date(2026, 11, 24, 0, 0, 5, 0, time.UTC)}
			sc.begin()
			if err := sc.stateLine("daily 20261120T000000Z 4"); err != nil {
				t.Fatal(err)
			}
			request := planner.Request{Verb: planner.VerbReconcile}
			before, err := planner.Diff(sc.policy, sc.state, sc.now, request)
			if err != nil {
				t.Fatal(err)
			}
			test.change(&sc.state)
			now, err := planner.Diff(sc.policy, sc.state, before.Created, before.Request)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range planner.EqualSteps(before, now) {
				got = append(got, fmt.Sprintf("%s %s", d.Step, d.Reason))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}
