//go:build servers

package main

import (
	"slices"
	"testing"

	"cwb/internal/soak"
	"cwb/internal/view"
)

// cutLab is a node that is damaged, restored and killed, over and over. So are the ways on, the
// --resume and the --undo, and what follows those.
type cutLab struct {
	*lab
	*cutter
	addr   string
	set    string // by name: at a midnight an apply takes a newer one
	serves cutContent
	every  int // so manieth way on is killed, too

	resumed, undone, unbegun int // restores
	changed, again           int // kills: that left something changed; of a --resume or --undo
}

// cutContent demands what the node serves.
type cutContent interface {
	isGood(when string)    // what the backup has
	isLost(when string)    // what was there before the restore
	isBetween(when string) // what may be there while a restore is unfinished that has changed something
}

// restoreWhole restores what is damaged, with nothing killed.
func (k *cutLab) restoreWhole() []view.EventDoc {
	k.t.Helper()
	all := events(k.whole(k.lab, "restore", k.set, "--auto-approve", "--json").stdout)
	k.serves.isGood("after a restore that is not killed")
	k.whole(k.lab, "restore", "--confirm", "--auto-approve", "--json")
	return all
}

// restoreCut kills a restore of what is damaged, and looks.
func (k *cutLab) restoreCut() {
	k.t.Helper()
	id, _ := plannedRestore(k.cut(k.lab, "restore", k.set, "--auto-approve", "--json"))
	k.checks(id)
}

// checks demands that after a kill everything is told as it is, goes the one or the other way,
// and demands that nothing is left to do.
func (k *cutLab) checks(id string) {
	k.t.Helper()
	if _, begun := k.record(id); !begun {
		k.unbegun++
		k.serves.isLost("after a restore that did not begin")
	} else {
		k.toldAsItIs(id)
		k.wayOn(id)
	}
	k.binary(exitDone, "apply", "--auto-approve") // cleans what a take left
	k.quiet()
	for _, set := range k.list().Sets {
		if set.Status != "complete" {
			k.t.Errorf("set %s, of purpose %s, is %s", set.ID, set.Purpose, set.Status)
		}
	}
}

// record is what the list knows of the restore.
func (k *cutLab) record(id string) (view.RestoreDoc, bool) {
	k.t.Helper()
	all := k.list().Restores
	at := slices.IndexFunc(all, func(r view.RestoreDoc) bool { return r.Restore == id && r.Node == k.addr })
	if at < 0 {
		return view.RestoreDoc{}, false
	}
	return all[at], true
}

// toldAsItIs demands that what is told of a restore is what the node serves.
func (k *cutLab) toldAsItIs(id string) {
	k.t.Helper()
	switch restore, _ := k.record(id); restore.Status {
	case "done":
		k.serves.isGood("after a restore that is done")
	case "undone":
		k.serves.isLost("after an undo that is done")
	case "unfinished":
		k.unfinished(restore)
	default:
		k.t.Errorf("the restore is listed as %+v", restore)
	}
}

// unfinished demands that everybody is told.
func (k *cutLab) unfinished(restore view.RestoreDoc) {
	k.t.Helper()
	all := k.plan().Findings
	if !slices.ContainsFunc(all, func(f view.FindingDoc) bool { return f.Kind == "restore_unfinished" && f.Severity == "critical" }) {
		k.t.Errorf("the plan does not tell of it: %s", text(all))
	}
	k.cwb(exitProblems, "verify")
	k.cwb(exitProblems, "status")
	if !restore.Changed {
		k.serves.isLost("while it says that nothing has changed")
		return
	}
	k.changed++
	k.serves.isBetween("while it is unfinished")
}

// wayOn finishes the restore, or goes back, each every second time.
func (k *cutLab) wayOn(id string) {
	k.t.Helper()
	undo := k.resumed > k.undone
	if (k.resumed+k.undone)%k.every == 0 {
		k.cutWay(id, undo)
	}
	if undo {
		k.goBack(id)
	} else {
		k.goOn(id)
	}
}

// cutWay goes that way once or twice, and is killed each time. On the way to an undo some
// resume first.
func (k *cutLab) cutWay(id string, undo bool) {
	k.t.Helper()
	verb := "--resume"
	for range 1 + k.random.IntN(2) {
		if undo && k.random.IntN(2) == 0 {
			verb = "--undo" // after which no other is allowed
		}
		k.again++
		k.cut(k.lab, "restore", verb, id, "--auto-approve", "--json")
		k.toldAsItIs(id)
	}
}

func (k *cutLab) goBack(id string) {
	k.t.Helper()
	k.undone++
	k.whole(k.lab, "restore", "--undo", id, "--auto-approve", "--json")
	k.serves.isLost("after the undo")
	k.isListed(id, "undone")
}

func (k *cutLab) goOn(id string) {
	k.t.Helper()
	k.resumed++
	k.whole(k.lab, "restore", "--resume", id, "--auto-approve", "--json")
	k.serves.isGood("after it was resumed")
	k.isListed(id, "done")
	k.whole(k.lab, "restore", "--confirm", id, "--auto-approve", "--json")
	k.serves.isGood("after it was confirmed")
}

func (k *cutLab) isListed(id, status string) {
	k.t.Helper()
	if r, _ := k.record(id); r.Status != status {
		k.t.Errorf("restore %s should be listed as %s: %+v", id, status, r)
	}
}

// tells says what the kills met, and fails when they met too little.
func (k *cutLab) tells(t *testing.T) {
	t.Helper()
	soak.Figures(t, "killed restores of %s: %d were resumed, %d undone, %d had not begun; %d kills left something changed, %d were of a --resume or --undo",
		k.addr, k.resumed, k.undone, k.unbegun, k.changed, k.again)
	if k.resumed == 0 || k.undone == 0 || k.again == 0 {
		t.Error("of each there should be some")
	}
}
