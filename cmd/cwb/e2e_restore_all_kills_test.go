//go:build servers

package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cwb/internal/view"
)

// restoreAllKills ends the real binary with SIGKILL when the restore of Ellis and Homestead
// comes to a step, and goes on to the end or back, each every second time.
func restoreAllKills(t *testing.T, s *servers) {
	t.Cleanup(func() { s.forgetDropped(t) })
	s.addPrograms(t, "")
	l := newLab(t, s, func(l *lab) { l.policy.Cassandra = l.policy.Cassandra[1:] })
	l.clock.set(time.Now()) // as for the binary
	l.binary(exitDone, "backup")
	good := l.allContent()
	mysql(t, s.ellis, "DROP TABLE ellis.numbers")
	cql(t, s.homestead, "TRUNCATE homestead.sip_digests",
		"INSERT INTO homestead.sip_digests (private_id, digest) VALUES ('new@example.com', 'z')")
	lost := l.allContent()
	for i, action := range killedActions {
		l.part(t, fmt.Sprintf("at the start of %s", action), func() {
			w := watchFor(func(e view.EventDoc) bool { return e.Type == "step_start" && e.Action == action })
			p := l.startTo(w, "restore", "--auto-approve", "--json")
			select {
			case <-w.reached:
			case <-p.ended:
				l.t.Fatalf("the restore never came to %s:\n%s", action, withoutProgress(p.stdout.String()))
			}
			if action != "swap" { // which is over too soon
				time.Sleep(killedAfter)
			}
			_ = p.cmd.Process.Kill()
			id := restoreID(l.t, p.end().stdout)
			if r, _ := l.restoreOf(id); r.Status == "done" { // the kill came too late
				l.allIs("after a restore that is done", good)
				l.binary(exitDone, "restore", "--undo", id, "--auto-approve")
				l.allIs("after the undo", lost)
				return
			}
			if found := findings(l.plan()); !slices.Contains(found, "restore_unfinished") {
				l.t.Errorf("the findings %v do not tell that it is unfinished", found)
			}
			l.binary(exitProblems, "verify")
			l.binary(exitProblems, "status")
			if i%2 == 0 {
				l.binary(exitDone, "restore", "--undo", id, "--auto-approve")
				l.allIs("after the undo", lost)
				l.quiet()
				return
			}
			l.binary(exitDone, "restore", "--resume", id, "--auto-approve")
			l.allIs("after it was resumed", good)
			l.binary(exitDone, "restore", "--undo", id, "--auto-approve")
			l.allIs("after it was undone in the end", lost)
		})
	}
	l.binary(exitDone, "restore", "--auto-approve")
	l.binary(exitDone, "restore", "--confirm", "--auto-approve")
	l.allIs("at the end", good)
	l.quiet()
}

// killedAfter lets a step come to its work.
const killedAfter = 150 * time.Millisecond
