//go:build servers

package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gocql/gocql"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"cwb/internal/testbed"
)

// ringLab is a ring of three whose nodes a policy has, with all kinds of rows in it.
type ringLab struct {
	*lab
	ring *testbed.Ring
	dirs []string // of the servers, one each
}

var ringNames = []string{"one", "two", "three"}

// ringTables says how the rows of each table are read: with a write time where there is one,
// and, as "left", with a time to live.
var ringTables = map[string]string{
	"twice.lines":    "SELECT JSON k, c, s, m, l, e, a, v, writetime(v) AS written, ttl(v) AS left FROM twice.lines",
	"twice.calls":    "SELECT JSON * FROM twice.calls",
	"everywhere.xml": "SELECT JSON k, v, writetime(v) AS written, ttl(v) AS left FROM everywhere.xml",
}

// TestRestoresOfRing restores a ring of three (in the soak), then loses one host, and all, and
// brings everything back onto three new ones.
func TestRestoresOfRing(t *testing.T) {
	r := newRingLab(t)
	r.binary(exitDone, "backup")
	good := r.content()

	if restoreRingInPlace {
		r.part(t, "in its place, and back", func() { r.inPlace(good) })
	}
	r.part(t, "a host is missing", r.missingHost)
	r.part(t, "a host leaves", r.leavingHost)
	r.part(t, "all hosts are dead", func() { r.dead(good) })
}

// inPlace restores the ring that the backup is of, and goes back.
func (r *ringLab) inPlace(good map[string]cqlRow) {
	r.cql("DELETE FROM twice.lines WHERE k = 3", "INSERT INTO twice.lines (k, c, v) VALUES (1, 1, 'new')",
		"UPDATE twice.calls SET n = n + 100 WHERE k = 1", "DROP TABLE everywhere.xml")
	lost := r.content()
	id := restoreID(r.t, r.binary(exitDone, "restore", "--auto-approve", "--json").stdout)
	r.holds("after the restore", good)
	r.indexed()
	r.binary(exitDone, "restore", "--undo", id, "--auto-approve")
	r.holds("after the undo", lost)
}

// missingHost is refused when one host is down.
func (r *ringLab) missingHost() {
	before := r.list()
	if err := r.ring.Nodes[2].Kill(); err != nil {
		r.t.Fatal(err)
	}
	o := r.binary(exitError, "restore", "--auto-approve")
	if !strings.Contains(o.stderr, "cassandra.three: its server is down") {
		r.t.Errorf("it does not say which:\n%s", o.stderr)
	}
	if list := r.list(); len(list.Restores) != len(before.Restores) || len(list.Sets) != len(before.Sets) {
		r.t.Errorf("something was begun: %s", text(list))
	}
}

// leavingHost has a host on its way out, which waits before it hands over its rows: plans tell
// of it, and no restore begins, not even of the hosts that are there.
func (r *ringLab) leavingHost() {
	begun := len(r.list().Restores)
	leaver, ended := r.ring.Nodes[1], make(chan struct{})
	go func() {
		defer close(ended)
		leaver.RunNodetool(r.t.Context(), "decommission", "--force") // fails when the host is killed
	}()
	leaving := "the host " + leaver.Host + " "
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(time.Second) {
		o := r.binary(exitDone, "plan", "--json")
		if strings.Contains(o.stdout, `"ring_changing"`) && strings.Contains(o.stdout, leaving) {
			break
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("the plan does not tell that %s leaves:\n%s", leaver.Host, o.stdout)
		}
	}
	o := r.binary(exitError, "restore", "--auto-approve", "--node", "one", "--node", "two")
	if !strings.Contains(o.stderr, leaving) || !strings.Contains(o.stderr, "is leaving") || !strings.Contains(o.stderr, "Mode: DECOMMISSIONED") {
		r.t.Errorf("it does not say which, and until when to wait:\n%s", o.stderr)
	}
	if list := r.list(); len(list.Restores) != begun {
		r.t.Errorf("something was begun: %s", text(list))
	}
	if err := leaver.Kill(); err != nil {
		r.t.Fatal(err)
	}
	<-ended
}

// dead loses all hosts, and brings everything back onto three new ones.
func (r *ringLab) dead(good map[string]cqlRow) {
	saved := r.lose()
	tokens := r.refusedByOneHost()
	r.rebuild(tokens)
	r.putBack(saved)
	r.binary(exitError, "restore", "--auto-approve") // it is another ring
	o := r.binary(exitDone, "restore", "--auto-approve", "--onto-new-identity", "--json")
	r.holds("on the new ring", good)
	r.indexed()
	r.binary(exitDone, "restore", "--confirm", restoreID(r.t, o.stdout), "--auto-approve")
	r.holds("after it was confirmed", good)
	for _, name := range ringNames {
		r.binary(exitDone, "adopt", "--identity", "cassandra."+name, "--auto-approve")
	}
	r.binary(exitDone, "backup")
	r.binary(exitDone, "verify")
}

