package node

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"cwb/internal/backup"
	"cwb/planner"
)

// survey is all that the records in one backup's directory say. Reading it changes nothing.
type survey struct {
	id       backup.SetID
	begun    backup.Begun
	begunRaw backup.Digest

	hasRecord bool
	record    backup.Record
	recordRaw backup.Digest

	hasManifest bool
	outline     backup.Outline // of the manifest

	held     *backup.Hold
	accepted bool
	checks   []backup.Check // in order of time
}

// notOurs is why a directory is left alone: it is no backup of this deployment and node.
type notOurs struct{ why string }

func (e *notOurs) Error() string { return e.why }

// unreadable is a record that could not be read, which stops every removal under the path.
type unreadable struct {
	path string
	err  error
}

func (e *unreadable) Error() string { return e.path + ": " + e.err.Error() }
func (e *unreadable) Unwrap() error { return e.err }

// readSurvey reads the directory of a set strictly. Errors are *notOurs, *unreadable, or of
// the disk.
func (n *Node) readSurvey(f Reader, id backup.SetID) (survey, error) {
	s, err := n.readBrief(f, id)
	if err != nil || !s.hasRecord {
		return s, err
	}
	s.outline, err = n.outline(f, s)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil // a file that is missing: the backup is partial
	}
	s.hasManifest = err == nil
	return s, err
}

// readBrief is readSurvey without the manifest.
func (n *Node) readBrief(f Reader, id backup.SetID) (survey, error) {
	s := survey{id: id}
	if err := n.readBegun(f, &s); err != nil {
		return s, err
	}
	if err := n.readRecord(f, &s); err != nil || !s.hasRecord {
		return s, err
	}
	return s, n.readSidecars(f, &s)
}

func (n *Node) readBegun(f Reader, s *survey) error {
	name := path.Join(string(s.id), begunFile)
	begun, raw, err := recall[backup.Begun](&n.memo, f, name)
	if errors.Is(err, fs.ErrNotExist) {
		return n.withoutBegun(f, s.id)
	}
	if err != nil {
		return err
	}
	if !n.ours(begun.Deployment, begun.Node) {
		return &notOurs{fmt.Sprintf("%s is of deployment %q, node %s: it is left alone; give every node a snapshot_path of its own",
			s.id, begun.Deployment, begun.Node)}
	}
	if begun.Set != s.id {
		return &unreadable{name, fmt.Errorf("it says that it is of set %s: was the directory renamed or copied? move it away", begun.Set)}
	}
	s.begun, s.begunRaw = begun, raw
	return nil
}

// withoutBegun judges a directory that has the name of a set and no begun.json: with a
// record in it, it was ours and something is wrong; without, it never was.
func (n *Node) withoutBegun(f Reader, id backup.SetID) error {
	there, err := exists(f, path.Join(string(id), recordFile))
	if err != nil {
		return err
	}
	if there {
		return &unreadable{path.Join(string(id), begunFile), errors.New("it is missing beside a backup.json")}
	}
	return &notOurs{fmt.Sprintf("%s has the name of a set and no begun.json: cwb did not make it, and leaves it alone", id)}
}

func (n *Node) readRecord(f Reader, s *survey) error {
	name := path.Join(string(s.id), recordFile)
	record, raw, err := recall[backup.Record](&n.memo, f, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	b := s.begun
	if record.Deployment != b.Deployment || record.Node != b.Node || record.Set != b.Set || record.Block != b.Block || record.Purpose != b.Purpose {
		return &unreadable{name, errors.New("it is of another backup than the begun.json beside it")}
	}
	s.record, s.recordRaw, s.hasRecord = record, raw, true
	return nil
}

// errOtherManifest is of a manifest that was changed, or put there, as a whole.
var errOtherManifest = errors.New("it is not the one that backup.json was written for")

// kept are the types of record that lie under a snapshot_path.
type kept interface {
	backup.Begun | backup.Record | backup.Hold | backup.Check | backup.Acceptance | backup.Succession | backup.Restore
}

// recall reads one record strictly; m remembers what it said. The error wraps
// fs.ErrNotExist, or is an *unreadable.
func recall[T kept](m *memo, f Reader, name string) (T, backup.Digest, error) {
	var zero T
	data, err := readAll(f, name)
	if errors.Is(err, fs.ErrNotExist) {
		return zero, backup.Digest{}, err
	}
	if err != nil {
		return zero, backup.Digest{}, &unreadable{name, err}
	}
	raw := digest(data)
	v, err := remember(m, raw, data, backup.Decode[T])
	if err != nil {
		return zero, backup.Digest{}, &unreadable{name, err}
	}
	return v, raw, nil
}

// state puts a survey into the planner's words; status is judged by the caller.
func (s survey) state() planner.Backup {
	b := planner.Backup{
		Set: s.id, Block: s.begun.Block, Purpose: s.begun.Purpose, Members: s.begun.Members,
		Identity: s.begun.Identity, Began: s.begun.Began, Record: s.begunRaw.SHA256, Held: s.held,
	}
	if !s.hasRecord {
		return b
	}
	r := s.record
	b.Origin, b.Members, b.Identity = r.Origin, r.Members, r.Identity
	b.Began, b.Captured, b.Finished = r.Began, r.Captured, r.Finished
	b.Totals, b.Consistency, b.Record = r.Totals, r.Consistency, s.recordRaw.SHA256
	b.ShrinkAccepted, b.VerifiedAt = s.accepted, s.verifiedAt()
	if r.Origin == backup.Adopted {
		b.Foreign = r.Position[adoptedAs]
		return b
	}
	b.WaitedMS, b.Position = r.WaitedMS, r.Position
	return b
}
