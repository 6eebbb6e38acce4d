//go:build servers

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/testbed"
	"cwb/internal/view"
)

// cassandraTables are the tables of Homer and Homestead.
var cassandraTables = map[string][]string{"homer": {"simservs"}, "homestead": {"filter_criteria", "sip_digests"}}

// restoresOfAll loses everything on Ellis, Homer and Homestead at once, and then Homestead's
// tables one by one.
func restoresOfAll(t *testing.T, s *servers) {
	t.Cleanup(func() { s.forgetDropped(t) })
	s.addPrograms(t, "")
	cql(t, s.homestead, "INSERT INTO homestead.sip_digests (private_id, digest) VALUES ('old@example.com', 'x') USING TIMESTAMP 1234567",
		"INSERT INTO homestead.sip_digests (private_id, digest) VALUES ('soon@example.com', 'y') USING TTL 864000")
	l := newLab(t, s)
	l.takesSet()
	good := l.allContent()

	l.part(t, "all three at once", func() {
		mysql(l.t, s.ellis, "DROP DATABASE ellis")
		cql(l.t, s.homer, "DROP KEYSPACE homer")
		cql(l.t, s.homestead, "TRUNCATE homestead.sip_digests", "DROP TABLE homestead.filter_criteria",
			"INSERT INTO homestead.sip_digests (private_id, digest) VALUES ('new@example.com', 'z')")
		lost := l.allContent()
		first := l.restores()
		l.allIs("after the restore", good)
		l.nothingToDo()
		l.cwb(exitDone, "verify")

		l.restores("--undo", first)
		l.allIs("after the undo", lost)
		l.restores()
		l.restores("--confirm")
		l.allIs("after it was restored again, and confirmed", good)
		l.quiet()
		l.writable()
		l.nextNight()
		l.takesSet()
		good = l.allContent()
	})
	l.part(t, "TRUNCATE, then its automatic snapshot", func() {
		cql(l.t, s.homestead, "TRUNCATE homestead.filter_criteria",
			"INSERT INTO homestead.filter_criteria (public_id, value) VALUES ('sip:new@example.com', 'z')")
		l.restores(l.newestForeign("truncated", "homestead.filter_criteria")) // which only Homestead has
		l.allIs("after the restore", good)
		l.restores("--confirm")
		l.allIs("after it was confirmed", good)
		l.quiet()
	})
	l.part(t, "DROP, then its automatic snapshot", func() {
		cql(l.t, s.homestead, "DROP TABLE homestead.sip_digests")
		l.restores("homestead/" + l.newestForeign("dropped", "homestead.sip_digests"))
		l.allIs("after the restore", good)
		l.restores("--confirm")
		l.quiet()
	})
	l.part(t, "DROP and anew, then its automatic snapshot", func() {
		cql(l.t, s.homer, "DROP TABLE homer.simservs", "CREATE TABLE homer.simservs (user text PRIMARY KEY, value text)",
			"INSERT INTO homer.simservs (user, value) VALUES ('sip:new@example.com', 'z')")
		l.restores("homer/" + l.newestForeign("dropped", "homer.simservs"))
		l.allIs("after the restore", good)
		l.restores("--confirm")
		l.quiet()
	})
	l.part(t, "one table of a set, and one keyspace beside", func() {
		cql(l.t, s.homestead, "TRUNCATE homestead.filter_criteria", "TRUNCATE homestead.sip_digests")
		want := l.allContent()
		maps.Copy(want, only(good, "homestead.sip_digests "))
		l.restores("--node", "homestead", "--table", "sip_digests")
		l.allIs("after one table came back", want)
		l.restores("--confirm")
		l.restores("--keyspace", "homestead", "--as", "beside")
		l.allIs("beside the restored keyspace", want)
		for _, table := range cassandraTables["homestead"] {
			if diff := cmp.Diff(only(good, "homestead."+table+" "), cqlContent(l.t, s.homestead, "beside", table, "homestead"), nearly); diff != "" {
				l.t.Errorf("beside.%s differs (-want +got):\n%.2000s", table, diff)
			}
		}
		l.restores("--confirm")
		cql(l.t, s.homestead, "DROP KEYSPACE beside")
		l.restores("--keyspace", "homestead")
		l.restores("--confirm")
		l.allIs("at the end", good)
		l.quiet()
	})
	l.part(t, "onto another node", func() { l.ontoStaging(good) })
	l.part(t, "a damaged file ends all of it, before anything is touched", func() {
		flipBit(l.t, l.snapshotFile("homestead", "sip_digests"))
		older := purposes(l.list(), "policy")[1]
		mysql(l.t, s.ellis, "DELETE FROM ellis.numbers")
		cql(l.t, s.homestead, "TRUNCATE homestead.sip_digests")
		lost := l.allContent()
		if o := l.cwb(exitError, "restore", "--auto-approve"); !strings.Contains(o.stdout+o.stderr, "cwb restore "+older) {
			l.t.Errorf("the older set is not named:\n%s%s", o.stdout, o.stderr)
		}
		l.allIs("after a damaged set was refused", lost)
		l.restores()
		l.restores("--confirm")
	})
}

// cqlRow is one row with its write times; Expires is when the value goes, in Unix seconds.
type cqlRow struct {
	JSON    string
	Expires int64
}

// nearly takes two rows for equal whose expiry was computed a little apart.
var nearly = cmp.Comparer(func(a, b cqlRow) bool {
	return a.JSON == b.JSON && a.Expires-b.Expires <= 60 && b.Expires-a.Expires <= 60
})

