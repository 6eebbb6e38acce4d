//go:build servers

package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// anotherServer runs the very same policy after its addresses have come to lead to other
// servers: another data directory of MariaDB, another host of Cassandra.
func anotherServer(t *testing.T, s *servers) {
	ellis, homer := newProxy(t, s.ellis.Address()), newProxy(t, s.homer.Address())
	l := newLab(t, s, withoutHomestead, func(l *lab) {
		l.policy.Ellis.Address, l.policy.Cassandra[0].Address = ellis.address(), homer.address()
		l.policy.Ellis.DefaultsFile = sameUser(l)
	})
	for range 4 {
		l.takesSet()
		l.nextNight()
	}
	l.takesSet() // the fifth: there is something to rotate
	l.nextNight()
	before := l.placesContent()

	ellis.leadTo(s.spare.Address())
	homer.leadTo(s.homestead.Address())
	l.part(t, "it takes and removes nothing", func() {
		for range 3 {
			plan := l.plan()
			for _, step := range summary(plan) {
				if step != "take (held)" {
					l.t.Errorf("the plan has the step %q", step)
				}
			}
			if got := findings(plan); !slices.Contains(got, "identity_changed") {
				l.t.Errorf("findings %v do not tell that the servers are others", got)
			}
			l.apply(exitHeld)
			l.nextNight()
		}
		if diff := cmp.Diff(before, l.placesContent()); diff != "" {
			l.t.Errorf("the backups of the former servers have changed:\n%s", diff)
		}
	})
	l.part(t, "it goes on once the new server is adopted", func() {
		homer.leadTo(s.homer.Address())
		if err := fillEllis(l.t.Context(), s.spare, subscriberCount); err != nil {
			l.t.Fatal(err)
		}
		l.cwb(exitDone, "adopt", "--identity", "mysql.ellis", "--auto-approve")
		set := l.takesSet()
		if got := sets(l.list(), "complete"); !slices.Contains(got, set) {
			l.t.Errorf("complete are %v, without %s", got, set)
		}
		after := l.placesContent()
		for path, digest := range before {
			if strings.HasPrefix(path, l.policy.Ellis.SnapshotPath) && after[path] != digest {
				l.t.Errorf("%s of the former server is gone or changed", path)
			}
		}
	})
}

// leadTo makes new connections go to another server.
func (p *proxy) leadTo(server string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = server
}

// sameUser gives both MariaDBs a user of the same name and password, and returns its
// defaults file.
func sameUser(l *lab) string {
	const password = "same on both"
	for _, m := range []string{"ellis", "spare"} {
		server := l.s.ellis
		if m == "spare" {
			server = l.s.spare
		}
		mysql(l.t, server, "CREATE OR REPLACE USER backup@'%' IDENTIFIED BY '"+password+"'", "GRANT ALL ON *.* TO backup@'%'")
	}
	return l.defaultsFile("backup", password)
}

// defaultsFile writes a file that the policy can name.
func (l *lab) defaultsFile(user, password string) string {
	path := filepath.Join(l.dir, user+".cnf")
	layPrivate(l.t, path, fmt.Sprintf("[client]\nuser=%s\npassword=%q\n", user, password))
	return path
}

// placesContent describes all files of the sets, and of their snapshots.
func (l *lab) placesContent() map[string]string {
	l.t.Helper()
	all := map[string]string{}
	for _, n := range l.policy.nodes() {
		dirs, _ := filepath.Glob(filepath.Join(n.SnapshotPath, "2*Z"))
		for _, data := range n.DataDirs {
			snapshots, _ := filepath.Glob(filepath.Join(data, "*", "*", "snapshots"))
			dirs = append(dirs, snapshots...)
		}
		for _, dir := range dirs {
			maps.Copy(all, digests(l.t, dir))
		}
	}
	return all
}
