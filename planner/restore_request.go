package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cwb/internal/backup"
)

// The verbs of restores.
const (
	VerbRestore        Verb = "restore"
	VerbRestoreResume  Verb = "restore_resume"  // do the phases that are left
	VerbRestoreUndo    Verb = "restore_undo"    // give back what was there before
	VerbRestoreConfirm Verb = "restore_confirm" // drop what is kept as the undo
)

// RestoreRequest says what shall be restored, or which restore is meant.
type RestoreRequest struct {
	Set       backup.SetID      `json:"set,omitempty"`       // empty, with no Foreign: the latest complete one
	Foreign   *ForeignName      `json:"foreign,omitempty"`   // a foreign backup
	Nodes     []backup.NodeAddr `json:"nodes,omitempty"`     // only the backups of these
	Databases []string          `json:"databases,omitempty"` // only these of the MySQL nodes
	Keyspaces []string          `json:"keyspaces,omitempty"` // only these of the Cassandra nodes
	Tables    []string          `json:"tables,omitempty"`    // NAME or DATABASE.NAME
	To        *backup.NodeAddr  `json:"to,omitempty"`        // onto another node's server
	As        string            `json:"as,omitempty"`        // as another database or keyspace
	Restore   backup.SetID      `json:"restore,omitempty"`   // of the other verbs; empty: the only one there is
	backup.RestoreOptions
}

// restores reports whether a verb is one of restores.
func (v Verb) restores() bool {
	return slices.Contains([]Verb{VerbRestore, VerbRestoreResume, VerbRestoreUndo, VerbRestoreConfirm}, v)
}

// ErrRestoreRefused is in the chain of every [RefusedError].
var ErrRestoreRefused = errors.New("the restore is refused, and nothing was changed")

// RefusedError says all that keeps a restore from being planned.
type RefusedError struct{ Refusals []NodeRefusal }

// NodeRefusal is a reason on one node.
type NodeRefusal struct {
	Node backup.NodeAddr
	Refusal
}

func (e *RefusedError) Error() string {
	lines := make([]string, len(e.Refusals))
	for i, r := range e.Refusals {
		lines[i] = r.String()
	}
	return fmt.Sprintf("%v: %s", ErrRestoreRefused, strings.Join(lines, "; "))
}

// Unwrap makes errors.Is(err, ErrRestoreRefused) hold.
func (e *RefusedError) Unwrap() error { return ErrRestoreRefused }

// String is one line: the node, the reason, and what lifts it.
func (r NodeRefusal) String() string {
	text := fmt.Sprintf("%s: %s", r.Node, r.Reason)
	if r.Flag != "" {
		text += " (if that is meant: " + r.Flag + ")"
	}
	return text
}

// refusals collects reasons.
type refusals []NodeRefusal

func (r *refusals) add(node backup.NodeAddr, flag, format string, args ...any) {
	*r = append(*r, NodeRefusal{node, Refusal{Reason: fmt.Sprintf(format, args...), Flag: flag}})
}

func (r refusals) orNil() error {
	if len(r) == 0 {
		return nil
	}
	return &RefusedError{r}
}

// has reports whether a node is refused already for what a flag lifts.
func (r refusals) has(node backup.NodeAddr, flag string) bool {
	return slices.ContainsFunc(r, func(n NodeRefusal) bool { return n.Node == node && n.Flag == flag })
}

// asked names what the request narrows to, for an error.
func (r RestoreRequest) asked() string {
	names := slices.Concat(r.Databases, r.Keyspaces, r.Tables)
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}
