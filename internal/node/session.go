package node

import (
	"context"
	"errors"
	"fmt"

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
