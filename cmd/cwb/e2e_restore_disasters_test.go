//go:build servers

package main

import (
	"slices"
	"testing"
)

// ellisDisasters loses Ellis' content in every way, brings it back, goes back to what was
// there before, and comes again.
func ellisDisasters(t *testing.T, s *servers) {
	for _, disaster := range []struct {
		name  string
		cause func(*testing.T)
		saved bool // there is something that a safety backup can save
	}{
		{"DROP TABLE", func(t *testing.T) { mysql(t, s.ellis, "DROP TABLE ellis.numbers") }, true},
		{"DELETE", func(t *testing.T) { mysql(t, s.ellis, "DELETE FROM ellis.numbers", "DELETE FROM ellis.users") }, true},
		{"DROP DATABASE", func(t *testing.T) { mysql(t, s.ellis, "DROP DATABASE ellis") }, false},
		{"another content", s.wreck, true},
	} {
		t.Run(disaster.name, func(t *testing.T) {
			s.growEllis(t)
			l := newLab(t, s, onlyEllis)
			set := l.takesSet()
			good := l.ellisContent()
			disaster.cause(t)
			lost := l.ellisContent()

			first := l.restores()
			l.ellisIs("after the restore", good)
			l.restoreIs(first, "done")
			l.safetyIsApart(set, disaster.saved)
			l.cwb(exitDone, "verify")
			l.nothingToDo()
			if kept := findings(l.plan()); !slices.Contains(kept, "restore_undo_kept") {
				t.Errorf("the findings %v do not tell that the undo is kept", kept)
			}

			second := l.restores(set)
			l.ellisIs("after the second restore", good)
			if first == second {
				t.Errorf("both restores are %s", first)
			}
			l.restores("--undo", second)
			l.ellisIs("after the undo of the second", good)
			l.restoreIs(second, "undone")
			l.restores("--undo") // of the only one that can be
			l.ellisIs("after the undo", lost)
			l.restoreIs(first, "undone")
			l.quiet("take_refused") // where there is no database

			third := l.restores()
			l.restores("--confirm")
			l.ellisIs("after it was confirmed", good)
			l.restoreIs(third, "confirmed")
			l.quiet()
			l.cwb(exitError, "restore", "--undo", third, "--auto-approve")
			l.ellisIs("after an undo that came too late", good)
		})
	}
}

// safetyIsApart demands that the safety backup is listed, and taken for no other set.
func (l *lab) safetyIsApart(set string, saved bool) {
	l.t.Helper()
	list := l.list()
	if got := purposes(list, "safety"); (len(got) > 0) != saved {
		l.t.Errorf("the safety backups are %v", got)
	}
	if got := purposes(list, "policy"); !slices.Equal(got, []string{set}) {
		l.t.Errorf("the sets of the policy are %v, not %s alone", got, set)
	}
}

// nightsAfterRestore lets rotation go on with a restore that nobody confirms.
func nightsAfterRestore(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.takesSet()
	s.wreck(t)
	id := l.restores("latest")
	safety := purposes(l.list(), "safety")
	if len(safety) != 1 {
		t.Fatalf("the safety backups are %v", safety)
	}
	want := []string{l.list().Sets[slices.IndexFunc(l.list().Sets, isPolicy)].ID}
	for night := range 9 {
		l.nextNight()
		want = slices.Insert(want, 0, l.takesSet())
		l.nothingToDo()
		want = want[:min(4, len(want))]
		list := l.list()
		if got := purposes(list, "policy"); !slices.Equal(got, want) {
			t.Fatalf("after night %d the sets are %v, not %v", night+1, got, want)
		}
		if kept := len(purposes(list, "safety")) == 1; kept != (night < 7) {
			t.Errorf("after night %d the safety backup is kept: %v", night+1, kept)
		}
	}
	l.verifiesGood(4)
	good := l.ellisContent()
	l.restores("--confirm", id)
	l.ellisIs("after it was confirmed", good)
	l.quiet()
}
