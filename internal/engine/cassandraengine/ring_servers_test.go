//go:build servers

package cassandraengine

import (
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gocql/gocql"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/soak"
	"cwb/internal/testbed"
	"cwb/internal/testbed/cqlcorpus"
	"cwb/planner"
)

// All that needs a ring of three, which is started once.
func TestRealRing(t *testing.T) {
	ring := testbed.RingForTest(t, 3, testbed.CassandraOptions{Settings: cqlcorpus.Settings(), JavaArgs: testbed.LeavesSlowly()})
	session, err := ring.Nodes[0].Session("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	t.Run("takes", func(t *testing.T) { testRingTakes(t, ring, session) })
	t.Run("by hand", func(t *testing.T) { testRingByHand(t, ring) })
	t.Run("restore", func(t *testing.T) { testRestoreOfRing(t, ring, session) })
	t.Run("a member is down", func(t *testing.T) { testMemberDown(t, ring) }) // the last two: it stays down
	t.Run("a member leaves", func(t *testing.T) { testMemberLeaves(t, ring, 1) })
}

// twoAndThree makes keyspaces with 2 and 3 replicas and a table each, for one test.
func twoAndThree(t *testing.T, session *gocql.Session) {
	t.Helper()
	run := func(cql string) {
		t.Helper()
		if err := session.Query(cql).Exec(); err != nil {
			t.Fatalf("%s: %v", cql, err)
		}
	}
	for keyspace, replication := range map[string]string{
		"two": `'SimpleStrategy', 'replication_factor': 2`, "three": `'NetworkTopologyStrategy', 'datacenter1': 3`,
	} {
		run("CREATE KEYSPACE " + keyspace + " WITH replication = {'class': " + replication + "}")
		run("CREATE TABLE " + keyspace + ".t (k int PRIMARY KEY, v bigint)")
		t.Cleanup(func() { run("DROP KEYSPACE " + keyspace) })
	}
}

// While writers go on, sets are taken of all hosts. Each, loaded into emptied tables, gives
// every row and every deletion that was acknowledged before its capture began.
func testRingTakes(t *testing.T, ring *testbed.Ring, session *gocql.Session) {
	twoAndThree(t, session)
	engines := ringEngines(ring)
	checkRing(t, engines)
	checkReplicas(t, ring, engines[0])
	seed := soak.Seed(t)
	random := rand.New(rand.NewPCG(seed, 0))
	writers := startRingWriters(session, seed)
	defer writers.stop()
	var sets []ringSet
	for n := range ringTakes {
		time.Sleep(time.Duration(random.IntN(1000)) * time.Millisecond) // takes meet the writers anywhere
		sets = append(sets, takeRing(t, engines, 100+n))
	}
	if acknowledged := writers.stop(); acknowledged < 100 {
		t.Fatalf("only %d writes were acknowledged", acknowledged)
	}
	for n, set := range sets {
		loadRing(t, ring, session, set)
		rows := writers.check(t, set, readAll(t, session, "two.t"), readAll(t, session, "three.t"))
		t.Logf("set %d: it has the %d rows and deletions that were acknowledged before it", n, rows)
	}
	soak.Figures(t, "%d takes of a ring beside writers, each loaded", ringTakes)
}

// A table of everything, in a ring, comes back by what the README tells to type on every host.
func testRingByHand(t *testing.T, ring *testbed.Ring) {
	session, err := ring.Nodes[0].Session("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	session.SetConsistency(gocql.All)
	r := &real{t: t, server: ring.Nodes[0], keyspace: "Ringed", session: session}
	r.exec(`CREATE KEYSPACE "Ringed" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}`)
	t.Cleanup(func() { r.exec(`DROP KEYSPACE "Ringed"`) })
	engines := ringEnginesOf(ring, "Ringed")
	r.engine = engines[0]
	torture(r)
	want := r.content()
	parts := takeRingInto(t, engines, 500)
	r.exec(`DROP KEYSPACE "Ringed"`)
	r.replay(string(parts[0].dir[schemaCQL]))
	tables := filled(parts[0])
	if ringTakes < 20 {
		tables = []string{"Mixed", "Odd", "counts"}
	}
	onAll(t, ring, func(i int, node *testbed.Cassandra) {
		for _, table := range tables {
			importByHand(t, node, parts[i], "Ringed", table)
		}
	})
	got := r.content()
	for _, table := range tables {
		compare(t, map[string][]string{table: want[table]}, map[string][]string{table: got[table]})
	}
}

func ringEngines(ring *testbed.Ring) []*Engine { return ringEnginesOf(ring, "two", "three") }

func ringEnginesOf(ring *testbed.Ring, keyspaces ...string) []*Engine {
	var engines []*Engine
	for i, node := range ring.Nodes {
		engines = append(engines, New(config.Node{
			Addr: backup.NodeAddr{Kind: backup.Cassandra, Name: fmt.Sprint("n", i+1)},
			Cassandra: &config.Cassandra{
				Address: node.Address(), Nodetool: node.Nodetool, DataDirs: node.DataDirs, Keyspaces: keyspaces,
			},
		}, Options{AgreementWait: 10 * time.Second}))
	}
	return engines
}

// checkRing wants every member to show the same ring, and a policy with crossed wires refused.
func checkRing(t *testing.T, engines []*Engine) {
	t.Helper()
	hosts := map[string]bool{}
	for _, e := range engines {
		s, err := e.Inspect(t.Context())
		if err != nil || len(s.Refusals) > 0 || len(s.Ring) != 3 || s.Ring[0].Tokens != 16 || s.Ring[0].Rack != "rack1" {
			t.Errorf("%s: %+v, %v", e.addr, s, err)
		}
		for _, m := range s.Ring {
			if m.State != planner.MemberNormal || m.Settles != "" {
				t.Errorf("%s sees %+v", e.addr, m)
			}
		}
		hosts[s.Identity.HostID] = true
	}
	if len(hosts) != 3 {
		t.Errorf("host ids %v", hosts)
	}
	crossed := New(config.Node{Addr: engines[0].addr, Cassandra: &config.Cassandra{
		Address: engines[0].node.Address, Nodetool: engines[1].node.Nodetool, DataDirs: engines[0].node.DataDirs, Keyspaces: []string{"two"},
	}}, Options{})
	_, err := crossed.Prepare(t.Context(), ringSpec(crossed, 99))
	if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), "nodetool reaches the host") {
		t.Errorf("another member's nodetool: %v", err)
	}
}

