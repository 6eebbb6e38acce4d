//go:build servers

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// restoreOntoAnotherNode brings Ellis' backup onto the server of a node of the same policy,
// such as one for staging, while Ellis serves on and while it is dead.
func restoreOntoAnotherNode(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.policy.Blocks = fmt.Sprintf(`
node "mysql" "staging" {
  socket        = %q
  defaults_file = %q
  databases     = ["ellis"]
  snapshot_path = %q
}
`, s.spare.Socket, s.spare.DefaultsFile, filepath.Join(l.dir, "staging"))
	l.writePolicy()
	mysql(t, s.ellis, "ALTER EVENT ellis.nightly ENABLE")
	set := l.takesSet()
	// An event that runs would run on both.
	good := disabled(l.ellisContent())
	s.wreck(t)
	served := l.ellisContent()
	staged := func() map[string]string { return databaseContent(t, s.spare, "ellis") }
	to := []string{"--node", "ellis", "--to", "staging", "--onto-new-identity"}
	is := func(when string, want map[string]string) {
		t.Helper()
		if diff := cmp.Diff(want, staged()); diff != "" {
			t.Errorf("%s staging is not as it should be (-want +got):\n%s", when, diff)
		}
		l.ellisIs(when, served)
	}

	mysql(t, s.spare, "CREATE OR REPLACE DATABASE ellis", "CREATE TABLE ellis.numbers (id INT PRIMARY KEY, what VARCHAR(10))",
		"INSERT INTO ellis.numbers VALUES (1, 'staged')")
	before := staged()
	l.refusesRestore("--onto-new-identity", to[:4]...)
	is("after it was refused", before)
	o := l.cwb(exitDone, append([]string{"restore", "--auto-approve"}, to...)...)
	if !strings.Contains(o.stdout, set+" of mysql.ellis, onto mysql.staging") {
		t.Errorf("the plan does not say where it goes:\n%s", o.stdout)
	}
	is("after the restore", good)
	if got := purposes(l.list(), "safety"); len(got) != 1 {
		t.Errorf("the safety backups are %v", got)
	}
	l.restores("--undo")
	is("after the undo", before)
	l.restores(append(to, "--table", "regions", "--table", "offices")...)
	if got := staged()["table regions"]; got != good["table regions"] {
		t.Errorf("a part of it is\n%s", got)
	}
	l.restores("--confirm")
	mysql(t, s.spare, "SET foreign_key_checks = 0", "DROP TABLE ellis.regions, ellis.offices")

	if err := s.ellis.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := l.restores(append([]string{set}, to...)...)
	if err := s.ellis.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	served = l.ellisContent() // a restart changes counters
	is("after a restore while Ellis was dead", good)
	l.restores("--confirm", id)
	is("after it was confirmed", good)
	if got := purposes(l.list(), "safety"); len(got) != 1 { // of the first, which was undone
		t.Errorf("the safety backups are %v", got)
	}
	mysql(t, s.spare, "DROP DATABASE ellis")
}

// disabled is content with its event as a restore leaves it elsewhere.
func disabled(content map[string]string) map[string]string {
	changed := map[string]string{}
	for name, what := range content {
		if strings.HasPrefix(name, "event ") {
			name = strings.Replace(name, " ENABLED ", " DISABLED ", 1)
		}
		changed[name] = what
	}
	return changed
}
