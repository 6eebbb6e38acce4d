package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"cwb/executor"
	"cwb/planner"
)

// session is what may be done while the node's lock is held.
type session struct {
	n       *Node
	f       Folder
	release func() error // nil once closed
	who     string       // user@host, pid
	journal journal
}

var (
	_ executor.Session = (*session)(nil)
	_ executor.Keeper  = (*session)(nil)
)

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

// markerTime is how a marker tells when its plan was applied.
const markerTime = "2006-01-02T15:04:05Z"

// Run does one action that concerns this node alone.
func (s *session) Run(ctx context.Context, a planner.Action, p executor.Progress) error {
	if err := ctx.Err(); err != nil {
		return canceled(ctx)
	}
	if p == nil {
		p = func(int64, int64) {}
	}
	switch a := a.(type) {
	case planner.Remove:
		return s.remove(ctx, a)
	case planner.Clean:
		return s.clean(ctx, a)
	case planner.Verify:
		return s.verify(ctx, a, p)
	case planner.Adopt:
		return s.adopt(ctx, a, p)
	case planner.Load:
		return s.load(ctx, a, p)
	case planner.Proceed:
		return s.proceed(ctx, a, p)
	default:
		return fmt.Errorf("a node cannot %s", a.Kind())
	}
}

// Close gives the lock back. The holder's name goes first: once the lock is free, somebody
// else may write his. What is left half made goes too, if it can; else the next run clears it.
func (s *session) Close() error {
	if s.release == nil {
		return nil
	}
	_ = s.emptyTmp()
	s.keepReserve()
	named := removeIfThere(s.f, holderFile)
	s.n.setOpen(false)
	err := errors.Join(named, s.release(), s.f.Close())
	s.release = nil
	return err
}
