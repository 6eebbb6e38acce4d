package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cwb/config"
	"cwb/internal/backup"
)

// ToExamine says what engines must look at before a request can be planned: nothing, unless
// it is a restore. What they find goes into [NodeState.Examination].
func ToExamine(p *config.Policy, s State, now time.Time, r Request) ([]backup.Restoring, error) {
	if r.Verb != VerbRestore || r.Restore == nil {
		return nil, nil
	}
	w, err := newWorld(p, s, now)
	if err != nil {
		return nil, err
	}
	c, err := w.chooseBackups(*r.Restore)
	if err != nil {
		return nil, err
	}
	var all []backup.Restoring
	for _, t := range c.targets {
		if t.unaskable() == "" {
			all = append(all, t.Restoring)
		}
	}
	return all, nil
}

// unaskable says why the server of a target cannot be asked.
func (t target) unaskable() string {
	switch pl := t.to; {
	case pl.unreachable():
		return "cannot be reached: " + pl.state.Error
	case pl.state.Server.Down != "":
		return "its server is down: " + pl.state.Server.Down
	case pl.state.Server.Identity.IsZero():
		return "its server did not say who it is"
	}
	return ""
}

// restore plans a restore: read every byte of what it brings back, take a safety backup of
// what it replaces, load everything beside what is served, and only when all of that ended
// well put it in place.
func (d *draft) restore() error {
	r := *d.request.Restore
	c, err := d.w.chooseBackups(r)
	if err != nil {
		return err
	}
	pr, err := d.prepareRestore(c, r)
	if err != nil {
		return err
	}
	d.findings = append(d.findings, c.passed...)
	pr.warn(d)
	pr.addSteps(d)
	return nil
}

// prepareRestore judges what the engines found, and refuses with all reasons at once.
func (d *draft) prepareRestore(c *choice, r RestoreRequest) (*restorePlan, error) {
	pr := &restorePlan{choice: c, request: r}
	for _, t := range c.targets {
		pr.judge(t)
	}
	if len(pr.members) == 0 && len(pr.refused) == 0 {
		return nil, requestError("the backup has nothing of what is asked for%s; its manifest.json names what it holds, and for a foreign backup cwb list --tables does", r.asked())
	}
	if len(pr.refused) == 0 {
		pr.arrangeRings()
		pr.arrangeSafety(d.w)
	}
	return pr, pr.refused.orNil()
}

// restorePlan is a restore in the making.
type restorePlan struct {
	choice  *choice
	request RestoreRequest
	members []*restoreMember
	safety  *Take // nil when there is nothing to save
	refused refusals
	notes   []Finding
}

// restoreMember is one node's part of it.
type restoreMember struct {
	target
	exam *Examination
	part backup.RestorePart
}

func (pr *restorePlan) note(node backup.NodeAddr, kind string, severity Severity, format string, args ...any) {
	pr.notes = append(pr.notes, Finding{Kind: kind, Severity: severity, Subject: node.String(), Message: fmt.Sprintf(format, args...)})
}

// judge decides whether a target can be restored at all.
func (pr *restorePlan) judge(t target) {
	node, before := t.to.addr(), len(pr.refused)
	if why := t.unaskable(); why != "" {
		pr.refused.add(node, "", "%s", why)
		return
	}
	for _, old := range t.to.state.Restores {
		if old.Unfinished() {
			pr.refused.add(node, "", "the restore %s is unfinished there; finish it first (cwb restore --resume %s), or go back (cwb restore --undo %s)", old.ID, old.ID, old.ID)
		}
	}
	exam := t.to.state.Examination
	if exam == nil {
		pr.refused.add(node, "", "it was not examined; plan again")
		return
	}
	for _, refusal := range exam.Refusals {
		if refusal.Damaged {
			refusal.Reason += pr.choice.insteadOfDamaged()
		}
		pr.refused = append(pr.refused, NodeRefusal{node, refusal})
	}
	pr.judgeIdentity(t)
	pr.judgeRoom(t, exam)
	if len(pr.refused) > before || len(exam.Replaces) == 0 && pr.narrowed() {
		return
	}
	pr.members = append(pr.members, &restoreMember{target: t, exam: exam, part: backup.RestorePart{
		Node: node, From: t.from.addr(), Databases: t.Databases, Phases: slices.Clone(exam.Phases),
	}})
}

// narrowed reports whether less than whole backups is asked for: then a node may have nothing
// of it.
func (pr *restorePlan) narrowed() bool {
	r := pr.request
	return len(r.Databases)+len(r.Keyspaces)+len(r.Tables) > 0
}

// insteadOfDamaged says what can be restored when the chosen set turns out damaged.
func (c *choice) insteadOfDamaged() string {
	if c.set == nil {
		return ""
	}
	text := fmt.Sprintf(". cwb verify %s says all that is damaged", c.set.ID)
	if c.older != nil {
		text = fmt.Sprintf(". The next older complete set is %s: cwb restore %s%s, and from then on that is the latest", c.older.ID, c.older.ID, text)
	}
	return text
}

// judgeIdentity refuses a server that the backup was not taken from.
func (pr *restorePlan) judgeIdentity(t target) {
	const flag = "--onto-new-identity"
	node, server := t.to.addr(), t.to.state.Server.Identity
	if t.backup == nil || t.backup.Identity.IsZero() || sameServer(t.backup.Identity, server) || succeeds(t.to.state.Successor, server, t.backup.Identity) {
		return
	}
	if t.OntoNewIdentity {
		pr.note(node, "restore_new_identity", Warning, "the backup was taken from another server (%s) than the one it is restored onto (%s), as --onto-new-identity allows", t.backup.Identity, server)
	} else if !pr.refused.has(node, flag) {
		pr.refused.add(node, flag, "its server (%s) is not the one that the backup was taken from (%s)", server, t.backup.Identity)
	}
}

// judgeRoom refuses a load that would fill the disk.
func (pr *restorePlan) judgeRoom(t target, exam *Examination) {
	if exam.NeedBytes > 0 && exam.FreeBytes-exam.NeedBytes < t.to.node.MinFree {
		pr.refused.add(t.to.addr(), "", "it needs %d bytes of disk beside what is there, %d are free, and min_free is %d: free some room", exam.NeedBytes, exam.FreeBytes, t.to.node.MinFree)
	}
}

// warn adds what the operator must know before saying yes.
func (pr *restorePlan) warn(d *draft) {
	for _, m := range pr.members {
		for _, text := range m.exam.Warnings {
			pr.note(m.to.addr(), "restore_warning", Warning, "%s", text)
		}
		if len(m.exam.Stays) > 0 && !pr.request.Exact {
			pr.note(m.to.addr(), "restore_stays", Warning, "%s in the same databases and not in the backup: %s. What is not in the backup stays as it is; with --exact it goes",
				are(len(m.exam.Stays), "table"), strings.Join(m.exam.Stays, ", "))
		}
	}
	d.findings = append(d.findings, pr.notes...)
}
