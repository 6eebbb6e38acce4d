//go:build servers

package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// restoreUnderLoad restores again and again while others read and write. Whoever reads sees
// all of the one content or all of the other; nobody is ever told that something is missing.
func restoreUnderLoad(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.takesSet()
	good := l.ellisContent()
	s.wreck(t)
	wrecked := l.ellisContent()
	seen := &sightings{}
	readers := startWork(t, s, 3, func(ctx context.Context, db *sql.DB, _ int) error {
		var users, numbers, joined int
		const query = `SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM numbers WHERE number_id NOT LIKE 'work%'),
			(SELECT COUNT(*) FROM users JOIN numbers ON owner_id = user_id)`
		if err := db.QueryRowContext(ctx, query).Scan(&users, &numbers, &joined); err != nil {
			return err
		}
		seen.add(fmt.Sprintf("%d users, %d numbers, %d joined", users, numbers, joined))
		return nil
	})
	writers := startWork(t, s, 2, func(ctx context.Context, db *sql.DB, who int) error {
		number := fmt.Sprintf("work-%d-%d", who, rand.IntN(5))
		if _, err := db.ExecContext(ctx, "REPLACE INTO numbers (number_id, number) VALUES (?, ?)", number, number); err != nil {
			return err
		}
		_, err := db.ExecContext(ctx, "DELETE FROM numbers WHERE number_id = ?", number)
		return err
	})
	for range 3 {
		l.restores()
		l.restores("--undo")
	}
	l.restores()
	l.restores("--confirm")
	read, written := readers.stop(), writers.stop()
	mysql(t, s.ellis, "DELETE FROM ellis.numbers WHERE number_id LIKE 'work%'")
	l.ellisIs("after the last restore", good)
	l.nothingBeside()
	want := []string{"100 users, 110 numbers, 100 joined", "5000 users, 5500 numbers, 5000 joined"}
	if got := seen.all(); !slices.Equal(got, want) {
		t.Errorf("readers saw %q, and not just %q", got, want)
	}
	if read < 50 || written < 50 {
		t.Errorf("only %d reads and %d writes were made", read, written)
	}
	t.Logf("%d reads and %d writes while %d tables changed places", read, written, len(tables(wrecked)))
}

// sightings are the different things that were seen.
type sightings struct {
	mu   sync.Mutex
	seen []string
}

func (s *sightings) add(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.seen, what) {
		s.seen = append(s.seen, what)
	}
}

func (s *sightings) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.seen)
	return s.seen
}

// startWork does something on Ellis over and over; an error fails the test.
func startWork(t *testing.T, s *servers, n int, one func(context.Context, *sql.DB, int) error) *atWork {
	t.Helper()
	db, err := s.ellis.Open("ellis")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &atWork{cancel: cancel}
	for who := range n {
		w.wait.Go(func() {
			for ctx.Err() == nil {
				if err := one(context.WithoutCancel(ctx), db, who); err != nil {
					t.Errorf("somebody at work was told: %v", err)
					return
				}
				w.count()
			}
		})
	}
	t.Cleanup(func() { w.stop(); db.Close() })
	return w
}
