//go:build servers

package main

import (
	"testing"

	"cwb/internal/testbed/subscribers"
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
	l.nextNight()
	l.takesSet()
	l.nothingToDo()
}