func newRingLab(t *testing.T) *ringLab {
	t.Helper()
	if _, err := testbed.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := shortDir(t)
	none := &testbed.Cassandra{DataDirs: []string{filepath.Join(dir, "none")}}
	s := &servers{dir: dir, binary: filepath.Join(dir, "cwb"), ellis: &testbed.MariaDB{}, homer: none, homestead: none}
	r := &ringLab{lab: newLab(t, s, func(l *lab) { l.policy.Ellis, l.policy.Cassandra = nil, nil })}
	r.clock.set(time.Now()) // as for the binary
	t.Cleanup(func() { _ = r.ring.Close() })
	group, ctx := errgroup.WithContext(t.Context())
	group.Go(func() error { return s.build(ctx) })
	group.Go(func() (err error) {
		r.ring, err = testbed.StartRing(ctx, 3, testbed.CassandraOptions{Dir: filepath.Join(dir, "ring"), ClusterName: "clearwater", JavaArgs: testbed.LeavesSlowly()})
		return err
	})
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, node := range r.ring.Nodes {
		r.dirs = append(r.dirs, node.Dir)
	}
	r.follow()
	r.fill()
	return r
}

// follow lets the policy name the ring's present addresses.
func (r *ringLab) follow() {
	r.policy.Cassandra = nil
	for i, node := range r.ring.Nodes {
		text := r.cassandra(ringNames[i], node)
		text.Keyspaces = []string{"everywhere", "twice"}
		r.policy.Cassandra = append(r.policy.Cassandra, text)
	}
	r.writePolicy()
}

// cql runs statements that all hosts have taken.
func (r *ringLab) cql(statements ...string) {
	r.t.Helper()
	session, err := r.ring.Nodes[0].Session("")
	if err != nil {
		r.t.Fatal(err)
	}
	defer session.Close()
	for _, statement := range statements {
		if err := session.Query(statement).Consistency(gocql.All).WithContext(r.t.Context()).Exec(); err != nil {
			r.t.Fatalf("%s: %v", statement, err)
		}
	}
}

func (r *ringLab) fill() {
	r.t.Helper()
	all := []string{
		"CREATE KEYSPACE twice WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}",
		"CREATE KEYSPACE everywhere WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 3}",
		"CREATE TYPE twice.address (street text, codes frozen<list<int>>)",
		"CREATE TABLE twice.lines (k int, c int, s text static, m map<text, int>, l list<int>, e set<text>, a frozen<address>, v text, PRIMARY KEY (k, c))",
		"CREATE INDEX by_v ON twice.lines (v)",
		"CREATE TABLE twice.calls (k int PRIMARY KEY, n counter)",
		"CREATE TABLE everywhere.xml (k text PRIMARY KEY, v text)",
		"CREATE CUSTOM INDEX by_xml ON everywhere.xml (v) USING 'StorageAttachedIndex'",
	}
	for k := range 40 {
		all = append(all,
			fmt.Sprintf("INSERT INTO twice.lines (k, c, s, m, l, e, a, v) VALUES (%d, 1, 's%[1]d', {'a': %[1]d, 'b': 2}, [3, 1, %[1]d], {'x', 'y'}, {street: 'S', codes: [1, %[1]d]}, 'v%[1]d')", k),
			fmt.Sprintf("INSERT INTO twice.lines (k, c, v) VALUES (%d, 2, 'soon') USING TTL %d", k, 864000+k),
			fmt.Sprintf("INSERT INTO twice.lines (k, c, v) VALUES (%d, 3, 'old') USING TIMESTAMP %d", k, 1000+k),
			fmt.Sprintf("UPDATE twice.calls SET n = n + %d WHERE k = %d", 1+k, k%20),
			fmt.Sprintf("INSERT INTO everywhere.xml (k, v) VALUES ('u%d', 'x%[1]d')", k))
	}
	for k := range 10 {
		all = append(all, fmt.Sprintf("DELETE m['a'], l[0] FROM twice.lines WHERE k = %d AND c = 1", k),
			fmt.Sprintf("DELETE FROM twice.lines WHERE k = %d AND c > 2", 10+k), fmt.Sprintf("DELETE FROM everywhere.xml WHERE k = 'u%d'", k))
	}
	r.cql(all...)
}

// content is what all hosts together hold.
func (r *ringLab) content() map[string]cqlRow {
	r.t.Helper()
	session, err := r.ring.Nodes[0].Session("")
	if err != nil {
		r.t.Fatal(err)
	}
	defer session.Close()
	all := map[string]cqlRow{}
	for table, query := range ringTables {
		iter := session.Query(query).Consistency(gocql.All).WithContext(r.t.Context()).Iter()
		for row := ""; iter.Scan(&row); {
			one := timeless(r.t, row)
			all[table+" "+one.JSON] = one
		}
		if err := iter.Close(); err != nil && !strings.Contains(err.Error(), "does not exist") {
			r.t.Fatal(err)
		}
	}
	return all
}

// timeless takes the time to live out of a row, and keeps when that ends.
func timeless(t *testing.T, row string) cqlRow {
	t.Helper()
	var doc struct{ Left *int64 }
	if err := json.Unmarshal([]byte(row), &doc); err != nil {
		t.Fatal(err)
	}
	one := cqlRow{JSON: row}
	if doc.Left != nil {
		one.JSON, one.Expires = strings.Replace(row, fmt.Sprintf(`"left": %d`, *doc.Left), "", 1), time.Now().Unix()+*doc.Left
	}
	return one
}

