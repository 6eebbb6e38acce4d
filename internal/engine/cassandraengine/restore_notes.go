package cassandraengine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// The notes of a restore on one host.
const (
	noteBefore   = "before.json"   // what was there when it began
	noteCounts   = "counts.json"   // rows by table, as the rehearsal has counted them
	noteImported = "imported.json" // tables whose files are loaded
	noteReturned = "returned.json" // tables whose files of before are loaded again, by an undo
	noteKept     = "kept.json"     // snapshots that the restore has caused
	noteFewer    = "fewer.json"    // tables found with fewer rows than counted, and said so
)

// before is what was there when a restore began.
type before struct {
	Keyspaces []keyspaceSchema    `json:"keyspaces"` // those that tables go into, as far as they were there
	Targets   []tableName         `json:"targets"`   // the tables that are brought back, by where they go; no id where there was none
	Exact     []tableName         `json:"exact"`     // newer tables, which go
	Views     []tableName         `json:"views"`     // of those tables, there or in the backup
	Snapshots map[string][]string `json:"snapshots"` // by "keyspace.table": the tags there were
	Own       string              `json:"own"`       // tag of the snapshot of tables that no safety backup has; empty: none was needed
	OwnTables []tableName         `json:"own_tables"`
}

// schema is that of a keyspace as it was; ok is false when there was none.
func (b before) schema(name string) (keyspaceSchema, bool) {
	for _, k := range b.Keyspaces {
		if k.Name == name {
			return k, true
		}
	}
	return keyspaceSchema{}, false
}

// replaced are the tables that were there and are brought back or go.
func (b before) replaced() []tableName {
	var all []tableName
	for _, t := range slices.Concat(b.Targets, b.Exact) {
		if t.ID != "" {
			all = append(all, t)
		}
	}
	return all
}

// concerned are all tables and views that the restore makes, drops or empties.
func (b before) concerned() []tableName {
	return slices.Concat(b.Targets, b.Exact, b.Views)
}

// note reads a note; there being none is no error, and leaves v as it is.
func (r *restoring) note(name string, v any) (there bool, err error) {
	data, err := r.o.Notes.Get(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		return false, fmt.Errorf("read the note %s: %w", name, err)
	}
	return true, nil
}

func (r *restoring) putNote(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return r.o.Notes.Put(name, append(data, '\n'))
}

// mark adds a name to a note that is a list of them.
func (r *restoring) mark(note, name string) error {
	done, err := r.marked(note)
	if err != nil || done[name] {
		return err
	}
	done[name] = true
	return r.putNote(note, done)
}

func (r *restoring) marked(note string) (map[string]bool, error) {
	done := map[string]bool{}
	_, err := r.note(note, &done)
	return done, err
}
