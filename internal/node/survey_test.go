package node_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/node"
	"cwb/planner"
)

// place is the snapshot_path of a node, for tests that tamper with it.
func (l *lab) place(addr backup.NodeAddr, names ...string) string {
	n, _ := l.policy.Node(addr)
	return filepath.Join(append([]string{n.SnapshotPath}, names...)...)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// session opens a node for the time of the test.
func (l *lab) session(t *testing.T, addr backup.NodeAddr) executor.Session {
	t.Helper()
	s, err := l.nodeOf(addr).Open(context.Background(), planner.Lock{Who: "ops@admin"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// only is the one backup of a node after one night.
func (l *lab) only(t *testing.T, addr backup.NodeAddr) planner.Backup {
	t.Helper()
	s := l.observe(addr)
	if len(s.Backups) != 1 {
		t.Fatalf("%d backups, unreadable %v, problems %v", len(s.Backups), s.Unreadable, s.Problems)
	}
	return s.Backups[0]
}

// What happens to files shows as the status of their backup.
func TestStatusOfABackup(t *testing.T) {
	cases := map[string]struct {
		change func(t *testing.T, l *lab, dir string)
		want   planner.Status
	}{
		"untouched":    {func(*testing.T, *lab, string) {}, planner.Good},
		"file_missing": {func(t *testing.T, _ *lab, dir string) { os.Remove(dir + "/schema.txt") }, planner.Partial},
		"file_cut":     {func(t *testing.T, _ *lab, dir string) { os.Truncate(dir+"/schema.txt", 3) }, planner.Partial},
		"file_is_a_link": {func(t *testing.T, l *lab, dir string) {
			outside := filepath.Join(l.root, "outside")
			write(t, outside, read(t, dir+"/schema.txt"))
			os.Remove(dir + "/schema.txt")
			os.Symlink(outside, dir+"/schema.txt")
		}, planner.Partial},
		"manifest_missing": {func(t *testing.T, _ *lab, dir string) { os.Remove(dir + "/manifest.json") }, planner.Partial},
		"record_missing":   {func(t *testing.T, _ *lab, dir string) { os.Remove(dir + "/backup.json") }, planner.Debris},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := diskLab(t)
			l.mustRun()
			id := l.only(t, ellis).Set
			c.change(t, l, l.place(ellis, string(id)))
			if b := l.only(t, ellis); b.Status != c.want || (b.Why == "") != (c.want == planner.Good) {
				t.Errorf("status %s (%s), want %s", b.Status, b.Why, c.want)
			}
		})
	}
}

// A record that was changed, cut or written by a newer version is unreadable, and its backup
// is not listed.
func TestUnreadableRecords(t *testing.T) {
	cut := func(s string) string { return s[:len(s)/2] }
	newer := func(s string) string { return strings.Replace(s, `"format_version": 1`, `"format_version": 2`, 1) }
	changed := func(s string) string { return strings.Replace(s, "ellis", "elliz", 1) }
	for _, name := range []string{"begun.json", "backup.json", "manifest.json"} {
		for how, change := range map[string]func(string) string{"cut": cut, "newer": newer, "changed": changed} {
			t.Run(name+"_"+how, func(t *testing.T) {
				l := diskLab(t)
				l.mustRun()
				path := l.place(ellis, string(l.only(t, ellis).Set), name)
				write(t, path, change(read(t, path)))
				s := l.observe(ellis)
				if len(s.Backups) != 0 || len(s.Unreadable) != 1 || !strings.HasSuffix(s.Unreadable[0].Path, name) {
					t.Errorf("backups %v, unreadable %v", s.Backups, s.Unreadable)
				}
			})
		}
	}
}

// A backup whose files cannot be looked at is unreadable. It alone: the node's others are seen,
// and its next ones are taken.
func TestFilesThatCannotBeLookedAt(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	first := l.only(t, ellis).Set
	l.nextNight()
	l.mustRun()
	dir, outside := l.place(ellis, string(first)), filepath.Join(l.root, "outside")
	l.forge(t, dir, func(m *backup.Manifest, _ *backup.Record) { m.Files[0].Path = "moved/" + m.Files[0].Path })
	if err := errors.Join(os.Mkdir(outside, 0o700), os.Symlink(outside, filepath.Join(dir, "moved"))); err != nil {
		t.Fatal(err)
	}
	s := l.observe(ellis)
	if s.Error != "" || len(s.Backups) != 1 || len(s.Unreadable) != 1 || s.Unreadable[0].Set() != first {
		t.Errorf("error %q, backups %v, unreadable %v", s.Error, s.Backups, s.Unreadable)
	}
	l.nextNight()
	if plan := l.mustRun(); len(l.good(ellis)) != 2 {
		t.Errorf("nothing was taken: %v", plan.Steps)
	}
}

// A server that hangs hides none of the backups on its disk.
func TestHungServer(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	n := node.New(l.node(ellis), l.policy.Deployment, hung{l.engine(ellis)}, node.Options{Now: time.Now, InspectTimeout: time.Millisecond})
	s, err := n.Observe(context.Background())
	if err != nil || s.Error != "" || len(s.Backups) != 1 || s.Backups[0].Status != planner.Good {
		t.Errorf("%v: error %q, backups %v", err, s.Error, s.Backups)
	}
	if !strings.Contains(s.Server.Down, "did not answer within") {
		t.Errorf("down: %q", s.Server.Down)
	}
}

// hung is an engine whose server never says who it is.
type hung struct{ executor.Engine }

func (hung) Inspect(ctx context.Context) (planner.Server, error) {
	<-ctx.Done()
	return planner.Server{}, ctx.Err()
}

func TestUnreadableSidecars(t *testing.T) {
	for _, name := range []string{"hold.json", "accepted.json", "verified-20261120T000000Z.json", "../.cwb/identity.json"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			l := diskLab(t)
			l.mustRun()
			write(t, l.place(ellis, string(l.only(t, ellis).Set), name), "{}")
			if s := l.observe(ellis); len(s.Unreadable) != 1 {
				t.Errorf("unreadable %v", s.Unreadable)
			}
		})
	}
}

