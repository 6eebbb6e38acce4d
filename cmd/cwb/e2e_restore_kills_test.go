//go:build servers

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/view"
)

// restoreKills ends the real binary with SIGKILL in the middle of a restore: at every
// boundary of its steps, and at random instants of it and of the ways on. Each time lists and
// plans must tell the truth, and both ways on must lead where they say.
func restoreKills(t *testing.T, s *servers) {
	k := newRestoreKills(t, s)
	k.wreck()
	whole := k.restoreWhole()
	if diff := cmp.Diff([]string{"verify", "take", "load", "swap"}, actionsOf(whole)); diff != "" {
		t.Fatalf("the restore to kill does not do what it should:\n%s", diff)
	}
	for n, name := range boundariesOf(whole) {
		k.part(t, fmt.Sprintf("boundary %d, %s", n, name), func() { k.kill(n) })
	}
	for i := range randomRestoreKills {
		k.part(t, fmt.Sprintf("random %d", i), func() {
			k.wreck()
			k.restoreCut()
		})
	}
	if got := purposes(k.list(), "manual"); !slices.Equal(got, []string{k.set}) {
		t.Errorf("the sets are %v, not %s alone", got, k.set)
	}
	k.tells(t)
}

// restoreKillLab is an Ellis that is lost, restored and killed, over and over.
type restoreKillLab struct {
	*cutLab
	good, lost map[string]string
}

func newRestoreKills(t *testing.T, s *servers) *restoreKillLab {
	t.Helper()
	k := &restoreKillLab{cutLab: &cutLab{lab: newLab(t, s, onlyEllis), cutter: newCutter(t, changing...), addr: "mysql.ellis", every: 1}}
	k.serves = k
	k.clock.set(time.Now()) // as for the binary
	k.binary(exitDone, "backup")
	k.set = k.list().Sets[0].ID
	k.good = k.ellisContent()
	return k
}

func (k *restoreKillLab) wreck() {
	k.t.Helper()
	k.s.wreck(k.t)
	k.lost = k.ellisContent()
}

// kill begins a restore, kills it at a boundary, and looks.
func (k *restoreKillLab) kill(boundary int) {
	k.t.Helper()
	k.wreck()
	w := watchFor(nthBoundary(boundary))
	p := k.startTo(w, "restore", k.set, "--auto-approve", "--json")
	select {
	case <-w.reached:
	case <-p.ended:
	}
	_ = p.cmd.Process.Kill() // it may have ended
	k.checks(restoreID(k.t, p.end().stdout))
}

func (k *restoreKillLab) isGood(when string) { k.t.Helper(); k.ellisIs(when, k.good) }

func (k *restoreKillLab) isLost(when string) { k.t.Helper(); k.ellisIs(when, k.lost) }

// isBetween demands that the tables are all of one content.
func (k *restoreKillLab) isBetween(when string) {
	k.t.Helper()
	got := tablesContent(k.t, k.s.ellis, "ellis")
	if !cmp.Equal(got, tables(k.good)) && !cmp.Equal(got, tables(k.lost)) {
		k.t.Errorf("%s the tables are neither those of before nor those of the backup:\n%s", when, cmp.Diff(tables(k.good), got))
	}
}

// watcher reads a stream of events, and tells when it has come to one.
type watcher struct {
	is      func(view.EventDoc) bool
	reached chan struct{}

	mu   sync.Mutex
	once sync.Once
	rest []byte
}

func watchFor(is func(view.EventDoc) bool) *watcher {
	return &watcher{is: is, reached: make(chan struct{})}
}

// nthBoundary is true from the n-th boundary on.
func nthBoundary(n int) func(view.EventDoc) bool {
	return func(e view.EventDoc) bool {
		if isBoundary(e) {
			n--
		}
		return n == -1
	}
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		w.rest = rest
		var e view.EventDoc
		if json.Unmarshal(line, &e) == nil && w.is(e) {
			w.once.Do(func() { close(w.reached) })
		}
	}
}
