package node_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/node"
	"cwb/planner"
)

// idle is an engine that costs nothing.
type idle struct{ executor.Engine }

func (idle) Inspect(context.Context) (planner.Server, error) { return planner.Server{}, nil }
func (idle) Foreign(context.Context, map[string]bool) ([]backup.Foreign, error) {
	return nil, nil
}

// BenchmarkObserve looks at 20 Cassandra backups of 20,000 files each, as a new process does
// for a plan ("first") and as a run does before its removals ("again").
func BenchmarkObserve(b *testing.B) {
	l := newLab(b, b.TempDir(), node.ThisMachine(), nil)
	layManifests(b, l, 20, 20_000)
	cfg, _ := l.policy.Node(homer)
	look := func(n *node.Node) {
		state, err := n.Observe(context.Background())
		if err != nil || len(state.Backups) != 20 || state.Backups[0].Status != planner.Good {
			b.Fatalf("%v, %+v", err, state.Backups)
		}
	}
	newNode := func() *node.Node {
		return node.New(cfg, "site1", idle{}, node.Options{Now: l.clock.Now, Disk: node.ThisMachine()})
	}
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		defer cpu(b)()
		for b.Loop() {
			look(newNode())
		}
	})
	b.Run("again", func(b *testing.B) {
		b.ReportAllocs()
		n := newNode()
		look(n)
		defer cpu(b)()
		for b.Loop() {
			look(n)
		}
	})
}

// layManifests makes backups whose snapshots are hard links to the same files.
func layManifests(b testing.TB, l *lab, backups, files int) {
	b.Helper()
	table := filepath.Join("homestead", "sip_digests-70704940e80a11f1a5f611bae36c8043")
	live := filepath.Join(l.dataDir(), table)
	must(b, os.MkdirAll(live, 0o700))
	for i := range files {
		must(b, os.WriteFile(filepath.Join(live, fmt.Sprintf("nb-%d-big-Data.db", i)), []byte("x"), 0o600))
	}
	for n := range backups {
		id := backup.NewSetID(firstNight.AddDate(0, 0, n-30))
		tag := filepath.Join(table, "snapshots", id.Tag(homer))
		must(b, os.MkdirAll(filepath.Join(l.dataDir(), tag), 0o700))
		m := backup.Manifest{Node: homer, Set: id}
		for i := range files {
			name := fmt.Sprintf("nb-%d-big-Data.db", i)
			must(b, os.Link(filepath.Join(live, name), filepath.Join(l.dataDir(), tag, name)))
			m.Files = append(m.Files, backup.File{
				Root: l.dataDir(), Path: filepath.Join(tag, name), Database: "homestead", Table: "sip_digests", Bytes: 1,
				SHA256: fmt.Sprintf("%064x", i), Device: 2049, Inode: uint64(i) + 1<<20, Modified: 1763769600123456789, Hashed: time.Unix(1763769600, 0).UTC(),
			})
		}
		layRecords(b, l, backup.Begun{Deployment: "site1", Node: homer, Block: "subscribers", Set: id, Purpose: backup.ForPolicy, Tag: id.Tag(homer), Began: id.Time()}, m)
	}
}

func layRecords(b testing.TB, l *lab, begun backup.Begun, m backup.Manifest) {
	b.Helper()
	dir := filepath.Join(l.root, "backups-homer", string(begun.Set))
	must(b, os.MkdirAll(dir, 0o700))
	manifest, err := backup.Encode(m)
	must(b, err)
	first, err := backup.Encode(begun)
	must(b, err)
	last, err := backup.Encode(backup.Record{
		Deployment: begun.Deployment, Node: begun.Node, Block: begun.Block, Set: begun.Set, Purpose: begun.Purpose,
		Began: begun.Began, Finished: begun.Began, Manifest: digestOf(manifest),
	})
	must(b, err)
	for name, data := range map[string][]byte{"begun.json": first, "manifest.json": manifest, "backup.json": last} {
		must(b, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
}

func must(b testing.TB, err error) {
	if err != nil {
		b.Helper()
		b.Fatal(err)
	}
}
