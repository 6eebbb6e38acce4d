//go:build servers

package cassandraengine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	place "cwb/internal/node"
	"cwb/planner"
)

// The model of a large node: so many files that they tell how much memory a take needs.
const (
	manyFiles  = 100_000
	manyTables = 4
	manyVar    = "CWB_TEST_MANY_FILES"
)

// many is the model's directory.
type many struct{ dir string }

func (m many) data() string { return filepath.Join(m.dir, "data") }

func (m many) table(n int) string {
	return filepath.Join(m.data(), "homer", fmt.Sprintf("table%d-%s", n, undashed(m.id(n))))
}

func (m many) id(n int) string { return fmt.Sprintf("%08x-e80a-11f1-a5f6-11bae36c8043", n+1) }

// manySeeds is how many SSTables there are in truth, of which the others are links.
const manySeeds = 100

// components are the files of an SSTable. One in a hundred has a TOC.txt: those that came whole
// from another host have none.
func (m many) components(sstable int) []string {
	names := []string{"Data.db", "Index.db", "Filter.db", "Summary.db", "Statistics.db", "CompressionInfo.db", "Digest.crc32"}
	if sstable%manySeeds == 0 {
		names = append(names, "TOC.txt")
	}
	return names
}

func (m many) seed(sstable int, component string) string {
	return filepath.Join(m.dir, "seeds", fmt.Sprint(sstable%manySeeds), component)
}

// lay makes the live files, and a nodetool.
func (m many) lay(t *testing.T) {
	t.Helper()
	for n := range manySeeds {
		mkdir(t, m.table(n%manyTables))
		for _, name := range m.components(n) {
			writeFile(t, m.seed(n, name), fmt.Sprint(n, name))
		}
	}
	writeFile(t, m.seed(0, "TOC.txt"), strings.Join(m.components(0), "\n"))
	for n, files := 0, 0; files < manyFiles; n++ {
		for _, name := range m.components(n) {
			if err := os.Link(m.seed(n, name), filepath.Join(m.table(n%manyTables), fmt.Sprintf("nb-%d-big-%s", n+1, name))); err != nil {
				t.Fatal(err)
			}
			files++
		}
	}
	nodetool := filepath.Join(m.dir, "nodetool")
	writeFile(t, nodetool, fmt.Sprintf("#!/bin/bash\nset -e\nDATA='%s'\n%s", m.data(), manyNodetool))
	if err := os.Chmod(nodetool, 0o755); err != nil {
		t.Fatal(err)
	}
}

// manyNodetool is honest, for many files.
const manyNodetool = `
case "$1" in
info) echo "ID                     : ` + hostOne + `" ;;
snapshot)
	for t in "$DATA/homer"/*-*; do
		s="$t/snapshots/$3"
		mkdir -p "$s"
		find "$t" -maxdepth 1 -type f -exec ln -t "$s" {} +
		files=$(find "$s" -name '*-Data.db' -printf ',"%f"')
		echo "{\"files\":[${files#,}],\"created_at\":\"2026-11-22T00:00:01Z\",\"expires_at\":null,\"ephemeral\":false}" >"$s/manifest.json"
		echo "CREATE TABLE" >"$s/schema.cql"
	done
	echo "Snapshot directory: $3" ;;
esac
`

// process does something in a process of its own, and tells the most memory that it had.
func (m many) process(t *testing.T, what string, night int) (bytes int64) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %s", manyVar, what, night, m.dir))
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	kB, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kB << 10
}

// manyChild is what such a process does; order is the value of manyVar.
func manyChild(order string) int {
	var what, dir string
	var night int
	if _, err := fmt.Sscan(order, &what, &night, &dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	m := many{dir}
	err := m.take(context.Background(), night)
	if what == "verify" {
		err = m.verify(context.Background())
	}
	var kB int64
	if err == nil {
		kB, err = peakMemory()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(kB)
	return 0
}

// peakMemory is the most that this process had resident, in kB. See proc_pid_status(5).
func peakMemory() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(string(status), "VmHWM:")
	if !ok {
		return 0, errors.New("/proc/self/status has no VmHWM")
	}
	return strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
}

func (m many) node(at time.Time) *place.Node {
	fake := &fakeServer{
		row: local{cluster: "c", version: "5.0.5", bootstrapped: "COMPLETED",
			peer: peer{hostID: hostOne, address: "127.0.0.1", tokens: []string{"1"}, schemaVersion: "v1"}},
		dirs: []string{m.data()},
	}
	k := keyspaceSchema{Name: "homer", Statements: []statement{{"keyspace", "homer", "CREATE KEYSPACE homer;"}}}
	for n := range manyTables {
		k.Tables = append(k.Tables, tableSchema{Name: fmt.Sprint("table", n), ID: m.id(n)})
	}
	fake.schemas = map[string]keyspaceSchema{"homer": k}
	cfg := config.Node{
		Addr: backup.NodeAddr{Kind: backup.Cassandra, Name: "homer"}, SnapshotPath: filepath.Join(m.dir, "backups"),
		Cassandra: &config.Cassandra{
			Address: "127.0.0.1:9042", Nodetool: []string{filepath.Join(m.dir, "nodetool")}, DataDirs: []string{m.data()}, Keyspaces: []string{"homer"},
		},
	}
	now := func() time.Time { return at }
	engine := New(cfg, Options{Now: now})
	engine.connect = func(context.Context) (server, error) { return fake, nil }
	return place.New(cfg, "site1", engine, place.Options{Now: now})
}

// take looks at the node, takes a backup, and looks again, as a run does.
func (m many) take(ctx context.Context, night int) error {
	at := time.Date(2026, 11, 22+night, 0, 0, 0, 0, time.UTC)
	n := m.node(at)
	if err := allGood(ctx, n, night); err != nil {
		return err
	}
	s, err := n.Open(ctx, planner.Lock{Who: "test", Command: "apply", Since: at})
	if err != nil {
		return err
	}
	defer s.Close()
	t, err := s.Begin(ctx, executor.Order{Deployment: "site1", Block: "subscribers", Set: backup.NewSetID(at), Purpose: backup.ForPolicy, Began: at, Tool: "test"})
	if err != nil {
		return err
	}
	if _, err := t.Capture(ctx); err != nil {
		return err
	}
	record, err := t.Finish(ctx, nil)
	if err == nil && record.Totals.Files < manyFiles {
		err = fmt.Errorf("the take has %d files", record.Totals.Files)
	}
	return errors.Join(err, allGood(ctx, n, night+1))
}

func (m many) verify(ctx context.Context) error {
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	check, err := m.node(at.AddDate(0, 0, 30)).Check(ctx, backup.NewSetID(at), nil)
	if err == nil && !check.Good {
		err = errors.New(strings.Join(check.Problems, "; "))
	}
	return err
}

func allGood(ctx context.Context, n *place.Node, want int) error {
	state, err := n.Observe(ctx)
	if err != nil {
		return err
	}
	good := 0
	for _, b := range state.Backups {
		if b.Status == planner.Good {
			good++
		}
	}
	if good != want || state.Error != "" {
		return fmt.Errorf("%d of %d backups are good, not %d: %s %v", good, len(state.Backups), want, state.Error, state.Unreadable)
	}
	return nil
}
