package node

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

const (
	restoresDir = private + "/restores"
	restoreFile = "restore.json"
)

func restorePath(id backup.SetID, name string) string {
	return path.Join(restoresDir, string(id), name)
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// notes are what one restore keeps, beside its record.
type notes struct {
	s  *session
	id backup.SetID
}

var _ executor.Notes = (*notes)(nil)

// Put writes a note whole or not at all, durably.
func (n *notes) Put(name string, content []byte) error {
	if err := noteName(name); err != nil {
		return err
	}
	return putWhole(n.s.f, restorePath(n.id, name), content)
}

// Get reads a note.
func (n *notes) Get(name string) ([]byte, error) {
	if err := noteName(name); err != nil {
		return nil, err
	}
	return readAll(n.s.f, restorePath(n.id, name))
}

func noteName(name string) error {
	if !local(name) || path.Base(name) != name || name == restoreFile {
		return fmt.Errorf("%q cannot be the name of a note", name)
	}
	return nil
}

// noNotes are those of a restore that has not begun.
type noNotes struct{}

// Put refuses: who examines changes nothing.
func (noNotes) Put(name string, _ []byte) error {
	return fmt.Errorf("note %s: nothing is written while a restore is examined", name)
}

// Get finds nothing.
func (noNotes) Get(name string) ([]byte, error) {
	return nil, &fs.PathError{Op: "read note", Path: name, Err: fs.ErrNotExist}
}

// readRestore reads the record of a restore; the error wraps fs.ErrNotExist when there is
// none.
func (n *Node) readRestore(f Reader, id backup.SetID) (backup.Restore, error) {
	if _, err := backup.ParseSetID(string(id)); err != nil {
		return backup.Restore{}, err
	}
	name := restorePath(id, restoreFile)
	data, err := readAll(f, name)
	if isMissing(err) {
		return backup.Restore{}, err
	}
	var rec backup.Restore
	if err == nil {
		rec, err = backup.Decode[backup.Restore](data)
	}
	if err == nil && rec.ID != id {
		err = fmt.Errorf("it says that it is of restore %s", rec.ID)
	}
	if err != nil {
		return rec, &unreadable{name, err}
	}
	return rec, nil
}

// putRestore writes the record of a restore, replacing the one before.
func (s *session) putRestore(rec backup.Restore) error {
	data, err := backup.Encode(rec)
	if err != nil {
		return err
	}
	for _, dir := range []string{restoresDir, restorePath(rec.ID, "")} {
		if err := mkdir(s.f, dir); err != nil {
			return err
		}
	}
	return putWhole(s.f, restorePath(rec.ID, restoreFile), data)
}

// sweepNotes drops the notes of restores that are confirmed or undone; their records stay.
func (s *session) sweepNotes() error {
	entries, err := s.f.ReadDir(restoresDir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		rec, err := s.n.readRestore(s.f, backup.SetID(e.Name()))
		if err != nil || !rec.Closed() {
			continue // what cannot be read is a finding of the next plan
		}
		if err := s.dropNotes(rec.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) dropNotes(id backup.SetID) error {
	entries, err := s.f.ReadDir(restorePath(id, ""))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == restoreFile {
			continue
		}
		if err := s.scrap(restorePath(id, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// observeRestores reads the records of all restores. A directory without one is of a run that
// was killed before it began anything.
func (n *Node) observeRestores(f Folder, state *planner.NodeState) error {
	entries, err := f.ReadDir(restoresDir)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read restores: %w", err)
	}
	for _, e := range entries {
		rec, err := n.readRestore(f, backup.SetID(e.Name()))
		var bad *unreadable
		switch {
		case err == nil:
			state.Restores = append(state.Restores, rec)
		case errors.As(err, &bad):
			state.Unreadable = append(state.Unreadable, planner.Unreadable{Path: bad.path, Error: bad.err.Error()})
		case isMissing(err):
		default:
			state.Problems = append(state.Problems, fmt.Sprintf("%s was not made by cwb: %v", restorePath(backup.SetID(e.Name()), ""), err))
		}
	}
	return nil
}
