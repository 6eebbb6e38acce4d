//go:build servers

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/oldscripts"
	"cwb/internal/soak"
	"cwb/internal/testbed"
	"cwb/internal/view"
)

// besideOldScripts runs cwb for ten nights beside what all generations of the old scripts,
// operators and Cassandra itself left.
func besideOldScripts(t *testing.T, s *servers) {
	l := newLab(t, s, func(l *lab) {
		l.policy.Ellis.Legacy = l.oldBackups("ellis")
		for _, n := range l.policy.Cassandra {
			n.Legacy = l.oldBackups(n.Name)
		}
	})
	left := l.leaveForeign()
	before := left.fingerprint(t)
	if len(before) < 20 {
		t.Fatalf("the scripts left only %d files", len(before))
	}

	l.part(t, "all are listed with what they hold", func() {
		got := []string{}
		for _, f := range l.list().Foreign {
			if !f.Restorable || f.Bytes == 0 || f.Time == nil {
				l.t.Errorf("foreign backup without content, time or use: %+v", f)
			}
			got = append(got, fmt.Sprintf("%s %s: %s", f.Node, f.Kind, strings.Join(f.Tables, " ")))
		}
		slices.Sort(got)
		if diff := cmp.Diff(left.listed, got); diff != "" {
			l.t.Error(diff)
		}
	})
	l.part(t, "all are there byte for byte after ten nights", func() {
		for range 10 + moreNights {
			l.takesSet()
			l.nothingToDo()
			l.nextNight()
		}
		soak.Figures(l.t, "%d nights beside old scripts", 10+moreNights)
		if complete := sets(l.list(), "complete"); len(complete) != 4 {
			l.t.Errorf("the nights left the sets %v", complete)
		}
		if diff := cmp.Diff(before, left.fingerprint(l.t)); diff != "" {
			l.t.Errorf("what cwb did not make has changed:\n%s", diff)
		}
	})
	l.part(t, "an active cron entry of theirs is a critical finding", func() {
		entry := filepath.Join(l.root, "etc/cron.d/backup")
		layFile(l.t, entry, "* 0 * * * root /usr/share/clearwater/homer/backup/do_backup.sh homer\n")
		plan := l.plan()
		at := slices.IndexFunc(plan.Findings, func(f view.FindingDoc) bool { return f.Kind == "legacy_script_active" })
		if at < 0 || plan.Findings[at].Severity != "critical" || plan.Findings[at].Subject != "/etc/cron.d/backup:1" {
			l.t.Errorf("findings: %+v", plan.Findings)
		}
		if err := os.Remove(entry); err != nil {
			l.t.Fatal(err)
		}
	})
	l.part(t, "what their rotation takes of cwb's is told", func() {
		scripts := oldscripts.Scripts{Data: s.homer.DataDirs[0], Nodetool: s.homer.Nodetool}
		for range 4 { // it keeps three and adds one
			must(l.t)(scripts.Snapshot(l.t.Context(), "homer"))
		}
		list := l.list()
		if complete := sets(list, "complete"); len(complete) != 0 {
			l.t.Errorf("listed as complete without their snapshots: %v", complete)
		}
		for _, set := range list.Sets {
			for _, b := range set.Backups {
				want := "good"
				if b.Node == "cassandra.homer" {
					want = "partial"
				}
				if b.Status != want {
					l.t.Errorf("%s of %s is listed as %s", b.Node, set.ID, b.Status)
				}
			}
		}
	})
}

// foreignThings is what others made on the nodes of a lab.
type foreignThings struct {
	paths  []string // files, and directories with all that is in them
	listed []string // "node kind: tables", sorted
}

func (l *lab) oldBackups(component string) string {
	dir := filepath.Join(l.dir, "clearwater", component, "backup", "backups")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		l.t.Fatal(err)
	}
	return dir
}

