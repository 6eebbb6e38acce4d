//go:build servers

package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/view"
)

// restoreRefusals meets everything that keeps a restore from running. Each time nothing is
// changed.
func restoreRefusals(t *testing.T, s *servers) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *servers)
	}{
		{"a damaged backup names the next older one", refuseDamaged},
		{"another server", refuseOtherServer},
		{"the server is down", refuseDown},
		{"an incomplete set", refuseIncomplete},
		{"names that mean nothing", refuseNames},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.growEllis(t)
			c.run(t, s)
		})
	}
}

func isPolicy(s view.SetDoc) bool { return s.Purpose == "policy" }

func refuseDamaged(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	older := l.takesSet()
	good := l.ellisContent()
	l.nextNight()
	mysql(t, s.ellis, "DELETE FROM ellis.numbers LIMIT 10")
	newer := l.takesSet()
	s.wreck(t)
	for _, f := range l.manifestOf(l.policy.Ellis.SnapshotPath, newer).Files {
		path := filepath.Join(l.policy.Ellis.SnapshotPath, newer, f.Path)
		flipBit(t, path) // what the plan needs to read, too
		if f.Rows == 0 {
			l.refusesRestore("cwb restore " + older)
		}
		flipBit(t, path)
	}
	flipBit(t, l.dataFile(newer))
	l.refusesRestore("cwb restore " + older)
	if kept := purposes(l.list(), "safety"); len(kept) > 0 {
		t.Errorf("a safety backup was taken: %v", kept)
	}
	l.refusesRestore(older, newer) // by name, and now known to be damaged
	o := l.cwb(exitDone, "restore", "--auto-approve")
	if !strings.Contains(o.stdout, older) {
		t.Errorf("the plan does not name %s:\n%s", older, o.stdout)
	}
	l.ellisIs("after the next plain restore", good)
	l.restores("--confirm")
	l.nothingBeside()
}

// dataFile is the path of a file with rows of a set.
func (l *lab) dataFile(set string) string {
	l.t.Helper()
	for _, f := range l.manifestOf(l.policy.Ellis.SnapshotPath, set).Files {
		if f.Rows > 0 {
			return filepath.Join(l.policy.Ellis.SnapshotPath, set, f.Path)
		}
	}
	l.t.Fatalf("set %s has no rows", set)
	return ""
}

func refuseOtherServer(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.takesSet()
	mysql(t, s.spare, "CREATE OR REPLACE DATABASE ellis", "CREATE TABLE ellis.numbers (id INT PRIMARY KEY)")
	l.policy.Ellis.Socket, l.policy.Ellis.DefaultsFile = s.spare.Socket, s.spare.DefaultsFile
	l.writePolicy()
	before := databaseContent(t, s.spare, "ellis")
	l.refusesRestore("--onto-new-identity")
	l.refusesRestore("--onto-new-identity", "--table", "numbers")
	if diff := cmp.Diff(before, databaseContent(t, s.spare, "ellis")); diff != "" {
		t.Errorf("the other server has changed:\n%s", diff)
	}
	mysql(t, s.spare, "DROP DATABASE ellis")
}

func refuseDown(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	set := l.takesSet()
	before := withoutCounters(l.ellisContent())
	if err := s.ellis.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := l.cwb(exitError, "restore", "--auto-approve")
	named := l.cwb(exitError, "restore", set, "--auto-approve")
	if err := s.ellis.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, o := range []outcome{o, named} {
		if !strings.Contains(o.stderr, "mysql.ellis") {
			t.Errorf("the node is not named:\n%s", o.stderr)
		}
	}
	if diff := cmp.Diff(before, withoutCounters(l.ellisContent())); diff != "" {
		t.Errorf("after its restart Ellis has changed:\n%s", diff)
	}
	l.nothingBeside()
	l.quiet()
}

// withoutCounters is content less tables whose AUTO_INCREMENT a restart alone changes.
func withoutCounters(content map[string]string) map[string]string {
	return without(content, "table regions", "table offices")
}

func refuseIncomplete(t *testing.T, s *servers) {
	l := newLab(t, s, withoutHomestead, func(l *lab) {
		l.policy.Cassandra[0].Address, l.policy.Cassandra[0].Nodetool = "127.0.0.1:1", []string{"nodetool"}
	})
	l.apply(exitPartly)
	set := l.list().Sets[0].ID
	good := l.ellisContent()
	s.wreck(t)
	l.refusesRestore("no complete set")
	l.refusesRestore("cassandra.homer", set)
	l.restores(set, "--node", "ellis")
	l.ellisIs("after its own part came back", good)
	l.restores("--confirm")
	l.nothingBeside()
}

func refuseNames(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.refusesRestore("no complete set")
	l.takesSet()
	l.refusesRestoreBy(exitUsage, "there is no set", "20010101T000000Z")
	l.refusesRestoreBy(exitUsage, "homestead", "--database", "homestead")
	l.refusesRestore("nothing of what is asked for", "--table", "no_such_table")
	l.refusesRestore("no restore", "--resume")
	l.refusesRestore("no restore", "--undo")
	l.refusesRestore("no restore", "--confirm")
	before := l.serverContent()
	if o := l.cwb(exitUsage, "restore", "ellis/nothing", "--auto-approve"); !strings.Contains(o.stderr, "nothing") {
		t.Errorf("it does not say which name nothing has:\n%s", o.stderr)
	}
	if diff := cmp.Diff(before, l.serverContent()); diff != "" {
		t.Error(diff)
	}
	if got := sets(l.list(), "complete"); len(got) != 1 || !slices.ContainsFunc(l.list().Sets, isPolicy) {
		t.Errorf("the sets are %v", got)
	}
}
