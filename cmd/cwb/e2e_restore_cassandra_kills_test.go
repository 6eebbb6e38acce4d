//go:build servers

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/testbed"
	"cwb/internal/view"
)

// restoreCassandraKills ends the real binary, its supervisor and its worker at once, with
// SIGKILL at random instants of a restore of a Cassandra, from the first look to the last note.
// Each time lists and plans must tell the truth, and both ways on must lead where they say.
func restoreCassandraKills(t *testing.T, s *servers) {
	k := newCassandraKills(t, s)
	k.wreck(0)
	began := time.Now()
	k.binary(exitDone, "restore", k.set, "--auto-approve")
	takes := time.Since(began)
	k.is("after a restore that is not killed", k.good)
	k.binary(exitDone, "restore", "--confirm", "--auto-approve")
	random := rand.New(rand.NewPCG(seedOf(t), 0))
	for i := range randomCassandraKills {
		after := time.Duration(random.Int64N(int64(takes)))
		k.part(t, fmt.Sprintf("%d, after %d of %d ms", i, after.Milliseconds(), takes.Milliseconds()), func() { k.kill(i, after) })
	}
	t.Logf("%d restores were resumed, %d undone, %d had not begun; %d had changed something and were not done", k.resumed, k.undone, k.unbegun, k.changed)
	k.quiet()
	k.leftBehind()
}

// cassandraKillLab is a keyspace that is damaged, restored and killed, over and over.
type cassandraKillLab struct {
	*lab
	set        string // by name: at a midnight an apply takes a newer one
	good, lost map[string]cqlRow

	resumed, undone, unbegun, changed int
}

// killedTables says how the rows of each table are read, with all write times.
var killedTables = map[string]string{
	"killed.lines": "SELECT JSON k, c, s, m, l, e, f, v, writetime(s) AS s_at, writetime(m) AS m_at, writetime(l) AS l_at, " +
		"writetime(e) AS e_at, writetime(f) AS f_at, writetime(v) AS v_at, ttl(v) AS left FROM killed.lines",
	"killed.calls": "SELECT JSON * FROM killed.calls",
}

const makeCalls = "CREATE TABLE IF NOT EXISTS killed.calls (k int PRIMARY KEY, n counter)"

func newCassandraKills(t *testing.T, s *servers) *cassandraKillLab {
	t.Helper()
	l := newLab(t, s, func(l *lab) {
		node := l.cassandra("homestead", s.homestead)
		node.Keyspaces = []string{"killed"}
		l.policy.Ellis, l.policy.Cassandra = nil, []*nodeText{node}
	})
	k := &cassandraKillLab{lab: l}
	k.clock.set(time.Now()) // as for the binary
	t.Cleanup(func() { s.dropKeyspace(t, s.homestead, "killed") })
	all := []string{
		"CREATE KEYSPACE killed WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		"CREATE TABLE killed.lines (k int, c int, s text static, m map<text, int>, l list<int>, e set<text>, f frozen<list<int>>, v text, PRIMARY KEY (k, c)) WITH CLUSTERING ORDER BY (c DESC)",
		"CREATE INDEX by_v ON killed.lines (v)",
		makeCalls,
	}
	for i := range 30 {
		all = append(all,
			fmt.Sprintf("INSERT INTO killed.lines (k, c, s, m, l, e, f, v) VALUES (%d, 1, 's%[1]d', {'a': %[1]d, 'b': 2}, [3, 1, %[1]d], {'x', 'y'}, [%[1]d], 'v%[1]d')", i),
			fmt.Sprintf("INSERT INTO killed.lines (k, c, v) VALUES (%d, 2, 'soon') USING TTL %d", i, 864000+i),
			fmt.Sprintf("INSERT INTO killed.lines (k, c, v) VALUES (%d, 3, 'old') USING TIMESTAMP %d", i, 1000+i),
			fmt.Sprintf("UPDATE killed.calls SET n = n + %d WHERE k = %d", 1+i, i%10))
	}
	cql(t, s.homestead, append(all, "DELETE m['a'], l[0] FROM killed.lines WHERE k = 1 AND c = 1", "DELETE FROM killed.lines WHERE k = 2 AND c > 2")...)
	k.binary(exitDone, "backup")
	k.set, k.good = k.list().Sets[0].ID, k.content()
	return k
}

// content is what can be read, of both tables.
func (k *cassandraKillLab) content() map[string]cqlRow {
	k.t.Helper()
	session, err := k.s.homestead.Session("")
	if err != nil {
		k.t.Fatal(err)
	}
	defer session.Close()
	all := map[string]cqlRow{}
	for table, query := range killedTables {
		rows := session.Query(query).WithContext(k.t.Context()).Iter()
		for row := ""; rows.Scan(&row); {
			one := timeless(k.t, row)
			all[table+" "+one.JSON] = one
		}
		if err := rows.Close(); err != nil && !strings.Contains(err.Error(), "does not exist") {
			k.t.Fatal(err)
		}
	}
	return all
}

