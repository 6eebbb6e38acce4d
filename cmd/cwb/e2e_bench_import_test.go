//go:build servers && bench

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// benchImport compares the step of a restore that loads Cassandra's files into the emptied
// tables, and compares them then, with nodetool import of the same files, table by table.
func benchImport(t *testing.T, l *lab) {
	set := l.list().Sets[0].ID
	contenders := []contender{
		{"cwb (compared)", func(int) cost { return importStep(t, l, set) }, 0},
		{"nodetool import", func(round int) cost { return importAlone(t, l, set, round) }, 1.2},
	}
	compare("import of a restore of Cassandra", contenders, race(contenders))
}

// importStep restores and gives the time of the step in question.
func importStep(t *testing.T, l *lab, set string) cost {
	t.Helper()
	for line := range strings.Lines(l.cwb(exitDone, "restore", set, "--auto-approve", "--json").stdout) {
		var event struct {
			Type, Action string
			Milliseconds int64 `json:"duration_ms"`
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		if event.Type == "step_done" && event.Action == "import" {
			return cost{wall: time.Duration(event.Milliseconds) * time.Millisecond}
		}
	}
	t.Fatal("nothing was imported")
	return cost{}
}

// importAlone empties the tables, lays links of the same files where nodetool import wants
// them, and gives the time that it takes.
func importAlone(t *testing.T, l *lab, set string, round int) (all cost) {
	t.Helper()
	homer := l.s.homer
	folders, err := filepath.Glob(filepath.Join(homer.DataDirs[0], "homer", "*", "snapshots", "cwb-"+set+"-*"))
	if err != nil || len(folders) != benchTables {
		t.Fatal(folders, err)
	}
	for _, folder := range folders {
		table, _, _ := strings.Cut(filepath.Base(filepath.Dir(filepath.Dir(folder))), "-")
		staged := filepath.Join(homer.Dir, fmt.Sprint("staged", round), "homer", table)
		cql(t, homer, "TRUNCATE homer."+table)
		if err := linkAll(folder, staged); err != nil {
			t.Fatal(err)
		}
		all.wall += timed(t, append(homer.Nodetool, "import", "--copy-data", "--", "homer", table, staged)...).wall
	}
	return all
}

func linkAll(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	for _, e := range entries {
		if err == nil {
			err = os.Link(filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		}
	}
	return err
}