// What is of others is a problem, and never a backup.
func TestOthersInThePlace(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	id := l.only(t, ellis).Set
	if err := os.CopyFS(l.place(ellis, "20200101T000000Z"), os.DirFS(l.place(ellis, string(id)))); err != nil {
		t.Fatal(err)
	}
	write(t, l.place(ellis, "notes.txt"), "x")
	write(t, l.place(ellis, "20200102T000000Z", "data"), "x")
	write(t, l.place(ellis, "20200103T000000Z"), "a file")
	if err := os.CopyFS(l.place(ellis, "20200104T000000Z"), os.DirFS(l.place(homer, string(id)))); err != nil {
		t.Fatal(err)
	}
	s := l.observe(ellis)
	if len(s.Backups) != 1 || len(s.Problems) != 4 || len(s.Unreadable) != 1 {
		t.Errorf("backups %v\nproblems %q\nunreadable %v", s.Backups, s.Problems, s.Unreadable)
	}
	if s.Unreadable[0].Path != "20200101T000000Z/begun.json" {
		t.Errorf("a renamed copy: %v", s.Unreadable)
	}
}

func TestLooseModeIsAProblem(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	if err := os.Chmod(l.place(ellis), 0o755); err != nil {
		t.Fatal(err)
	}
	if s := l.observe(ellis); len(s.Problems) != 1 || !strings.Contains(s.Problems[0], "chmod 700") {
		t.Errorf("%q", s.Problems)
	}
}

// A manifest is data: where it leads out of the node's directories, nobody follows.
func TestManifestThatLeadsOut(t *testing.T) {
	for name, file := range map[string]backup.File{
		"parent":   {Path: "../../secret"},
		"absolute": {Path: "/etc/passwd"},
		"root":     {Root: "/", Path: "etc/passwd"},
		"dirty":    {Path: "a/../schema.txt"},
		"empty":    {},
	} {
		t.Run(name, func(t *testing.T) {
			l := diskLab(t)
			l.mustRun()
			secret := filepath.Join(l.root, "secret")
			write(t, secret, "s")
			dir := l.place(ellis, string(l.only(t, ellis).Set))
			l.forge(t, dir, func(m *backup.Manifest, _ *backup.Record) { m.Files = append(m.Files, file) })
			b := l.only(t, ellis)
			if b.Status != planner.Partial {
				t.Errorf("status %s (%s)", b.Status, b.Why)
			}
			check, err := l.nodeOf(ellis).Check(context.Background(), b.Set, nil)
			if err != nil || check.Good {
				t.Errorf("check: %v %v", check, err)
			}
			_ = l.session(t, ellis).Run(context.Background(), planner.Remove{Node: ellis, Set: b.Set, Block: b.Block, Record: b.Record}, nil)
			if read(t, secret) != "s" {
				t.Error("a file outside was touched")
			}
		})
	}
}

// forge writes the records of a backup anew, with digests that fit.
func (l *lab) forge(t *testing.T, dir string, change func(*backup.Manifest, *backup.Record)) {
	t.Helper()
	m, err := backup.Decode[backup.Manifest]([]byte(read(t, dir+"/manifest.json")))
	if err != nil {
		t.Fatal(err)
	}
	r, err := backup.Decode[backup.Record]([]byte(read(t, dir+"/backup.json")))
	if err != nil {
		t.Fatal(err)
	}
	change(&m, &r)
	data, err := backup.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/manifest.json", string(data))
	r.Manifest = digestOf(data)
	if data, err = backup.Encode(r); err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/backup.json", string(data))
}
