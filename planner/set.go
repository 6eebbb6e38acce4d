package planner

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"cwb/config"
	"cwb/internal/backup"
)

// SetStatus says whether a set can be restored as one.
type SetStatus string

// The statuses of a set.
const (
	SetComplete   SetStatus = "complete"   // every planned member is present and good
	SetIncomplete SetStatus = "incomplete" // a member is missing, partial, damaged or not reached
	SetRunning    SetStatus = "running"    // being taken
)

// Set is the backups that one block took together, as they lie at one place. An adopted
// backup is a set of its own.
type Set struct {
	ID       backup.SetID
	Block    string
	Purpose  backup.Purpose
	Origin   backup.Origin
	Status   SetStatus
	Members  []backup.NodeAddr // it was planned for, under their present names, in order
	Parts    []Part            // in order of node
	Missing  []backup.NodeAddr // members without a good backup here
	Unknown  []backup.NodeAddr // those of them that could not be looked at
	Spread   time.Duration     // between the first and the last capture
	Held     *backup.Hold      // of any part: a hold keeps the whole set
	Verified bool              // all bytes of all parts have been read and were right
	Shrunken bool              // a part is max_shrink smaller than what came before, and nobody accepted that
	Future   bool              // dated more than five minutes ahead

	debris   bool // all of it is what killed runs left: no set at all
	counts   bool // for retention; see countable
	disputed bool // its records disagree on its purpose
}

// Part is one node's backup within a set. Backup points into the state it was read from.
type Part struct {
	Node     backup.NodeAddr
	Backup   *Backup
	Shrunken bool

	ours      bool          // made by the present server or one it succeeds
	former    bool          // made by one it succeeds
	accepting bool          // shrunken, and the request says that this is meant
	before    backup.Totals // shrunken: the largest that came before
}

// Sets assembles the sets of a state, newest first. What has no record and is not being
// taken is no set; foreign backups are none either.
func Sets(p *config.Policy, s State, now time.Time) ([]Set, error) {
	w, err := newWorld(p, s, now)
	if err != nil {
		return nil, err
	}
	var sets []Set
	for _, list := range w.sets {
		for _, set := range list {
			if !set.debris {
				sets = append(sets, *set)
			}
		}
	}
	slices.SortFunc(sets, func(a, b Set) int { return newestFirst(&a, &b) })
	return sets, nil
}

// newestFirst orders sets by their second, and those of one second in one stable way.
func newestFirst(a, b *Set) int {
	return cmp.Or(strings.Compare(string(b.ID), string(a.ID)), strings.Compare(a.Block, b.Block),
		strings.Compare(string(a.Origin), string(b.Origin)), compareNodes(a.Parts[0].Node, b.Parts[0].Node))
}

// began is the second a set began.
func (s *Set) began() time.Time { return s.ID.Time() }

// attempt reports whether a set is one that a schedule or an operator asked for.
func (s *Set) attempt() bool {
	return s.Origin == backup.Own && s.Purpose != backup.Safety && !s.Future && !s.debris
}

// complete reports whether a set is complete and such that it fills slots.
func (s *Set) complete() bool { return s.attempt() && s.Status == SetComplete }

// countable reports whether a set is one that retention rules may rely on.
func (s *Set) countable() bool {
	foreign := func(p Part) bool { return !p.ours }
	return s.complete() && s.Verified && !s.Shrunken && !slices.ContainsFunc(s.Parts, foreign)
}

// part finds a node's backup.
func (s *Set) part(node backup.NodeAddr) (Part, bool) {
	at, ok := slices.BinarySearchFunc(s.Parts, node, func(p Part, n backup.NodeAddr) int { return compareNodes(p.Node, n) })
	if !ok {
		return Part{}, false
	}
	return s.Parts[at], true
}
