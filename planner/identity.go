package planner

import (
	"slices"

	"cwb/internal/backup"
)

// standing says whether a node's present server is the one whose backups lie there.
type standing int

const (
	known   standing = iota // it is, or nothing lies there yet, or an operator adopted it
	unknown                 // it could not be asked
	changed                 // it is another one
)

// sameServer compares identities. A UUID that one side lacks decides nothing: servers get
// one by an upgrade. All else must be known and equal.
func sameServer(a, b backup.Identity) bool {
	if a.ServerUUID == "" || b.ServerUUID == "" {
		a.ServerUUID, b.ServerUUID = "", ""
	}
	return a == b && !a.IsZero()
}

// judgeIdentity compares the present server with the newest backup of the place. The second
// result is the identity that the place's backups are measured by: the server's where it may
// go on here, else that of the newest backup.
func judgeIdentity(n NodeState) (standing, backup.Identity) {
	server := n.Server.Identity
	newest, any := newestRecord(n.Backups)
	switch {
	case !any && (server.IsZero() || n.Server.Down != ""):
		return unknown, server
	case !any, sameServer(server, newest), succeeds(n.Successor, server, newest):
		return known, server
	case server.IsZero() || n.Server.Down != "": // a server that is down may tell a part of it
		return unknown, newest
	}
	return changed, newest
}

// newestRecord is the identity in the newest record that cwb made at a place.
func newestRecord(backups []Backup) (backup.Identity, bool) {
	for _, b := range slices.Backward(backups) { // in order of id
		// A restore onto a new server backs that up first, which makes it no successor.
		if b.Origin == backup.Own && b.Purpose != backup.Safety && hasRecord(b) {
			return b.Identity, true
		}
	}
	return backup.Identity{}, false
}

// succeeds reports whether an operator named server as the successor of former.
func succeeds(s *backup.Succession, server, former backup.Identity) bool {
	return s != nil && sameServer(s.Identity, server) &&
		slices.ContainsFunc(s.Former, func(f backup.Identity) bool { return sameServer(f, former) })
}

func hasRecord(b Backup) bool {
	return b.Status == Good || b.Status == Partial || b.Status == Damaged
}
