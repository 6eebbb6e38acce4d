package mysqlengine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"cwb/executor"
)

// The notes of a restore. Each is written before what it tells of is done.
const (
	beginNote = "mysql-begin.json" // what the load makes on the server
	loadNote  = "mysql-load.json"  // what was loaded, once all of it was proven
	swapNote  = "mysql-swap.json"  // what the swap changes, and what was there before
	undoNote  = "mysql-undo.json"  // written once everything is back, before the restore's own databases go
)

// begun says which databases and sequences on the server are the restore's own.
type begun struct {
	Places   []restorePlace `json:"places"`
	Made     []text         `json:"made,omitempty"`      // databases that did not exist
	StandIns []standIn      `json:"stand_ins,omitempty"` // sequences that did not exist, and that defaults name
}

// standIn is a sequence that is made in its place before the swap, because a table whose
// default names a sequence cannot be created without it.
type standIn struct {
	Database text `json:"database"`
	Name     text `json:"name"`
	Create   text `json:"create"`
}

// loaded is what lies in the scratch databases, proven. Names of databases are the targets'.
type loaded struct {
	Databases []database `json:"databases"` // tables with their triggers, and all programs; sequences with their names
	Joins     []join     `json:"joins,omitempty"`
	Disabled  bool       `json:"disabled,omitempty"` // events stay disabled
}

// join is a foreign key that leads out of what is restored, or into it.
type join struct {
	Database text `json:"database"`
	Table    text `json:"table"`
	Name     text `json:"name"`
	Text     text `json:"text"` // CONSTRAINT … as SHOW CREATE TABLE of that table prints it
}

// move is a table's way in the swap and back.
type move struct {
	Place int  `json:"place"` // in begun.Places
	Name  text `json:"name"`
	Out   bool `json:"out,omitempty"` // a live table of this name moves to the undo database
	In    bool `json:"in,omitempty"`  // a loaded one comes in
}

// swapped is everything that a swap changes. Before and After have the same form, so that
// going back is the same work with the two exchanged.
type swapped struct {
	Moves       []move     `json:"moves"`
	Before      []database `json:"before"`
	After       []database `json:"after"`
	JoinsBefore []join     `json:"joins_before,omitempty"` // of live tables
	JoinsAfter  []join     `json:"joins_after,omitempty"`
	Detach      []join     `json:"detach,omitempty"` // of replaced tables, which must not hold on to live ones
	Made        []text     `json:"made,omitempty"`   // databases that the swap makes
}

// undone says that an undo has nothing left to move: from then on a table of the live
// database is never again taken for one of the restore's.
type undone struct {
	Back bool `json:"back"`
}

// putNote writes a note.
func putNote[T any](n executor.Notes, name string, v T) error {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	return n.Put(name, append(data, '\n'))
}

// getNote reads a note; false when there is none.
func getNote[T any](n executor.Notes, name string) (v T, found bool, err error) {
	data, err := n.Get(name)
	if errors.Is(err, fs.ErrNotExist) {
		return v, false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		return v, false, fmt.Errorf("read %s: %w", name, err)
	}
	return v, true, nil
}
