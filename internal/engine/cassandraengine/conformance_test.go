package cassandraengine

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/enginetest"
)

// The suite over a fake server, whose data files hold rows as JSON.
func TestConformance(t *testing.T) {
	f := newFake(t)
	f.engine.options.Now = time.Now
	generation := 1
	enginetest.Run(t, enginetest.Harness{
		Node: f.engine.addr,
		Engine: func(*testing.T) executor.Engine {
			e := New(f.config(), Options{SettleWait: time.Millisecond})
			e.connect = f.engine.connect
			return e
		},
		Write: func(t *testing.T, rows map[string]string) {
			data, err := json.Marshal(rows)
			if err != nil {
				t.Fatal(err)
			}
			generation++
			f.sstable("homer/simservs-"+undashed(idOne), fmt.Sprintf("nb-%d-big", generation), string(data))
		},
		Content: func(t *testing.T, _ executor.Dir, m backup.Manifest) map[string]string {
			rows := map[string]string{}
			for _, file := range m.Files {
				if !strings.HasSuffix(file.Path, "-Data.db") || strings.HasSuffix(file.Path, "/nb-1-big-Data.db") {
					continue
				}
				data, err := os.ReadFile(filepath.Join(file.Root, file.Path))
				if err != nil {
					t.Fatal(err)
				}
				more := map[string]string{}
				if err := json.Unmarshal(data, &more); err != nil {
					t.Fatal(err)
				}
				maps.Copy(rows, more)
			}
			return rows
		},
		Snapshots: func(*testing.T) []string { return snapshotNames(t, []string{f.data}, "homer") },
		Plant: func(*testing.T) string {
			snapshotOf(f, "simservs-"+undashed(idOne), "by-hand")
			return "by-hand"
		},
	})
}

// snapshotNames are all tags in a keyspace.
func snapshotNames(t *testing.T, dataDirs []string, keyspace string) []string {
	t.Helper()
	dirs, err := tableDirs(dataDirs, []string{keyspace})
	if err != nil {
		t.Fatal(err)
	}
	tags := map[string]bool{}
	for _, w := range dirs {
		names, err := subfolders(filepath.Join(w.root, w.keyspace, w.folder, "snapshots"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			tags[name] = true
		}
	}
	var all []string
	for tag := range tags {
		all = append(all, tag)
	}
	return all
}
