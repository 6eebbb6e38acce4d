package node_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cwb/internal/backup"
	"cwb/internal/node"
	"cwb/planner"
)

// A process that remembers what manifests said sees every change of files and manifests all
// the same.
func TestObserveSeesChangesOfLargeBackups(t *testing.T) {
	l := newLab(t, t.TempDir(), node.ThisMachine(), nil)
	layManifests(t, l, 2, 20)
	cfg, _ := l.policy.Node(homer)
	n := node.New(cfg, "site1", idle{}, node.Options{Now: l.clock.Now, Disk: node.ThisMachine()})
	first := backup.NewSetID(firstNight.AddDate(0, 0, -30))
	folder := filepath.Join(l.dataDir(), "homestead", "sip_digests-70704940e80a11f1a5f611bae36c8043", "snapshots", first.Tag(homer))
	manifest := l.place(homer, string(first), "manifest.json")
	whole, err := os.ReadFile(manifest)
	must(t, err)
	info, err := os.Stat(manifest)
	must(t, err)

	expect := func(when, want string) {
		t.Helper()
		state, err := n.Observe(context.Background())
		must(t, err)
		var got string
		for _, b := range state.Backups {
			if b.Set == first {
				got = strings.TrimSpace(fmt.Sprint(b.Status, " ", b.Why))
			}
		}
		for _, u := range state.Unreadable {
			got = "unreadable " + u.Error
		}
		if !strings.Contains(got, want) || (want == string(planner.Good) && got != want) {
			t.Errorf("%s: %q, not %q", when, got, want)
		}
	}
	for range 2 {
		expect("untouched", "good")
	}
	must(t, os.Remove(filepath.Join(folder, "nb-7-big-Data.db")))
	expect("file removed", "nb-7-big-Data.db is missing")
	must(t, os.WriteFile(filepath.Join(folder, "nb-7-big-Data.db"), []byte("xx"), 0o600))
	expect("file longer", "has 2 bytes instead of 1")
	must(t, os.WriteFile(filepath.Join(folder, "nb-7-big-Data.db"), []byte("x"), 0o600))
	expect("file back", "good")
	must(t, os.Rename(folder, folder+"-away"))
	expect("folder away", "and 19 more")
	must(t, os.Rename(folder+"-away", folder))

	must(t, os.WriteFile(manifest, bytes.Replace(whole, []byte(`"bytes": 1`), []byte(`"bytes": 2`), 1), 0o600))
	must(t, os.Chtimes(manifest, time.Time{}, info.ModTime()))
	expect("a byte of the manifest changed, and its time put back", "digest does not match")
	other, err := backup.Encode(backup.Manifest{Node: homer, Set: first})
	must(t, err)
	must(t, os.WriteFile(manifest, other, 0o600))
	expect("another manifest", "not the one that backup.json was written for")
	must(t, os.Remove(manifest))
	expect("no manifest", "partial manifest.json is missing")
	must(t, os.WriteFile(manifest, whole, 0o600))
	expect("all back", "good")
}
