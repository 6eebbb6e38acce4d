//go:build servers

package cassandraengine

import (
	"slices"
	"strings"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/enginetest"
)

// The suite over the real server; content is read by importing it into another keyspace.
func TestRealConformance(t *testing.T) {
	r, scratch := newReal(t, "conforming"), newReal(t, "scratch")
	const table = `.rows (k text PRIMARY KEY, v text)`
	r.exec(`CREATE TABLE conforming` + table)
	scratch.exec(`CREATE TABLE scratch` + table)
	enginetest.Run(t, enginetest.Harness{
		Node:   r.engine.addr,
		Engine: func(*testing.T) executor.Engine { return New(r.node(), Options{}) },
		Write: func(t *testing.T, rows map[string]string) {
			for k, v := range rows {
				if err := r.session.Query(`INSERT INTO conforming.rows (k, v) VALUES (?, ?)`, k, v).Exec(); err != nil {
					t.Fatal(err)
				}
			}
		},
		Content: func(t *testing.T, _ executor.Dir, m backup.Manifest) map[string]string {
			scratch.exec(`TRUNCATE scratch.rows`)
			scratch.importTables(taken{content: executor.Content{Files: slices.Values(m.Files)}}, "rows")
			rows := map[string]string{}
			iter := scratch.session.Query(`SELECT k, v FROM scratch.rows`).Iter()
			for k, v := "", ""; iter.Scan(&k, &v); {
				rows[k] = v
			}
			if err := iter.Close(); err != nil {
				t.Fatal(err)
			}
			return rows
		},
		Snapshots: func(t *testing.T) []string { return snapshotNames(t, realServer.DataDirs, r.keyspace) },
		Plant: func(t *testing.T) string {
			out, err := realServer.RunNodetool(t.Context(), "snapshot", "-t", "by-hand", "--", r.keyspace)
			if err != nil || !strings.Contains(out, "by-hand") {
				t.Fatal(out, err)
			}
			return "by-hand"
		},
	})
}
