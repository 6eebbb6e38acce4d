package planner

import (
	"fmt"
	"slices"

	"cwb/internal/backup"
)

// The actions of restores.
const (
	ActLoad     = ActionKind(backup.PhaseLoad)
	ActTruncate = ActionKind(backup.PhaseTruncate)
	ActImport   = ActionKind(backup.PhaseImport)
	ActSwap     = ActionKind(backup.PhaseSwap)
	ActUndo     = ActionKind(backup.PhaseUndo)
	ActConfirm  = ActionKind(backup.PhaseConfirm)
)

// Load brings a backup onto a server, beside what is served, and begins the record of the
// restore. All later phases read that.
type Load struct {
	backup.Restoring
	Safety     backup.SetID         `json:"safety,omitempty"`      // the safety backup, once it was taken
	SafetyStep StepID               `json:"safety_step,omitempty"` // that takes it
	Parts      []backup.RestorePart `json:"parts"`                 // of the whole restore
	Replaces   []string             `json:"replaces"`              // tables that are there and will be replaced
	Creates    []string             `json:"creates"`               // tables that are not there
	Drops      []string             `json:"drops,omitempty"`       // tables that the backup does not have and that will go
	Shown      LoadShown            `json:"shown,omitzero"`        // for the reader only
}

// LoadShown is what a reader of the plan must know about a restore before saying yes. None of
// it makes two loads differ.
type LoadShown struct {
	Tables    []RestoreTable `json:"tables,omitempty"`
	Method    string         `json:"method,omitempty"`
	Impact    string         `json:"impact,omitempty"`
	Undo      string         `json:"undo,omitempty"`
	NeedBytes int64          `json:"need_bytes,omitempty"`
	FreeBytes int64          `json:"free_bytes,omitempty"`
}

// Proceed does a phase of a restore whose record was begun by its load.
type Proceed struct {
	Phase   backup.RestorePhase `json:"phase"`
	Node    backup.NodeAddr     `json:"node"`
	Restore backup.SetID        `json:"restore"`
	Emptied bool                `json:"emptied,omitempty"` // PhaseUndo: the tables of its ring may have been truncated
}

// Kind of a load.
func (Load) Kind() ActionKind { return ActLoad }

// Kind of a later phase is the phase's name.
func (a Proceed) Kind() ActionKind { return ActionKind(a.Phase) }

// Touches are the node, and the one whose backup is read.
func (a Load) Touches() []backup.NodeAddr {
	nodes := slices.SortedFunc(slices.Values([]backup.NodeAddr{a.Node, a.From}), compareNodes)
	return slices.Compact(nodes)
}

// Touches is the node alone.
func (a Proceed) Touches() []backup.NodeAddr { return []backup.NodeAddr{a.Node} }

func (Load) sealed()    {}
func (Proceed) sealed() {}

// decodeProceed reads a later phase, whose name must be that of its kind.
func decodeProceed(kind ActionKind, spec []byte) (Action, error) {
	var a Proceed
	if err := strict(spec, &a); err != nil {
		return nil, err
	}
	if a.Kind() != kind {
		return nil, fmt.Errorf("%w: a %s that says it is a %s", ErrAltered, kind, a.Phase)
	}
	return a, nil
}

func checkLoad(a Load) error {
	if (a.Set == "") == (a.Foreign == "") {
		return fmt.Errorf("it restores nothing, or two things")
	}
	if a.Set != "" {
		if _, err := backup.ParseSetID(string(a.Set)); err != nil {
			return err
		}
	}
	if len(a.Parts) == 0 {
		return fmt.Errorf("it has no parts")
	}
	if err := checkNodes(a.From); err != nil {
		return err
	}
	return checkBackup(a.Node, a.ID)
}
