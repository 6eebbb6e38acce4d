//go:build servers

package cassandraengine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cwb/internal/testbed"
)

// TRUNCATE, DROP TABLE, DROP KEYSPACE, and making them again, between nights: no backup
// changes, and what Cassandra leaves by itself is listed and stays as it is when backups go.
func TestRealNights(t *testing.T) { testNights(t, realServer) }

func testNights(t *testing.T, server *testbed.Cassandra) {
	r := newRealOn(t, server, "dropping")
	fill := func(table string, n int) {
		for i := range n {
			r.exec(fmt.Sprintf(`INSERT INTO dropping.%s (k, v) VALUES (%d, 'v')`, table, i))
		}
	}
	const table = ` (k int PRIMARY KEY, v text)`
	r.exec(`CREATE TABLE dropping.t`+table, `CREATE TABLE dropping.u`+table)
	fill("t", 20)
	fill("u", 20)
	nights := []taken{r.take()}
	r.exec(`TRUNCATE dropping.t`, `DROP TABLE dropping.u`, `CREATE TABLE dropping.u`+table)
	fill("u", 5)
	nights = append(nights, r.take(nights...))
	r.exec(`DROP KEYSPACE dropping`, keyspaceOf("dropping"), `CREATE TABLE dropping.t`+table, `CREATE TABLE dropping.u`+table)
	fill("t", 3)
	nights = append(nights, r.take(nights...))
	for i, k := range nights {
		for _, earlier := range nights[:i] {
			if k.content.Tables[1].ID == earlier.content.Tables[1].ID {
				t.Error("a table that was made again has its old id")
			}
		}
	}
	r.checkAutomatic(nights, "dropped t", "dropped u", "dropped u", "truncated t")
	r.exec(`DROP KEYSPACE dropping`)
	automatic := r.checkAutomatic(nights, "dropped t", "dropped t", "dropped u", "dropped u", "dropped u", "truncated t")
	for len(nights) > 0 {
		for _, k := range nights {
			verify(t, k)
		}
		if err := r.engine.Discard(t.Context(), nights[0].begun); err != nil {
			t.Fatal(err)
		}
		nights = nights[1:]
		if now := r.checkAutomatic(nights, "dropped t", "dropped t", "dropped u", "dropped u", "dropped u", "truncated t"); now != automatic {
			t.Error("a snapshot of Cassandra's own has changed")
		}
	}
}

func keyspaceOf(name string) string {
	return `CREATE KEYSPACE "` + name + `" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`
}

// checkAutomatic wants these snapshots, and describes the files of all.
func (r *real) checkAutomatic(ours []taken, want ...string) string {
	r.t.Helper()
	tags := map[string]bool{}
	for _, k := range ours {
		tags[k.begun.Tag] = true
	}
	all, err := r.engine.Foreign(r.t.Context(), tags)
	if err != nil {
		r.t.Fatal(err)
	}
	var got []string
	var files strings.Builder
	for _, f := range all {
		if !f.Restorable || f.Reason != "" || len(f.Tables) != 1 || f.Time.Year() < 2020 {
			r.t.Errorf("%+v", f)
		}
		got = append(got, string(f.Kind)+" "+f.Tables[0].Table)
		files.WriteString(r.filesOf(f))
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		r.t.Fatalf("listed are %q, want %q", got, want)
	}
	return files.String()
}