// checkReplicas compares with what the server says about every range.
func checkReplicas(t *testing.T, ring *testbed.Ring, e *Engine) {
	t.Helper()
	s, err := e.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	_, hosts, err := readRing(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	address := map[string]string{}
	for _, h := range hosts {
		address[h.hostID] = h.address
	}
	k, err := s.schema(t.Context(), "two")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, set := range replicaSets(hosts, k.Replication) {
		var addresses []string
		for _, h := range set.Hosts {
			addresses = append(addresses, address[h])
		}
		slices.Sort(addresses)
		got[strings.Join(addresses, ", ")] += set.Ranges
	}
	out, err := ring.Nodes[0].RunNodetool(t.Context(), "describering", "two")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	for _, m := range regexp.MustCompile(`[( ]endpoints:\[([^\]]*)\]`).FindAllStringSubmatch(out, -1) {
		addresses := strings.Split(m[1], ", ")
		slices.Sort(addresses)
		want[strings.Join(addresses, ", ")]++
	}
	if len(want) == 0 || !maps.Equal(got, want) {
		t.Errorf("replicas %v, the server says %v", got, want)
	}
}

func ringSpec(e *Engine, n int) executor.TakeSpec {
	return executor.TakeSpec{Begun: backup.Begun{Node: e.addr, Set: backup.NewSetID(time.Unix(1700000000+int64(n), 0))}}
}

// ringSet is a set of all hosts.
type ringSet struct {
	asked time.Time // when the captures were started
	done  time.Time // when the last had ended
	parts []taken
}

// takeRing prepares all, captures all at once, and reads all out.
func takeRing(t *testing.T, engines []*Engine, n int) ringSet {
	t.Helper()
	set := ringSet{parts: make([]taken, len(engines))}
	prepared, errs := make([]executor.Prepared, len(engines)), make([]error, len(engines))
	sideBySide := func(do func(i int) error) {
		t.Helper()
		var wait sync.WaitGroup
		for i := range engines {
			wait.Go(func() { errs[i] = do(i) })
		}
		wait.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	sideBySide(func(i int) (err error) {
		spec := ringSpec(engines[i], n)
		if prepared[i], err = engines[i].Prepare(t.Context(), spec); err == nil {
			f := prepared[i].Footprint()
			spec.Begun.Tag, spec.Begun.Keyspaces, spec.Begun.DataDirs = f.Tag, f.Keyspaces, f.DataDirs
			set.parts[i] = taken{begun: spec.Begun, dir: memDir{}}
		}
		return err
	})
	set.asked = time.Now()
	sideBySide(func(i int) error {
		_, err := prepared[i].Capture(t.Context())
		return err
	})
	set.done = time.Now()
	sideBySide(func(i int) (err error) {
		set.parts[i].content, err = prepared[i].ReadOut(t.Context(), set.parts[i].dir, nil)
		return errors.Join(err, prepared[i].Close())
	})
	return set
}

// onAll does something on all hosts, side by side.
func onAll(t *testing.T, ring *testbed.Ring, do func(i int, node *testbed.Cassandra)) {
	t.Helper()
	var wait sync.WaitGroup
	for i, node := range ring.Nodes {
		wait.Go(func() { do(i, node) })
	}
	wait.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// loadRing empties the tables and loads on each host what it had.
func loadRing(t *testing.T, ring *testbed.Ring, session *gocql.Session, set ringSet) {
	t.Helper()
	for _, keyspace := range []string{"two", "three"} {
		if err := session.Query("TRUNCATE " + keyspace + ".t").Exec(); err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, session, keyspace+".t"); len(got) > 0 {
			t.Fatalf("%d rows after TRUNCATE", len(got))
		}
	}
	onAll(t, ring, func(i int, node *testbed.Cassandra) {
		importByHand(t, node, set.parts[i], "two", "t")
		importByHand(t, node, set.parts[i], "three", "t")
	})
}

// readAll reads every row from all hosts that have it.
func readAll(t *testing.T, session *gocql.Session, table string) map[int]int64 {
	t.Helper()
	got := map[int]int64{}
	iter := session.Query("SELECT k, v FROM " + table).Consistency(gocql.All).Iter()
	var v int64
	for k := 0; iter.Scan(&k, &v); {
		got[k] = v
	}
	if err := iter.Close(); err != nil {
		t.Fatal(err)
	}
	return got
}

// A member stops and the schema changes: the others can be taken, since the one that has the
// old schema cannot be asked, and ring.json still names it.
func testMemberDown(t *testing.T, ring *testbed.Ring) {
	session := hastySession(t, ring.Nodes[0])
	run := func(cql string) {
		t.Helper()
		if err := session.Query(cql).Exec(); err != nil {
			t.Fatalf("%s: %v", cql, err)
		}
	}
	run(`CREATE KEYSPACE left WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}`)
	run(`CREATE TABLE left.t (k int PRIMARY KEY)`)
	engines := ringEnginesOf(ring, "left")
	if err := ring.Nodes[2].Kill(); err != nil {
		t.Fatal(err)
	}
	if s, err := engines[2].Inspect(t.Context()); err != nil || s.Down == "" {
		t.Errorf("the one that is down: %+v, %v", s, err)
	}
	if _, err := engines[2].Prepare(t.Context(), ringSpec(engines[2], 1000)); !errors.Is(err, executor.ErrUnreachable) {
		t.Errorf("a take of the one that is down: %v", err)
	}
	awaitDown(t, ring.Nodes[0], ring.Nodes[2].Host)
	run(`CREATE TABLE left.later (k int PRIMARY KEY)`)
	s, err := engines[0].Inspect(t.Context())
	if err != nil || len(s.Ring) != 3 || len(s.Notes) != 1 {
		t.Errorf("another: %+v, %v", s, err)
	}
	set := takeRing(t, engines[:2], 1000)
	if c := set.parts[0].content; c.Position["tokens"] == "" || len(c.Tables) != 2 {
		t.Errorf("%+v", c)
	}
}

// hastySession does not wait for a host that is down to have the schema of the others.
func hastySession(t *testing.T, node *testbed.Cassandra) *gocql.Session {
	t.Helper()
	cluster := gocql.NewCluster(node.Address())
	cluster.ProtoVersion, cluster.DisableInitialHostLookup = 4, true
	cluster.ConnectTimeout, cluster.Timeout = 10*time.Second, 30*time.Second
	cluster.MaxWaitSchemaAgreement = time.Second
	cluster.Logger = log.New(io.Discard, "", 0)
	session, err := cluster.CreateSession()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	return session
}

// awaitDown waits until a node has noticed that another is gone.
func awaitDown(t *testing.T, node *testbed.Cassandra, host string) {
	t.Helper()
	for range 60 {
		out, err := node.RunNodetool(t.Context(), "status")
		if err == nil && strings.Contains(out, "DN  "+host) {
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
	t.Fatalf("%s is not seen as down", host)
}
