package backup

import (
	"slices"
	"time"
)

// RestorePhase is one part of a restore on one node.
type RestorePhase string

// The phases, in their order. Which of them a restore has, depends on the product.
const (
	PhaseLoad     RestorePhase = "load"     // everything aside, and proven there
	PhaseSwap     RestorePhase = "swap"     // MySQL: one atomic statement
	PhaseTruncate RestorePhase = "truncate" // Cassandra: once for the whole ring
	PhaseImport   RestorePhase = "import"   // Cassandra: on every member
	PhaseUndo     RestorePhase = "undo"     // gives back what was there before
	PhaseConfirm  RestorePhase = "confirm"  // drops what was kept as the undo
)

// Restoring says what a restore brings back on one node, and from what.
type Restoring struct {
	ID        SetID    `json:"restore"` // the second it was planned for, as sets have it; unique on its node
	Node      NodeAddr `json:"node"`    // onto its server
	From      NodeAddr `json:"from"`    // whose backup it is: Node, unless --to says otherwise
	Set       SetID    `json:"set,omitempty"`
	Record    string   `json:"record,omitempty"`  // expected digest of the record of Set
	Foreign   string   `json:"foreign,omitempty"` // name of a foreign backup of From; exactly one of it and Set
	Databases []string `json:"databases,omitempty"`
	Tables    []string `json:"tables,omitempty"` // NAME or DATABASE.NAME; both empty: everything in the backup
	As        string   `json:"as,omitempty"`
	RestoreOptions
}

// RestoreOptions are what an operator has to say to lift a refusal, or to get more than the
// default.
type RestoreOptions struct {
	Exact           bool   `json:"exact,omitempty"`
	OnReplica       bool   `json:"on_replica,omitempty"`
	OntoNewIdentity bool   `json:"onto_new_identity,omitempty"`
	SchemaMismatch  bool   `json:"schema_mismatch,omitempty"`
	NewerServer     bool   `json:"newer_server,omitempty"`
	WithoutSafety   bool   `json:"without_safety,omitempty"` // where no safety backup can be taken
	Definer         string `json:"definer,omitempty"`
}

// RestorePart is one node's part of a restore that concerns several.
type RestorePart struct {
	Node      NodeAddr       `json:"node"`
	From      NodeAddr       `json:"from"`
	Databases []string       `json:"databases,omitempty"` // that were selected on it
	Phases    []RestorePhase `json:"phases"`
	Adds      bool           `json:"adds,omitempty"`  // a ring is not restored as a whole: nothing is truncated
	After     []NodeAddr     `json:"after,omitempty"` // members of its ring whose truncate, and undo, comes before its own import, and undo
}

// Restore is restore.json: what a node keeps of a restore, written before and after each of
// its phases.
type Restore struct {
	Restoring
	Identity Identity      `json:"identity"`          // of the server that it began on
	Safety   SetID         `json:"safety,omitempty"`  // the safety backup taken before
	Parts    []RestorePart `json:"parts"`             // all nodes of this restore, this one included
	Phase    RestorePhase  `json:"phase"`             // begun last
	Ended    bool          `json:"ended"`             // that phase ended well
	Changed  bool          `json:"changed,omitempty"` // a phase after load was begun: what is served may have changed
	Began    time.Time     `json:"began"`
	Finished time.Time     `json:"finished,omitzero"` // all phases ended, or undone
	By       string        `json:"by"`
}

// Part is this node's part, under the name that the node had then.
func (r Restore) Part() RestorePart {
	for _, p := range r.Parts {
		if p.Node == r.Node {
			return p
		}
	}
	return RestorePart{Node: r.Node, From: r.From}
}

// Unfinished reports whether phases are left, or an undo was cut.
func (r Restore) Unfinished() bool { return r.Finished.IsZero() }

// Undone reports whether what was there before is back.
func (r Restore) Undone() bool { return r.Phase == PhaseUndo && r.Ended }

// Confirming reports whether the undo was given up; it may be dropped in part.
func (r Restore) Confirming() bool { return r.Phase == PhaseConfirm }

// Confirmed reports whether nothing is left but this record.
func (r Restore) Confirmed() bool { return r.Confirming() && r.Ended }

// Closed reports whether nothing more can be done with it.
func (r Restore) Closed() bool { return r.Confirmed() || r.Undone() }

// Left are the phases that did not end yet, in order; of a restore whose undo was begun,
// only that.
func (r Restore) Left() []RestorePhase {
	if !r.Unfinished() {
		return nil
	}
	if r.Phase == PhaseUndo {
		return []RestorePhase{PhaseUndo}
	}
	phases := r.Part().Phases
	at := slices.Index(phases, r.Phase)
	if at >= 0 && r.Ended {
		at++
	}
	return phases[max(at, 0):]
}
