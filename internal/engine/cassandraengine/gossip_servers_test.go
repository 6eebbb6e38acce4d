//go:build servers

package cassandraengine

import (
	"context"
	"strings"
	"testing"
	"time"

	"cwb/internal/testbed"
	"cwb/planner"
)

// memberPatience is how long a change of the ring may take to be seen on a busy machine.
const memberPatience = 3 * time.Minute

// awaitMember waits until a host of the ring, as the engine sees it, is at something.
func awaitMember(t *testing.T, e *Engine, state planner.MemberState) planner.RingMember {
	t.Helper()
	var last planner.Server
	for deadline := time.Now().Add(memberPatience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		s, err := e.Inspect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range s.Ring {
			if m.State == state {
				return m
			}
		}
		last = s
	}
	t.Fatalf("no host is %s: %+v", state, last)
	return planner.RingMember{}
}

// A host that waits before it takes over rows is on its way in as long as it is wanted: it is
// told of, takes go on, and no restore begins. Once it is given up, restores do.
func testJoining(t *testing.T, server *testbed.Cassandra, options testbed.CassandraOptions) {
	r := newRealOn(t, server, "joining")
	r.exec(`CREATE TABLE joining.t (k int PRIMARY KEY)`, `INSERT INTO joining.t (k) VALUES (1)`)
	before := r.take()
	if s, err := r.engine.Inspect(t.Context()); err != nil || len(s.Ring) != 1 || s.Ring[0].State != planner.MemberNormal || s.Ring[0].Settles != "" {
		t.Fatalf("%+v, %v", s, err)
	}
	if refused := r.refusals(before); len(refused) > 0 {
		t.Fatalf("refused: %q", refused)
	}
	options.Dir, options.Seed = t.TempDir(), server.Host
	options.Host = strings.TrimSuffix(server.Host, ".1") + ".2"
	options.JavaArgs = []string{"-Dcassandra.ring_delay_ms=3600000"}
	ctx, giveUp := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := testbed.StartCassandra(ctx, options)
		ended <- err
	}()
	m := awaitMember(t, r.engine, planner.MemberJoining)
	if m.Address != options.Host || m.Tokens != 0 || m.HostID == "" || m.Datacenter != "datacenter1" || m.Rack != "rack1" {
		t.Errorf("%+v", m)
	}
	r.take(before)
	if refused := r.refusals(before); len(refused) != 1 || !strings.Contains(refused[0], "the host "+m.String()+" of the ring is joining") {
		t.Errorf("refused: %q", refused)
	}
	giveUp()
	if err := <-ended; err == nil {
		t.Error("it has joined")
	}
}

// refusals are the reasons for which a restore would be refused.
func (r *real) refusals(k taken) []string {
	r.t.Helper()
	x, err := r.engine.Examine(r.t.Context(), r.order(k.source()))
	if err != nil {
		r.t.Fatal(err)
	}
	var all []string
	for _, refusal := range x.Refusals {
		all = append(all, refusal.Reason)
	}
	return all
}

// A member leaves for good: all others, and it itself, tell of it while it does.
func testMemberLeaves(t *testing.T, ring *testbed.Ring, at int) {
	leaver := ring.Nodes[at]
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		leaver.RunNodetool(t.Context(), "decommission", "--force") // fails, when the node is killed
	}()
	engines := ringEnginesOf(ring, "left")
	for _, e := range []*Engine{engines[0], engines[at]} {
		m := awaitMember(t, e, planner.MemberLeaving)
		if m.Address != leaver.Host || m.Tokens != 16 || !strings.Contains(m.Settles, "DECOMMISSIONED") {
			t.Errorf("%+v", m)
		}
	}
	if err := leaver.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
}
