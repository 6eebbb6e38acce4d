package cassandraengine

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"cwb/executor"
	"cwb/planner"
)

// What hosts say of themselves (VersionedValue), as the table shows it.
func TestWhatMembersAreAt(t *testing.T) {
	for name, c := range map[string]struct {
		status  string
		state   planner.MemberState
		settles string // a part of it; none: rows stay where they are
	}{
		"in order":                      {"NORMAL,-1013012486158372637", planner.MemberNormal, ""},
		"stopped":                       {"shutdown,true", planner.MemberStopped, ""},
		"moving":                        {"MOVING,4611686018427387904", planner.MemberMoving, "Mode: NORMAL"},
		"being decommissioned":          {"LEAVING,-1013012486158372637", planner.MemberLeaving, "Mode: DECOMMISSIONED"},
		"gone":                          {"LEFT,-1013012486158372637,1764000000000", planner.MemberLeft, ""},
		"being removed":                 {"removing,86baeddd-84f2-419c-ab52-fdcc7e77df65", planner.MemberRemoving, "begin the removal again"},
		"removed":                       {"removed,86baeddd-84f2-419c-ab52-fdcc7e77df65,1764000000000", planner.MemberLeft, ""},
		"replacing at the same address": {"hibernate,true", planner.MemberHibernating, "nodetool join"},
		"a word of a later version":     {"PONDERING,7", "", ""},
		"nothing":                       {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := withDoings(members([]peer{{hostID: hostTwo, tokens: []string{"1"}}}), []gossiped{{hostID: hostTwo, status: c.status}})
			if len(got) != 1 || got[0].State != c.state || got[0].Tokens != 1 || (got[0].Settles == "") != (c.settles == "") || !strings.Contains(got[0].Settles, c.settles) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// Hosts on their way in own nothing, and are in no table of peers. Those that are gone from
// there are not told of, though gossip still knows them for days.
func TestMembersOnTheirWayIn(t *testing.T) {
	f := newFake(t)
	f.server.told = []gossiped{
		{hostID: hostThree, address: "10.0.0.3", datacenter: "dc1", rack: "r3", status: "BOOT,-1013012486158372637"},
		{hostID: hostTwo, address: "10.0.0.2", datacenter: "dc1", rack: "r2", status: "BOOT_REPLACE,10.0.0.9"},
		{hostID: idOther, status: "LEFT,1,1764000000000"},
		{hostID: hostOne, status: "NORMAL,1"},
	}
	s, err := f.engine.Inspect(t.Context())
	if err != nil || len(s.Ring) != 3 {
		t.Fatalf("%+v, %v", s.Ring, err)
	}
	if m := s.Ring[0]; m.HostID != hostOne || m.State != planner.MemberNormal || m.Settles != "" {
		t.Errorf("%+v", m)
	}
	if m := s.Ring[1]; m.HostID != hostTwo || m.State != planner.MemberReplacing || m.Tokens != 0 || m.Rack != "r2" {
		t.Errorf("%+v", m)
	}
	if m := s.Ring[2]; m.State != planner.MemberJoining || m.Address != "10.0.0.3" || !strings.Contains(m.Settles, "nodetool bootstrap resume") {
		t.Errorf("%+v", m)
	}
	if f.calls() != "" {
		t.Errorf("nodetool was called: %s", f.calls())
	}
}

// Nobody can say whose the rows will be: what is restored then may be lost.
func TestRestoreWaitsUntilTheRingIsSettled(t *testing.T) {
	for name, c := range map[string]struct{ host, status, reason string }{
		"another joins":    {hostThree, "BOOT,9", "the host 10.0.0.3 (host id " + hostThree + ", dc1/r3) of the ring is joining, and until"},
		"another replaces": {hostThree, "BOOT_REPLACE,10.0.0.2", "is replacing"},
		"one moves":        {hostTwo, "MOVING,9", "the host 10.0.0.2 (host id " + hostTwo + ", dc1/r2) of the ring is moving"},
		"one leaves":       {hostTwo, "LEAVING,3", `is leaving, and until that has ended nobody can say whose the rows are: wait until "nodetool netstats" on it shows Mode: DECOMMISSIONED (if it shall stay after all: restart it; if it is dead: "nodetool removenode" on another host), then restore again`},
		"this one leaves":  {hostOne, "LEAVING,1", "the host 10.0.0.1 (host id " + hostOne + ", dc1/r1) of the ring is leaving"},
		"one is removed":   {hostTwo, "removing," + hostTwo, "is removing"},
		"one hibernates":   {hostTwo, "hibernate,true", "is hibernating"},
		"one is stopped":   {hostTwo, "shutdown,true", ""},
		"one was removed":  {idOther, "removed,x,1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newRingBackup(t)
			f.server.told = []gossiped{{hostID: c.host, address: "10.0.0.3", datacenter: "dc1", rack: "r3", status: c.status}}
			var said []string
			for _, r := range f.examine().Refusals {
				if r.Flag != "" {
					t.Errorf("%s lifts it", r.Flag)
				}
				said = append(said, r.Reason)
			}
			if text := strings.Join(said, "; "); (text == "") != (c.reason == "") || !strings.Contains(text, c.reason) || len(said) > 1 {
				t.Errorf("refused: %q", said)
			}
		})
	}
}

// What the ring was when the snapshot was taken is what ring.json tells.
func TestCaptureIsRepeatedWhenTheRingChanges(t *testing.T) {
	two := peer{hostID: hostTwo, address: "10.0.0.2", tokens: []string{"3"}, schemaVersion: "v1"}
	for name, c := range map[string]struct {
		change func(f *fake)
		hosts  int
		token  string
	}{
		"a host has joined": {func(f *fake) {
			f.server.others = append(f.server.others, peer{hostID: hostThree, tokens: []string{"9"}})
		}, 3, "9"},
		"a host has left":           {func(f *fake) { f.server.others = nil }, 1, "1"},
		"a host has moved":          {func(f *fake) { f.server.others = []peer{{hostID: hostTwo, tokens: []string{"7"}, schemaVersion: "v1"}} }, 2, "7"},
		"the node itself has moved": {func(f *fake) { f.server.row.tokens = []string{"8"} }, 2, "8"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.server.others = []peer{two}
			f.server.onAsked = func(n int) {
				if n == 2 { // after the first snapshot
					c.change(f)
				}
			}
			m := f.mustRun(f.spec(0))
			if n := strings.Count(f.calls(), "\nsnapshot -t "); n != 2 || strings.Count(f.calls(), "clearsnapshot") != 1 {
				t.Errorf("calls:\n%s", f.calls())
			}
			var ring ringFile
			if err := readJSON(m.dir, ringJSON, &ring); err != nil {
				t.Fatal(err)
			}
			text := string(m.dir[ringJSON])
			if len(ring.Hosts) != c.hosts || !strings.Contains(text, `"`+c.token+`"`) {
				t.Errorf("ring.json:\n%s", text)
			}
		})
	}
}

// A node that left is told from one that is not there yet.
func TestWhoIsOutsideTheRingIsToldWhy(t *testing.T) {
	for state, want := range map[string]string{
		"NEEDS_BOOTSTRAP": "has not joined its ring", "IN_PROGRESS": "Mode: NORMAL", "DECOMMISSIONED": "take it out of the policy",
	} {
		f := newFake(t)
		f.server.row.bootstrapped = state
		s, err := f.engine.Inspect(t.Context())
		if err != nil || len(s.Refusals) != 1 || !strings.Contains(s.Refusals[0], want) {
			t.Errorf("%s: %+v, %v", state, s.Refusals, err)
		}
	}
}

// What hosts are at is worth knowing; a server that does not tell it can be backed up as well as
// an older one, which has no such table.
func TestTakesGoOnWhereTheStatesCannotBeRead(t *testing.T) {
	f := newFake(t)
	f.server.silent = errors.New("read system_views.gossip_info: User cwb has no SELECT permission")
	s, err := f.engine.Inspect(t.Context())
	if err != nil || s.Down != "" || s.Identity.IsZero() || len(s.Ring) != 1 || s.Ring[0].State != "" || len(s.Refusals) > 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if len(s.Notes) != 1 || !strings.Contains(s.Notes[0], "no SELECT permission") || !strings.Contains(s.Notes[0], "GRANT SELECT ON KEYSPACE system_views") {
		t.Errorf("it is noted: %q", s.Notes)
	}
	f.mustRun(f.spec(0))
}

// One that is gone meanwhile is down.
func TestServerThatIsGoneTellsNoStates(t *testing.T) {
	f := newFake(t)
	f.server.silent = fmt.Errorf("read system_views.gossip_info: %w", executor.ErrUnreachable)
	s, err := f.engine.Inspect(t.Context())
	if err != nil || !strings.Contains(s.Down, "gossip_info") {
		t.Errorf("%+v, %v", s, err)
	}
}

// Nobody restores into a ring that may be changing.
func TestRestoreNeedsTheStates(t *testing.T) {
	f := newRestoreFake(t)
	f.server.silent = errors.New("read system_views.gossip_info: User cwb has no SELECT permission")
	x := f.examine()
	if len(x.Refusals) != 1 || !strings.Contains(x.Refusals[0].Reason, "no SELECT permission") || !strings.Contains(x.Refusals[0].Reason, "GRANT SELECT ON KEYSPACE system_views") {
		t.Errorf("refused: %+v", x.Refusals)
	}
}
