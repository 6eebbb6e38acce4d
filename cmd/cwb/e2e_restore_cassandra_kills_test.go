//go:build servers

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/testbed"
)

// restoreCassandraKills ends the real binary, its supervisor and its worker at once, with
// SIGKILL at random instants of a restore of a Cassandra and of the ways on. Each time lists and
// plans must tell the truth, and both ways on must lead where they say.
func restoreCassandraKills(t *testing.T, s *servers) {
	k := newCassandraKills(t, s)
	k.wreck(0)
	k.restoreWhole()
	for i := range randomCassandraKills {
		k.part(t, fmt.Sprintf("random %d", i), func() {
			k.wreck(i)
			k.restoreCut()
		})
	}
	k.leftBehind()
	k.tells(t)
}

// cassandraKillLab is a keyspace that is damaged, restored and killed, over and over.
type cassandraKillLab struct {
	*cutLab
	good, lost map[string]cqlRow
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
	k := &cassandraKillLab{cutLab: &cutLab{lab: l, cutter: newCutter(t, changing...), addr: "cassandra.homestead", every: everyCassandraWay}}
	k.serves = k
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

// isGood also asks the index for a row.
func (k *cassandraKillLab) isGood(when string) {
	k.t.Helper()
	k.is(when, k.good)
	if rows := rowsOf(k.t, k.s.homestead, "killed.lines WHERE v = 'v20'"); len(rows) != 1 {
		k.t.Errorf("%s the index knows %v", when, rows)
	}
}

func (k *cassandraKillLab) isLost(when string) { k.t.Helper(); k.is(when, k.lost) }

// isBetween demands nothing: tables are empty until they are imported.
func (k *cassandraKillLab) isBetween(string) {}

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
