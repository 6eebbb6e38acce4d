package planner

import (
	"strings"

	"cwb/internal/backup"
)

// observePlace finds what is wrong with a node and the place of its backups.
func (d *draft) observePlace(pl *place) {
	addr, server := pl.addr().String(), pl.state.Server
	if pl.unreachable() {
		d.find(KindNodeUnreachable, Critical, addr, "cannot be reached: %s. Nothing is taken or removed there until it can", pl.state.Error)
		return
	}
	if server.BadCredentials {
		d.find(KindServerDown, Critical, addr, "its server refused the credentials: %s. Nothing is taken there until they are right; mend them, then plan again", server.Down)
	} else if server.Down != "" {
		d.find(KindServerDown, Critical, addr, "its server cannot be asked: %s. Nothing is taken there until it can. Mend that (start it, if it does not run), then plan again", server.Down)
	} else if server.Identity.IsZero() {
		d.find(KindServerDown, Critical, addr, "its server did not say who it is. Nothing is taken or removed there until it does")
	}
	if pl.standing == changed {
		d.find(KindIdentityChanged, Critical, addr, "its server (%s) is not the one its backups are of (%s). Nothing is taken or removed there. If this server takes its place: cwb adopt --identity %s; if not, this policy runs in the wrong place",
			server.Identity, pl.present, addr)
	}
	if server.Down == "" && len(server.Refusals) > 0 {
		d.find(KindTakeRefused, Critical, addr, "a take would be refused: %s", strings.Join(server.Refusals, "; "))
	}
	if l := pl.state.Lock; l != nil {
		d.find(KindLockHeld, Info, addr, "%s works there (%s, since %s). Its changes are not seen yet; plan again when it is done", l.Who, l.Command, d.w.local(l.Since))
	}
	for _, p := range pl.state.Problems {
		d.find(KindPlaceProblem, Warning, addr, "%s", p)
	}
	for _, n := range server.Notes {
		d.find(KindServerNote, Info, addr, "%s", n)
	}
	d.observeFiles(pl)
}

// observeFiles finds what lies in a place and should not.
func (d *draft) observeFiles(pl *place) {
	addr := pl.addr().String()
	for _, u := range pl.state.Unreadable {
		d.find(KindRecordUnreadable, Critical, addr, "%s cannot be read: %s. Until it can, nothing is removed there. If a newer cwb wrote it, use that one; if it is damaged, move its directory away and keep it", u.Path, u.Error)
	}
	for _, f := range pl.state.Foreign {
		if strings.HasPrefix(f.Path, pl.node.SnapshotPath+"/") {
			d.find(KindForeignInSnapshotPath, Warning, addr, "%s lies in cwb's own directory, and cwb did not make it. It is never removed; move it elsewhere", f.Path)
		}
	}
}

// observeBackups finds what is wrong with single backups.
func (d *draft) observeBackups(pl *place) {
	for i := range pl.state.Backups {
		b := &pl.state.Backups[i]
		subject := pl.addr().String() + "/" + string(b.Set)
		switch {
		case d.w.future(b.Set):
			d.find(KindFutureDated, Warning, subject, "is dated %s ahead of the clock. It fills no slot, counts for nothing and is not removed; put the clocks of this machine and of %s right",
				roundSpan(b.Set.Time().Sub(d.w.now)), pl.addr())
		case b.Status == Damaged:
			d.find(KindBackupDamaged, Critical, subject, "%s. It cannot be relied on; it goes once a newer complete set is verified. If this goes on, look at the disk of %s", because(b, "its content is not what was stored"), pl.addr())
		case b.Status == Partial:
			d.find(KindBackupPartial, Warning, subject, "%s. It counts for nothing, and goes once a newer complete set is verified", because(b, "files are missing or of wrong size"))
		case b.Status == Good && b.VerifiedAt.IsZero():
			d.find(KindNeverVerified, Warning, subject, "is there, but was never verified, so it counts for nothing; to have it read: cwb verify %s", b.Set)
		case b.Status == Running:
			d.find(KindRunning, Info, subject, "is being taken; plan again when it is done")
		case b.Origin == backup.Own && !pl.ours(b) && pl.standing != changed:
			d.find(KindOtherServer, Warning, subject, "was made by another server (%s). It counts for nothing and is not removed; if the present server succeeds that one: cwb adopt --identity %s", b.Identity, pl.addr())
		}
	}
}

func because(b *Backup, otherwise string) string {
	if b.Why != "" {
		return b.Why
	}
	return otherwise
}