// leaveForeign lets every generation of scripts, an operator and Cassandra leave something.
func (l *lab) leaveForeign() *foreignThings {
	l.t.Helper()
	ctx, f := l.t.Context(), &foreignThings{}
	f.dumps(l)
	homer, homestead := l.s.homer, l.s.homestead

	// The last generation on Homer clears all snapshots, so it comes first.
	homerOld := oldscripts.Scripts{Backups: l.oldBackups("homer"), Data: homer.DataDirs[0], Nodetool: homer.Nodetool}
	must(l.t)(homerOld.Cleared(ctx, "homer"))
	f.add("cassandra.homer script: homer.simservs")
	must(l.t)(homerOld.Snapshot(ctx, "homer"))
	f.add("cassandra.homer snapshot: homer.simservs")
	must(l.t)(homer.RunNodetool(ctx, "snapshot", "-t", "before-upgrade", "--", "homer"))
	f.add("cassandra.homer snapshot: homer.simservs")

	// The second generation on Homestead links every snapshot it finds, so it comes before
	// Cassandra's own.
	homesteadOld := oldscripts.Scripts{Backups: l.oldBackups("homestead"), Data: homestead.DataDirs[0], Nodetool: homestead.Nodetool}
	must(l.t)(homesteadOld.Linked(ctx, "homestead"))
	f.add("cassandra.homestead snapshot: homestead.filter_criteria homestead.sip_digests")
	f.add("cassandra.homestead script: homestead.filter_criteria homestead.sip_digests")
	l.truncateAndDrop(homestead)
	f.add("cassandra.homestead truncated: homestead.former")
	f.add("cassandra.homestead dropped: homestead.former")

	for _, c := range []*testbed.Cassandra{homer, homestead} {
		snapshots, err := filepath.Glob(filepath.Join(c.DataDirs[0], "hom*", "*", "snapshots", "*"))
		if err != nil {
			l.t.Fatal(err)
		}
		f.paths = append(f.paths, snapshots...)
	}
	f.paths = append(f.paths, filepath.Join(l.dir, "clearwater"))
	slices.Sort(f.listed)
	return f
}

// truncateAndDrop makes Cassandra take snapshots by itself.
func (l *lab) truncateAndDrop(c *testbed.Cassandra) {
	l.t.Helper()
	const insert = "INSERT INTO homestead.former (id, value) VALUES ('a', 'b')"
	cql(l.t, c, "CREATE TABLE homestead.former (id text PRIMARY KEY, value text)", insert,
		"TRUNCATE homestead.former", insert, "DROP TABLE homestead.former")
	l.t.Cleanup(func() {
		for _, dir := range tableDirs(l.t, c, "homestead") {
			if strings.HasPrefix(filepath.Base(dir), "former-") {
				_ = os.RemoveAll(dir)
			}
		}
	})
}

// dumps lets Ellis' script make two backups; their names are seconds.
func (f *foreignThings) dumps(l *lab) {
	l.t.Helper()
	scripts := oldscripts.Scripts{
		Backups:   l.oldBackups("ellis"),
		MySQLDump: []string{"mariadb-dump", "--defaults-file=" + l.s.ellis.DefaultsFile},
	}
	for range 2 {
		must(l.t)(scripts.Ellis(l.t.Context()))
		f.add("mysql.ellis script: ellis.numbers ellis.users")
		time.Sleep(time.Second)
	}
}

func (f *foreignThings) add(listed string) { f.listed = append(f.listed, listed) }

// fingerprint describes every file: its content, permissions and time.
func (f *foreignThings) fingerprint(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, path := range f.paths {
		for file, digest := range digests(t, path) {
			info, err := os.Lstat(file)
			if err != nil {
				t.Fatal(err)
			}
			all[file] = fmt.Sprintf("%s, %s, %s", digest, info.Mode(), info.ModTime().UTC())
		}
	}
	return all
}

// must fails the test when a command failed.
func must(t *testing.T) func(output string, err error) {
	return func(output string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
	}
}

func layFile(t *testing.T, path, content string) { layMode(t, path, content, 0o644) }

func layPrivate(t *testing.T, path, content string) { layMode(t, path, content, 0o600) }

func layMode(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(content), mode)
	}
	if err != nil {
		t.Fatal(err)
	}
}
