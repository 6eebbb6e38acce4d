//go:build servers

package cassandraengine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
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
	"cwb/internal/testbed"
)

// In a ring of three, with writers going on, a set holds every row that was acknowledged before
// the first of its captures.
func TestRealRing(t *testing.T) {
	ring := testbed.RingForTest(t, 3, testbed.CassandraOptions{})
	session, err := ring.Nodes[0].Session("")
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for _, cql := range []string{
		`CREATE KEYSPACE two WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}`,
		`CREATE KEYSPACE three WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 3}`,
		`CREATE TABLE two.t (k int PRIMARY KEY, v text)`, `CREATE TABLE three.t (k int PRIMARY KEY, v text)`,
	} {
		if err := session.Query(cql).Exec(); err != nil {
			t.Fatal(err)
		}
	}
	engines := ringEngines(ring)
	checkRing(t, engines)
	checkReplicas(t, ring, engines[0])
	w := startWriter(t, session)
	var last []ringPart
	for n := range ringTakes {
		last = takeRing(t, engines, n)
	}
	acknowledged := w.stop(last)
	if len(acknowledged) < 100 {
		t.Fatalf("only %d rows were written", len(acknowledged))
	}
	loadRing(t, ring, session, last)
	for _, table := range []string{"two.t", "three.t"} {
		got := readAll(t, session, table)
		for _, k := range acknowledged {
			if !got[k] {
				t.Errorf("%s: row %d was acknowledged before the capture, and is not in the backup", table, k)
			}
		}
	}
	checkMemberDown(t, ring, engines, session)
}

func ringEngines(ring *testbed.Ring) []*Engine {
	var engines []*Engine
	for i, node := range ring.Nodes {
		engines = append(engines, New(config.Node{
			Addr: backup.NodeAddr{Kind: backup.Cassandra, Name: fmt.Sprint("n", i+1)},
			Cassandra: &config.Cassandra{
				Address: node.Address(), Nodetool: node.Nodetool, DataDirs: node.DataDirs, Keyspaces: []string{"two", "three"},
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

// ringPart is one member's part of a set.
type ringPart struct {
	captured time.Time
	content  executor.Content
}

// takeRing prepares all, captures all at once, and reads all out.
func takeRing(t *testing.T, engines []*Engine, n int) []ringPart {
	t.Helper()
	parts, errs := make([]ringPart, len(engines)), make([]error, len(engines))
	prepared := make([]executor.Prepared, len(engines))
	sideBySide := func(do func(i int) error) {
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
		prepared[i], err = engines[i].Prepare(t.Context(), ringSpec(engines[i], n))
		return err
	})
	sideBySide(func(i int) (err error) {
		parts[i].captured, err = prepared[i].Capture(t.Context())
		return err
	})
	sideBySide(func(i int) (err error) {
		parts[i].content, err = prepared[i].ReadOut(t.Context(), memDir{}, nil)
		return errors.Join(err, prepared[i].Close())
	})
	return parts
}

// writer writes rows into both tables and remembers when each was acknowledged.
type writer struct {
	cancel context.CancelFunc
	done   chan struct{}
	at     map[int]time.Time
}

func startWriter(t *testing.T, session *gocql.Session) *writer {
	ctx, cancel := context.WithCancel(t.Context())
	w := &writer{cancel: cancel, done: make(chan struct{}), at: map[int]time.Time{}}
	go func() {
		defer close(w.done)
		for k := 0; ctx.Err() == nil; k++ {
			err := session.Query(`INSERT INTO two.t (k, v) VALUES (?, 'v')`, k).Consistency(gocql.Quorum).Exec()
			err = errors.Join(err, session.Query(`INSERT INTO three.t (k, v) VALUES (?, 'v')`, k).Consistency(gocql.Quorum).Exec())
			if err == nil {
				w.at[k] = time.Now()
			}
		}
	}()
	return w
}

// stop returns the rows that were acknowledged before the first capture.
func (w *writer) stop(parts []ringPart) []int {
	w.cancel()
	<-w.done
	var before []int
	for k, at := range w.at {
		if !slices.ContainsFunc(parts, func(p ringPart) bool { return !at.Before(p.captured) }) {
			before = append(before, k)
		}
	}
	return before
}

// loadRing empties the tables and loads on each member what it had.
func loadRing(t *testing.T, ring *testbed.Ring, session *gocql.Session, parts []ringPart) {
	t.Helper()
	for _, keyspace := range []string{"two", "three"} {
		if err := session.Query("TRUNCATE " + keyspace + ".t").Exec(); err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, session, keyspace+".t"); len(got) > 0 {
			t.Fatalf("%d rows after TRUNCATE", len(got))
		}
		for i, node := range ring.Nodes {
			staged := filepath.Join(t.TempDir(), keyspace, "t")
			for folder := range snapshotDirs(parts[i].content, keyspace) {
				if err := os.CopyFS(staged, os.DirFS(folder)); err != nil {
					t.Fatal(err)
				}
			}
			if out, err := node.RunNodetool(t.Context(), "import", "--copy-data", "--", keyspace, "t", staged); err != nil {
				t.Fatal(out, err)
			}
		}
	}
}

func snapshotDirs(c executor.Content, keyspace string) map[string]bool {
	dirs := map[string]bool{}
	for _, f := range c.Files {
		if f.Root != "" && f.Database == keyspace {
			dirs[filepath.Dir(filepath.Join(f.Root, f.Path))] = true
		}
	}
	return dirs
}

func readAll(t *testing.T, session *gocql.Session, table string) map[int]bool {
	t.Helper()
	got := map[int]bool{}
	iter := session.Query("SELECT k FROM " + table).Consistency(gocql.All).Iter()
	for k := 0; iter.Scan(&k); {
		got[k] = true
	}
	if err := iter.Close(); err != nil {
		t.Fatal(err)
	}
	return got
}

// checkMemberDown stops a member and changes the schema: the others can be taken, since the
// member that has the old schema cannot be asked, and ring.json still names it.
func checkMemberDown(t *testing.T, ring *testbed.Ring, engines []*Engine, session *gocql.Session) {
	t.Helper()
	if err := ring.Nodes[2].Kill(); err != nil {
		t.Fatal(err)
	}
	if s, err := engines[2].Inspect(t.Context()); err != nil || s.Down == "" {
		t.Errorf("the one that is down: %+v, %v", s, err)
	}
	awaitDown(t, ring.Nodes[0], ring.Nodes[2].Host)
	if err := session.Query(`CREATE TABLE two.later (k int PRIMARY KEY)`).Exec(); err != nil {
		t.Fatal(err)
	}
	s, err := engines[0].Inspect(t.Context())
	if err != nil || len(s.Ring) != 3 || len(s.Notes) != 1 {
		t.Errorf("another: %+v, %v", s, err)
	}
	parts := takeRing(t, engines[:2], 1000)
	if got := slices.Sorted(maps.Keys(parts[0].content.Position)); !slices.Contains(got, "tokens") || len(parts[0].content.Tables) != 3 {
		t.Errorf("%+v", parts[0].content)
	}
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
