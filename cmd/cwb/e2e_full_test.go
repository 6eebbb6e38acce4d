//go:build servers

package main

import (
	"strings"
	"testing"

	"cwb/internal/testbed/subscribers"
	"cwb/internal/view"
)

// fullSize is what a large deployment has.
const fullSize = 100_000

// atFullSize backs up 100,000 numbers, with their users, digests and documents, and compares
// every byte.
func atFullSize(t *testing.T, s *servers) {
	if err := fillEllis(t.Context(), s.ellis, fullSize); err != nil {
		t.Fatal(err)
	}
	if err := fillCassandra(t.Context(), s.homer, fullSize, subscribers.LoadHomer); err != nil {
		t.Fatal(err)
	}
	if err := fillCassandra(t.Context(), s.homestead, fullSize, subscribers.LoadHomestead); err != nil {
		t.Fatal(err)
	}
	l := newLab(t, s)
	set := l.takesSet()
	l.nothingToDo()
	l.verifiesGood(3)
	for _, b := range l.list().Sets[0].Backups {
		if b.Node == "mysql.ellis" && b.Rows != 2*fullSize+fullSize/10 {
			t.Errorf("the set has %d rows of Ellis", b.Rows)
		}
	}
	l.sameContent(set)
	l.showsThePosition(set)
	l.nextNight()
	l.takesSet()
	l.nothingToDo()
}

// showsThePosition looks for what a record says of Ellis, in both forms.
func (l *lab) showsThePosition(set string) {
	l.t.Helper()
	shown := decode[view.ListDoc](l, l.cwb(exitDone, "show", set, "--json").stdout)
	if len(shown.Sets) != 1 || shown.Sets[0].ID != set {
		l.t.Fatalf("show %s shows %+v", set, shown.Sets)
	}
	text := l.cwb(exitDone, "show", set).stdout
	for _, b := range shown.Sets[0].Backups {
		if b.Node != "mysql.ellis" {
			continue
		}
		gtid := b.Position["gtid_binlog_pos"]
		if gtid == "" || b.Consistency == "" || !strings.Contains(text, gtid) || !strings.Contains(text, b.Consistency) {
			l.t.Errorf("%+v, shown as\n%s", b, text)
		}
	}
}
