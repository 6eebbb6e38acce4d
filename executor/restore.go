package executor

import (
	"context"
	"time"

	"cwb/internal/backup"
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
type RestorePhase string

// The phases. Which of them a restore has, its [Examination] says.
const (
	// PhaseLoad brings everything onto the server without touching what is served, and
	// proves it there. MySQL: into a scratch schema, counted. Cassandra: staged as hard links
	// inside the data directory and rehearsed by an import into a scratch keyspace.
	PhaseLoad RestorePhase = "load"
	// PhaseSwap puts the loaded tables in the place of the live ones by one atomic statement;
	// triggers, views, routines and events follow (MySQL).
	PhaseSwap RestorePhase = "swap"
	// PhaseTruncate empties the live tables, once for the whole ring (Cassandra).
	PhaseTruncate RestorePhase = "truncate"
	// PhaseImport loads the staged files into the live tables and compares (Cassandra).
	PhaseImport RestorePhase = "import"
	// PhaseUndo gives back what was there before, from what the restore kept on the server
	// and in Notes. It works after any phase, also after one that was cut.
	PhaseUndo RestorePhase = "undo"
	// PhaseConfirm drops what was kept as the undo, and everything else the restore left.
	PhaseConfirm RestorePhase = "confirm"
)

// RestoreOrder is what shall be brought back, from what. It is the same for all phases of a
// restore, and stands in its record, so that a later process can go on.
type RestoreOrder struct {
	ID     string // "20261122T000000Z": unique on the node; names scratch schemas, staging folders, kept tables
	Source RestoreSource
	Notes  Notes // of this restore on this node

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
// one.
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

// Examination is what a restore would do on one node, and what is in its way.
type Examination struct {
	Identity  backup.Identity // of the present server
	Phases    []RestorePhase  // that it needs, in order, without undo and confirm
	Replaces  []RestoreTable  // in order of name
	Stays     []string        // tables of the same databases that the backup does not have: they stay, or go with Exact
	Method    string          // for people: how, in one sentence
	Impact    string          // for people: what the service will notice
	Undo      string          // for people: what is kept as the undo, and for how long
	NeedBytes int64           // disk that the load needs
	FreeBytes int64           // disk that there is
	Refusals  []Refusal       // what keeps it from running; empty: it can run
	Warnings  []string        // what the operator has to know before saying yes
	Ring      []string        // Cassandra: host ids that must take part
}

// RestoreTable is a table that a restore brings back.
type RestoreTable struct {
	Database string `json:"database"`
	Name     string `json:"name"`
	Exists   bool   `json:"exists"`    // now, on the server
	Rows     int64  `json:"rows"`      // in the backup, where the product counts them
	LiveRows int64  `json:"live_rows"` // now, by the server's own estimate; -1 unknown
	Bytes    int64  `json:"bytes"`     // in the backup
}

// Refusal is a reason not to restore, and what lifts it.
type Refusal struct {
	Reason string `json:"reason"`
	Flag   string `json:"flag,omitempty"` // that lifts it, such as "--onto-new-identity"; empty: none does
}

// RestoreRecord is what a node keeps of a restore: restore.json among its notes.
type RestoreRecord struct {
	ID       string         `json:"id"`
	Set      backup.SetID   `json:"set,omitempty"`
	Foreign  string         `json:"foreign,omitempty"`
	Safety   backup.SetID   `json:"safety,omitempty"` // the safety backup taken before
	Phase    RestorePhase   `json:"phase"`            // begun last
	Ended    bool           `json:"ended"`            // that phase ended well
	Phases   []RestorePhase `json:"phases"`           // that it needs
	Began    time.Time      `json:"began"`
	Finished time.Time      `json:"finished,omitzero"` // all phases ended, or undone
	By       string         `json:"by"`
}
