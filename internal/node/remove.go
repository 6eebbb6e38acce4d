package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

// errChanged says that the world is not what the plan was made for.
var errChanged = errors.New("it changed since it was planned: plan again")

// remove removes one backup, if it still is exactly the one that was planned and nobody
// holds it.
func (s *session) remove(ctx context.Context, a planner.Remove) error {
	found, err := s.look(a.Set)
	if err != nil {
		return fmt.Errorf("remove %s: %w", a.Set, err)
	}
	switch {
	case !found.hasRecord || found.recordRaw.SHA256 != a.Record || (found.begun.Block != a.Block && found.begun.Block != ""):
		err = errChanged // an adopted one names no block
	case found.held != nil:
		err = fmt.Errorf("it is held (%s, by %s): release it first, with cwb hold --release %s", found.held.Reason, found.held.By, a.Set)
	default:
		err = s.noStrangers(found)
	}
	if err != nil {
		return fmt.Errorf("remove %s: %w", a.Set, err)
	}
	if err := s.removeFound(ctx, found); err != nil {
		return fmt.Errorf("remove %s (planning again finishes it): %w", a.Set, err)
	}
	return nil
}

func (s *session) removeFound(ctx context.Context, found survey) error {
	if found.record.Origin == backup.Adopted {
		return s.removeAdopted(ctx, found)
	}
	return s.erase(ctx, found.begun)
}

// clean removes what a killed run left, if it still is exactly that.
func (s *session) clean(ctx context.Context, a planner.Clean) error {
	found, err := s.look(a.Set)
	if err == nil && (found.hasRecord || found.begunRaw.SHA256 != a.Begun) {
		err = errChanged
	}
	if err == nil {
		err = s.noStrangers(found)
	}
	if err == nil {
		err = s.erase(ctx, found.begun)
	}
	if err != nil {
		return fmt.Errorf("clean %s: %w", a.Set, err)
	}
	return nil
}

// look reads one backup of ours. Nothing is removed while any of its records cannot be read.
func (s *session) look(id backup.SetID) (survey, error) {
	if _, err := backup.ParseSetID(string(id)); err != nil {
		return survey{}, err
	}
	if there, err := exists(s.f, string(id)); err != nil || !there {
		return survey{}, errors.Join(err, fmt.Errorf("it is not there: %w", fs.ErrNotExist))
	}
	return s.n.readSurvey(s.f, id)
}

// noStrangers refuses a directory that somebody put something into: what cwb did not make,
// it does not remove.
func (s *session) noStrangers(found survey) error {
	known := map[string]bool{}
	for _, shelf := range found.outline {
		if shelf.Root != "" {
			continue
		}
		for item := range shelf.Items() {
			known[path.Join(string(found.id), shelf.File(item).Path)] = true
		}
	}
	stranger, err := s.stranger(string(found.id), "", known, s.mayBeOurs(found))
	if err == nil && stranger != "" {
		err = fmt.Errorf("%s was not made by cwb: move it out of %s, then plan again", stranger, s.n.cfg.SnapshotPath)
	}
	return err
}

// mayBeOurs tells files that no manifest names. What a killed take left has none.
func (s *session) mayBeOurs(found survey) func(name string) bool {
	owner, knows := s.n.engine.(executor.FileOwner)
	switch {
	case found.hasManifest:
		return func(string) bool { return false }
	case knows:
		return owner.OwnFile
	}
	return func(string) bool { return true }
}

func (s *session) stranger(dir, below string, known map[string]bool, ours func(string) bool) (string, error) {
	entries, err := s.f.ReadDir(path.Join(dir, below))
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		name := path.Join(below, e.Name())
		full := path.Join(dir, name)
		switch {
		case e.IsDir():
			found, err := s.stranger(dir, name, known, ours)
			if err != nil || found != "" {
				return found, err
			}
		case known[full] || reserved(name) || e.Type().IsRegular() && ours(name):
		default:
			return full, nil
		}
	}
	return "", nil
}