// cqlContent are all rows of a table, by the keyspace that they shall be taken for.
func cqlContent(t *testing.T, c *testbed.Cassandra, keyspace, table, as string) map[string]cqlRow {
	t.Helper()
	content := map[string]cqlRow{}
	session, err := c.Session("")
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	meta, err := session.KeyspaceMetadata(keyspace)
	if err != nil {
		return content // it is gone
	}
	definition, there := meta.Tables[table]
	if !there {
		return content
	}
	key := definition.PartitionKey[0].Name
	columns, value := strings.Join(definition.OrderedColumns, ", "), ""
	for _, name := range definition.OrderedColumns {
		if name != key {
			value = name
		}
	}
	query := fmt.Sprintf("SELECT JSON %s, writetime(%s) AS written, ttl(%[2]s) AS left FROM %s.%s", columns, value, keyspace, table)
	rows := session.Query(query).WithContext(t.Context()).Iter()
	for row := ""; rows.Scan(&row); {
		one := timeless(t, row)
		one.JSON = shortened(one.JSON)
		content[as+"."+table+" "+one.JSON] = one
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	return content
}

// allContent is what all three servers hold.
func (l *lab) allContent() map[string]cqlRow {
	l.t.Helper()
	all := map[string]cqlRow{}
	for name, what := range l.ellisContent() {
		all["ellis "+name] = cqlRow{JSON: what}
	}
	for keyspace, tables := range cassandraTables {
		for _, table := range tables {
			maps.Copy(all, cqlContent(l.t, l.server(keyspace), keyspace, table, keyspace))
		}
	}
	return all
}

func (l *lab) server(keyspace string) *testbed.Cassandra {
	if keyspace == "homer" {
		return l.s.homer
	}
	return l.s.homestead
}

// allIs demands what all three servers hold.
func (l *lab) allIs(when string, want map[string]cqlRow) {
	l.t.Helper()
	if diff := cmp.Diff(want, l.allContent(), nearly); diff != "" {
		l.t.Fatalf("%s something is not as it should be (-want +got):\n%.3000s", when, diff)
	}
}

// only is the content whose names begin so.
func only(content map[string]cqlRow, prefix string) map[string]cqlRow {
	content = maps.Clone(content)
	maps.DeleteFunc(content, func(name string, _ cqlRow) bool { return !strings.HasPrefix(name, prefix) })
	return content
}

// writable demands that the tables that came back can be written and read as ever.
func (l *lab) writable() {
	l.t.Helper()
	for keyspace, key := range map[string]string{"homer.simservs": "user", "homestead.filter_criteria": "public_id", "homestead.sip_digests": "private_id"} {
		name, _, _ := strings.Cut(keyspace, ".")
		column := "value"
		if strings.HasSuffix(keyspace, "digests") {
			column = "digest"
		}
		cql(l.t, l.server(name), fmt.Sprintf("INSERT INTO %s (%s, %s) VALUES ('after', 'all')", keyspace, key, column))
		if rows := rowsOf(l.t, l.server(name), keyspace); !slices.ContainsFunc(rows, func(r string) bool { return strings.Contains(r, `"after"`) }) {
			l.t.Errorf("%s has not what was written into it", keyspace)
		}
	}
}

// newestForeign is the newest foreign backup of a kind that has just one table.
func (l *lab) newestForeign(kind, table string) string {
	l.t.Helper()
	var newest view.ForeignDoc
	all := l.list().Foreign
	for _, f := range all {
		if f.Kind == kind && slices.Equal(f.Tables, []string{table}) && (newest.Time == nil || f.Time.After(*newest.Time)) {
			newest = f
		}
	}
	if newest.Time == nil || !newest.Restorable {
		l.t.Fatalf("there is no %s snapshot of %s that can be restored among %s", kind, table, text(all))
	}
	return newest.Name
}

// snapshotFile is a file with rows of the newest complete set's snapshot of a table.
func (l *lab) snapshotFile(keyspace, table string) string {
	l.t.Helper()
	tag := "cwb-" + purposes(l.list(), "policy")[0] + "-" + keyspace
	files, _ := filepath.Glob(filepath.Join(l.server(keyspace).DataDirs[0], keyspace, table+"-*", "snapshots", tag, "*-Data.db"))
	if len(files) == 0 {
		l.t.Fatalf("%s.%s has no files in %s", keyspace, table, tag)
	}
	own := files[0] + ".own"
	data, err := os.ReadFile(files[0])
	if err == nil {
		err = os.WriteFile(own, data, 0o600) // the live table must not lose its file
	}
	if err == nil {
		err = os.Rename(own, files[0])
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return files[0]
}

// forgetDropped removes the directories of tables that are dropped.
func (s *servers) forgetDropped(t *testing.T) {
	for keyspace, c := range map[string]*testbed.Cassandra{"homer": s.homer, "homestead": s.homestead} {
		session, err := c.Session("")
		if err != nil {
			t.Error(err)
			continue
		}
		live := map[string]bool{}
		var name, id string
		for rows := session.Query("SELECT table_name, id FROM system_schema.tables WHERE keyspace_name = ?", keyspace).Iter(); rows.Scan(&name, &id); {
			live[name+"-"+strings.ReplaceAll(id, "-", "")] = true
		}
		session.Close()
		for _, dir := range tableDirs(t, c, keyspace) {
			if !live[filepath.Base(dir)] {
				_ = os.RemoveAll(dir)
			}
		}
	}
}