func (k *cassandraKillLab) is(when string, want map[string]cqlRow) {
	k.t.Helper()
	if diff := cmp.Diff(want, k.content(), nearly); diff != "" {
		k.t.Fatalf("%s the keyspace does not hold what it should (-want +got):\n%.3000s", when, diff)
	}
}

// wreck damages what is there, each time a little otherwise; every third time a table is gone.
func (k *cassandraKillLab) wreck(i int) {
	k.t.Helper()
	cql(k.t, k.s.homestead, makeCalls,
		fmt.Sprintf("UPDATE killed.calls SET n = n + 100 WHERE k = %d", i%10),
		fmt.Sprintf("DELETE FROM killed.lines WHERE k = %d", i%30),
		fmt.Sprintf("DELETE m['b'] FROM killed.lines WHERE k = %d AND c = 1", (i+1)%30),
		fmt.Sprintf("INSERT INTO killed.lines (k, c, v, e) VALUES (%d, 9, 'new', {'new'})", 100+i))
	if i%3 == 2 {
		cql(k.t, k.s.homestead, "DROP TABLE killed.calls")
	}
	k.lost = k.content()
}

// kill begins a restore, kills all of it so long after, and looks.
func (k *cassandraKillLab) kill(i int, after time.Duration) {
	k.t.Helper()
	k.wreck(i)
	known := k.restoreIDs()
	p := k.start("restore", k.set, "--auto-approve")
	select {
	case <-p.ended:
	case <-time.After(after):
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // it may have ended
	p.end()
	k.checks(known)
}

func (k *cassandraKillLab) restoreIDs() []string {
	k.t.Helper()
	var all []string
	for _, r := range k.list().Restores {
		all = append(all, r.Restore)
	}
	return all
}

// checks demands that after a kill everything is told as it is, goes the one or the other way,
// and demands that nothing is left to do. Restores that were known are not the one.
func (k *cassandraKillLab) checks(known []string) {
	k.t.Helper()
	all := k.list().Restores
	at := slices.IndexFunc(all, func(r view.RestoreDoc) bool { return !slices.Contains(known, r.Restore) })
	switch {
	case at < 0:
		k.unbegun++
		k.is("after a restore that did not begin", k.lost)
	case all[at].Status == "done":
		k.is("after a restore that is done", k.good)
		k.wayOn(all[at].Restore)
	case all[at].Status == "unfinished":
		k.unfinished(all[at])
		k.wayOn(all[at].Restore)
	default:
		k.t.Errorf("the restore is listed as %+v", all[at])
	}
	k.cwb(exitDone, "apply", "--auto-approve") // cleans what a take left
}

// unfinished demands that everybody is told.
func (k *cassandraKillLab) unfinished(restore view.RestoreDoc) {
	k.t.Helper()
	if found := findings(k.plan()); !slices.Contains(found, "restore_unfinished") {
		k.t.Errorf("the findings %v do not tell that it is unfinished", found)
	}
	if !restore.Changed {
		k.is("while it says that nothing has changed", k.lost)
		return
	}
	k.changed++
}

// wayOn finishes the restore, or goes back: each every second time.
func (k *cassandraKillLab) wayOn(id string) {
	k.t.Helper()
	if k.resumed > k.undone {
		k.undone++
		k.binary(exitDone, "restore", "--undo", id, "--auto-approve")
		k.is("after the undo", k.lost)
		return
	}
	k.resumed++
	k.binary(exitDone, "restore", "--resume", id, "--auto-approve")
	k.is("after it was resumed", k.good)
	if rows := rowsOf(k.t, k.s.homestead, "killed.lines WHERE v = 'v20'"); len(rows) != 1 {
		k.t.Errorf("by the index: %v", rows)
	}
	k.binary(exitDone, "restore", "--confirm", id, "--auto-approve")
}

// leftBehind demands that the data directories have nothing of a restore.
func (k *cassandraKillLab) leftBehind() {
	k.t.Helper()
	for _, dir := range k.s.homestead.DataDirs {
		for _, pattern := range []string{"cwb*", ".cwb*"} {
			if left, _ := filepath.Glob(filepath.Join(dir, pattern)); len(left) > 0 {
				k.t.Errorf("left behind: %v", left)
			}
		}
	}
}

// dropKeyspace drops one that only a scenario has, with its snapshots.
func (s *servers) dropKeyspace(t *testing.T, c *testbed.Cassandra, keyspace string) {
	session, err := c.Session("")
	if err != nil {
		t.Error(err)
		return
	}
	defer session.Close()
	if err := session.Query("DROP KEYSPACE IF EXISTS " + keyspace).Exec(); err != nil { // the test's context has ended
		t.Error(err)
	}
	for _, dir := range c.DataDirs {
		if err := os.RemoveAll(filepath.Join(dir, strings.Trim(keyspace, `"`))); err != nil {
			t.Error(err)
		}
	}
}