func (r *ringLab) holds(when string, want map[string]cqlRow) {
	r.t.Helper()
	if diff := cmp.Diff(want, r.content(), nearly); diff != "" {
		r.t.Fatalf("%s the ring does not hold what it should (-want +got):\n%.3000s", when, diff)
	}
}

// indexed asks both indexes for a row.
func (r *ringLab) indexed() {
	r.t.Helper()
	for _, query := range []string{"twice.lines WHERE v = 'v20'", "everywhere.xml WHERE v = 'x20'"} {
		if rows := rowsOf(r.t, r.ring.Nodes[1], query); len(rows) != 1 {
			r.t.Errorf("%s finds %v", query, rows)
		}
	}
}

// lose ends the ring and all that is on its disks, but for the snapshots that somebody saved.
func (r *ringLab) lose() (saved string) {
	r.t.Helper()
	if err := r.ring.Close(); err != nil {
		r.t.Fatal(err)
	}
	saved = filepath.Join(r.dir, "saved")
	for i, dir := range r.dirs {
		copySnapshots(r.t, dir, filepath.Join(saved, ringNames[i]))
		if err := os.RemoveAll(dir); err != nil {
			r.t.Fatal(err)
		}
	}
	return saved
}

// copySnapshots copies the folders of cwb's snapshots, with where they lie.
func copySnapshots(t *testing.T, from, to string) {
	t.Helper()
	ours := regexp.MustCompile(`/snapshots/cwb-[^/]*$`)
	copied := 0
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() || !ours.MatchString(path) {
			return err
		}
		copied++
		return os.CopyFS(filepath.Join(to, strings.TrimPrefix(path, from)), os.DirFS(path))
	})
	if err != nil || copied == 0 {
		t.Fatalf("%d snapshots were saved: %v", copied, err)
	}
}

// putBack puts saved snapshots where they were, on the new disks.
func (r *ringLab) putBack(saved string) {
	r.t.Helper()
	for i, dir := range r.dirs {
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(saved, ringNames[i]))); err != nil {
			r.t.Fatal(err)
		}
	}
}

// refusedByOneHost starts one new host, and wants to be told how a ring must be made that can
// take the backup. It gives the tokens of each host.
func (r *ringLab) refusedByOneHost() [][]string {
	r.t.Helper()
	alone, err := testbed.StartRing(r.t.Context(), 1, testbed.CassandraOptions{Dir: filepath.Join(r.s.dir, "alone"), ClusterName: "clearwater"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.ring.Nodes[0] = alone.Nodes[0]
	for i, dir := range r.dirs { // where the snapshots are looked for
		copySnapshots(r.t, filepath.Join(r.dir, "saved", ringNames[i]), dir)
	}
	r.follow()
	o := r.binary(exitError, "restore", "--node", "one", "--onto-new-identity", "--auto-approve")
	if err := alone.Close(); err != nil {
		r.t.Error(err)
	}
	if !regexp.MustCompile(`that ring had 3 hosts, this one has 1 host.*same shape \(3 in \S+\).*ring\.json in each backup`).MatchString(o.stderr) {
		r.t.Fatalf("it does not say what ring it needs:\n%s", o.stderr)
	}
	all := r.recordedTokens()
	for _, dir := range r.dirs {
		if err := os.RemoveAll(dir); err != nil {
			r.t.Fatal(err)
		}
	}
	return all
}

// recordedTokens are those of each node, as its newest backup tells.
func (r *ringLab) recordedTokens() [][]string {
	r.t.Helper()
	var all [][]string
	for _, n := range r.policy.Cassandra {
		data, err := os.ReadFile(filepath.Join(n.SnapshotPath, purposes(r.list(), "manual")[0], "ring.json"))
		if err != nil {
			r.t.Fatal(err)
		}
		var ring struct {
			Host  string
			Hosts []struct {
				HostID string `json:"host_id"`
				Tokens []string
			}
		}
		if err := json.Unmarshal(data, &ring); err != nil {
			r.t.Fatal(err)
		}
		for _, h := range ring.Hosts {
			if h.HostID == ring.Host {
				all = append(all, h.Tokens)
			}
		}
	}
	if len(all) != len(ringNames) {
		r.t.Fatalf("the tokens are %v", all)
	}
	return all
}

// rebuild starts a new ring in which each host has the tokens of the one it stands for.
func (r *ringLab) rebuild(tokens [][]string) {
	r.t.Helper()
	var nodes []testbed.CassandraOptions
	for i, dir := range r.dirs {
		nodes = append(nodes, testbed.CassandraOptions{Dir: dir, ClusterName: "clearwater",
			Settings: map[string]string{"initial_token": fmt.Sprintf("%q", strings.Join(tokens[i], ",")), "auto_bootstrap": "false"}})
	}
	ring, err := testbed.StartRingOf(r.t.Context(), nodes)
	if err != nil {
		r.t.Fatal(err)
	}
	r.ring = ring
	r.follow()
}
