package planner_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/planner"
)

func TestSets(t *testing.T) {
	sc := &scenario{policy: loadPolicy(t, ""), now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	sc.begin()
	for _, line := range []string{
		"every", "good 20261120T000000Z 20261121T000000Z", "good 20261122T000000Z rows=3", "good 20261123T000000Z purpose=safety", "debris 20261123T010000Z",
		"good 20261130T000000Z",
		"node mysql.ellis", "good 20261124T000000Z held=audit", "good 20261124T110000Z", "good 20261001T000000Z adopted=dump",
		"node cassandra.homer", "damaged 20261124T000000Z", "running 20261124T110000Z",
	} {
		if err := sc.stateLine(line); err != nil {
			t.Fatal(err)
		}
	}
	find(&sc.state, mustNode("mysql.ellis"), "20261120T000000Z").Captured = time.Date(2026, 11, 20, 0, 0, 9, 0, time.UTC)
	sets, err := planner.Sets(sc.policy, sc.state, sc.now)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range sets {
		got = append(got, fmt.Sprintf("%s %s %s %s %s missing=%v spread=%v held=%v shrunken=%v future=%v parts=%d",
			s.ID, s.Block, s.Purpose, s.Origin, s.Status, s.Missing, s.Spread, s.Held != nil, s.Shrunken, s.Future, len(s.Parts)))
	}
	want := `20261130T000000Z subscribers policy  complete missing=[] spread=0s held=false shrunken=false future=true parts=2
20261124T110000Z subscribers policy  running missing=[cassandra.homer] spread=0s held=false shrunken=false future=false parts=2
20261124T000000Z subscribers policy  incomplete missing=[cassandra.homer] spread=0s held=true shrunken=false future=false parts=2
20261123T000000Z subscribers safety  complete missing=[] spread=0s held=false shrunken=false future=false parts=2
20261122T000000Z subscribers policy  complete missing=[] spread=0s held=false shrunken=true future=false parts=2
20261121T000000Z subscribers policy  complete missing=[] spread=0s held=false shrunken=false future=false parts=2
20261120T000000Z subscribers policy  complete missing=[] spread=7s held=false shrunken=false future=false parts=2
20261001T000000Z subscribers policy adopted complete missing=[] spread=0s held=false shrunken=false future=false parts=1`
	if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
}
