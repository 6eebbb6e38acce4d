//go:build servers

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/view"
)

// restoreKills ends the real binary with SIGKILL in the middle of a restore: at every
// boundary of its steps, and at random instants of its load and its swap. Each time lists and
// plans must tell the truth, and both ways on must lead where they say.
func restoreKills(t *testing.T, s *servers) {
	k := newRestoreKills(t, s)
	k.wreck()
	whole := events(k.binary(exitDone, "restore", "--auto-approve", "--json").stdout)
	if diff := cmp.Diff([]string{"verify", "take", "load", "swap"}, actionsOf(whole)); diff != "" {
		t.Fatalf("the restore to kill does not do what it should:\n%s", diff)
	}
	k.ellisIs("after a restore that is not killed", k.good)
	k.binary(exitDone, "restore", "--confirm", "--auto-approve")
	for n, name := range boundariesOf(whole) {
		k.part(t, fmt.Sprintf("boundary %d, %s", n, name), func() { k.kill(n, 0) })
	}
	seed := seedOf(t)
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range randomRestoreKills {
		action := []string{"load", "swap"}[i%2]
		n, takes := stepOf(t, whole, action)
		after := time.Duration(random.Int64N(int64(takes)))
		k.part(t, fmt.Sprintf("%s after %d of %d ms", action, after.Milliseconds(), takes.Milliseconds()), func() { k.kill(n, after) })
	}
	if k.resumed == 0 || k.undone == 0 {
		t.Errorf("%d restores were resumed and %d undone", k.resumed, k.undone)
	}
	t.Logf("%d restores were resumed, %d undone, %d had not begun", k.resumed, k.undone, k.unbegun)
}

// seedOf is the seed of random instants: that of the environment, or a new one.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("SEED"); text != "" {
		if _, err := fmt.Sscan(text, &seed); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("SEED=%d of the random instants", seed)
	return seed
}

// stepOf gives the boundary at which a step begins, and how long it takes.
func stepOf(t *testing.T, all []view.EventDoc, action string) (boundary int, takes time.Duration) {
	t.Helper()
	boundary = slices.Index(boundariesOf(all), "step_start "+action)
	for _, e := range all {
		if e.Type == "step_done" && e.Action == action && e.DurationMS != nil {
			return boundary, time.Duration(max(*e.DurationMS, 1)) * time.Millisecond
		}
	}
	t.Fatalf("the stream does not tell how long the %s took", action)
	return 0, 0
}

// restoreKillLab is an Ellis that is lost, restored and killed, over and over.
type restoreKillLab struct {
	*lab
	set                      string
	good, lost               map[string]string
	resumed, undone, unbegun int
}

func newRestoreKills(t *testing.T, s *servers) *restoreKillLab {
	t.Helper()
	k := &restoreKillLab{lab: newLab(t, s, onlyEllis)}
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

// kill begins a restore, kills it so long after a boundary, and looks.
func (k *restoreKillLab) kill(boundary int, after time.Duration) {
	k.t.Helper()
	k.wreck()
	w := watchFor(nthBoundary(boundary))
	p := k.startTo(w, "restore", "--auto-approve", "--json")
	select {
	case <-w.reached:
	case <-p.ended:
	}
	time.Sleep(after)
	_ = p.cmd.Process.Kill() // it may have ended
	k.checks(restoreID(k.t, p.end().stdout))
}

// checks demands that after a kill everything is told as it is, goes the one or the other
// way, and demands that nothing is left of it.
func (k *restoreKillLab) checks(id string) {
	k.t.Helper()
	restore, begun := k.restoreOf(id)
	switch {
	case !begun:
		k.unbegun++
		k.ellisIs("after a restore that did not begin", k.lost)
	case restore.Status == "done":
		k.ellisIs("after a restore that is done", k.good)
		k.wayOn(id)
	case restore.Status == "unfinished":
		k.unfinished(restore)
		k.wayOn(id)
	default:
		k.t.Errorf("the restore is listed as %+v", restore)
	}
	k.binary(exitDone, "apply", "--auto-approve") // cleans what a take left
	k.quiet()
	list := k.list()
	if got := purposes(list, "manual"); !slices.Equal(got, []string{k.set}) {
		k.t.Errorf("the sets are %v, not %s alone", got, k.set)
	}
	for _, set := range list.Sets {
		if set.Status != "complete" {
			k.t.Errorf("set %s, of purpose %s, is %s", set.ID, set.Purpose, set.Status)
		}
	}
}

// unfinished demands that everybody is told, and that the tables are all of one content.
func (k *restoreKillLab) unfinished(restore view.RestoreDoc) {
	k.t.Helper()
	at := slices.IndexFunc(k.plan().Findings, func(f view.FindingDoc) bool { return f.Kind == "restore_unfinished" && f.Severity == "critical" })
	if at < 0 {
		k.t.Errorf("the plan does not tell of it: %s", text(k.plan().Findings))
	}
	k.binary(exitProblems, "verify")
	if !restore.Changed {
		k.ellisIs("while it says that nothing has changed", k.lost)
		return
	}
	got := tablesContent(k.t, k.s.ellis, "ellis")
	if !cmp.Equal(got, tables(k.good)) && !cmp.Equal(got, tables(k.lost)) {
		k.t.Errorf("the tables are neither those of before nor those of the backup:\n%s", cmp.Diff(tables(k.good), got))
	}
}

// wayOn finishes the restore, or goes back: each every second time.
func (k *restoreKillLab) wayOn(id string) {
	k.t.Helper()
	if k.resumed > k.undone {
		k.undone++
		k.binary(exitDone, "restore", "--undo", id, "--auto-approve")
		k.ellisIs("after the undo", k.lost)
		k.restoreIs(id, "undone")
		return
	}
	k.resumed++
	k.binary(exitDone, "restore", "--resume", id, "--auto-approve")
	k.ellisIs("after it was resumed", k.good)
	k.restoreIs(id, "done")
	k.binary(exitDone, "restore", "--confirm", id, "--auto-approve")
	k.ellisIs("after it was confirmed", k.good)
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
