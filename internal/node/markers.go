package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"cwb/executor"
	"cwb/planner"
)

// keepMarkers is how long it is remembered that a plan was applied: a plan expires after a
// day, and is refused for that from then on.
const keepMarkers = 7 * 24 * time.Hour

// markerTime is how a marker tells when its plan was applied.
const markerTime = "2006-01-02T15:04:05Z"

// Mark creates the plan's marker exclusively.
func (s *session) Mark(ctx context.Context, plan planner.PlanID) error {
	if err := ctx.Err(); err != nil {
		return canceled(ctx)
	}
	if name := string(plan); !local(name) || path.Base(name) != name {
		return fmt.Errorf("%q is no plan id", plan)
	}
	err := s.makingRoom(func() error { return s.putMarker(path.Join(appliedDir, string(plan))) })
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w: plan %s; plan again", s.n.cfg.Addr, executor.ErrUsed, plan)
	}
	if err != nil {
		return fmt.Errorf("mark plan %s as applied on %s: %w", plan, s.n.cfg.Addr, err)
	}
	return nil
}

// putMarker creates a marker. On a full disk it leaves none, so that it can be tried again.
func (s *session) putMarker(name string) error {
	file, err := s.f.Create(name)
	if err != nil {
		return err
	}
	err = writeSynced(file, []byte(s.n.now().UTC().Format(markerTime)+"\n"))
	if err == nil {
		err = s.f.SyncDir(appliedDir)
	}
	if isFull(err) {
		err = errors.Join(err, s.f.Remove(name))
	}
	return err
}

// pruneMarkers removes the markers of plans that expired long ago. That one stays stops nobody.
func (s *session) pruneMarkers() {
	entries, err := s.f.ReadDir(appliedDir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := path.Join(appliedDir, e.Name())
		if at := s.markedAt(name, e); !at.IsZero() && s.n.now().Sub(at) > keepMarkers {
			_ = s.f.Remove(name)
		}
	}
}

// markedAt is when a plan was marked, by the marker's own word, or else by its file; zero when
// neither tells.
func (s *session) markedAt(name string, e fs.DirEntry) time.Time {
	info, err := e.Info()
	if err != nil || !info.Mode().IsRegular() {
		return time.Time{}
	}
	data, err := readAll(s.f, name)
	if err != nil {
		return time.Time{}
	}
	if at, err := time.Parse(markerTime, strings.TrimSpace(string(data))); err == nil {
		return at
	}
	return info.ModTime() // the process that wrote it was killed
}
