package executor

import (
	"context"

	"cwb/internal/backup"
	"cwb/planner"
)

// A Restorer is an engine that can bring back what was backed up. Everything a restore does
// on a server is one of the phases below, and each of them can be begun again after it was
// cut anywhere: it then finishes what is left, and does nothing when nothing is left.
type Restorer interface {
	// Examine looks at the backup and at the server, changes nothing, and says what the
	// phases would do, what is in their way, and what they need.
	Examine(ctx context.Context, o RestoreOrder) (Examination, error)
	// Restore does one phase. An error of Load means that nothing that is served has
	// changed; after an error of a later phase, that phase or Undo can be run.
	Restore(ctx context.Context, phase RestorePhase, o RestoreOrder, p Progress) error
}

// RestorePhase is one part of a restore, in this order.
type RestorePhase = backup.RestorePhase

// The phases. Which of them a restore has, its [Examination] says.
const (
	// PhaseLoad brings everything onto the server without touching what is served, and
	// proves it there. MySQL: into a scratch schema, counted. Cassandra: staged as hard links
	// inside the data directory and rehearsed by an import into a scratch keyspace.
	PhaseLoad = backup.PhaseLoad
	// PhaseSwap puts the loaded tables in the place of the live ones by one atomic statement;
	// triggers, views, routines and events follow (MySQL).
	PhaseSwap = backup.PhaseSwap
	// PhaseTruncate empties the live tables, once for the whole ring (Cassandra): it runs on
	// one member, once every member has loaded.
	PhaseTruncate = backup.PhaseTruncate
	// PhaseImport loads the staged files into the live tables and compares (Cassandra). It
	// begins on no member before the truncate has ended.
	PhaseImport = backup.PhaseImport
	// PhaseUndo gives back what was there before, from what the restore kept on the server
	// and in Notes, and from the safety backup. It works after any phase, also after one that
	// was cut, and leaves nothing of the restore behind. Of a ring, the member that has
	// PhaseTruncate in [RestoreOrder.Phases] comes first and empties the tables once more,
	// if [RestoreOrder.Emptied]; the others then only import.
	PhaseUndo = backup.PhaseUndo
	// PhaseConfirm drops what was kept as the undo, and everything else the restore left.
	PhaseConfirm = backup.PhaseConfirm
)

// RestoreOrder is what shall be brought back, from what. It is the same for all phases of a
// restore, and stands in its record, so that a later process can go on.
type RestoreOrder struct {
	ID     string // "20261122T000000Z": unique on the node; names scratch schemas, staging folders, kept tables
	Source RestoreSource
	Notes  Notes // of this restore on this node; Examine only reads them

	// Safety is the safety backup that was taken before the load; nil for Examine, where there
	// was nothing to be saved, and when it is gone.
	Safety *RestoreSource
	Phases []RestorePhase // of this restore on this node, undo and confirm left out; nil for Examine
	// Adds says that only a part of a ring is restored: nothing is truncated, and what is
	// imported comes beside what is there.
	Adds bool
	// Emptied says, for PhaseUndo, that the tables of the ring were, or may have been,
	// emptied by this restore, on whichever member.
	Emptied bool

	Selection Selection // databases or keyspaces, tables; empty: everything in the backup
	As        string    // another database or keyspace beside the live one; needs one selected database

	Exact           bool   // tables newer than the backup go, too
	OnReplica       bool   // also on a replica or read-only server
	OntoNewIdentity bool   // the server need not be the one the backup was taken from
	SchemaMismatch  bool   // the live definitions may differ from those of the backup
	NewerServer     bool   // the backup may be of a newer server version
	Definer         string // "keep" (the default), "drop", or USER@HOST
}

// RestoreSource is where the content comes from: exactly one of an own backup and a foreign
// one. PhaseUndo and PhaseConfirm may come without either: by then it may be gone.
type RestoreSource struct {
	Record   *backup.Record   // an own backup, already proven good file by file
	Begun    *backup.Begun    // of it
	Manifest *backup.Manifest // of it
	Dir      Dir              // of it
	Foreign  *backup.Foreign  // a foreign backup, only read
}

// Notes are small files that a restore keeps on its node, whole or not at all: what its
// later phases and its undo need to know. They outlive the process.
type Notes interface {
	// Put writes a note durably, replacing an older one of the name.
	Put(name string, content []byte) error
	// Get reads a note; the error wraps fs.ErrNotExist when there is none.
	Get(name string) ([]byte, error)
}

// What an examination finds stands in plans; its fields are explained there.
type (
	// Examination is what a restore would do on one node, and what is in its way.
	Examination = planner.Examination
	// RestoreTable is a table that a restore brings back.
	RestoreTable = planner.RestoreTable
	// Refusal is a reason not to restore, and what lifts it.
	Refusal = planner.Refusal
	// RestoreRecord is what a node keeps of a restore: restore.json among its notes.
	RestoreRecord = backup.Restore
)
