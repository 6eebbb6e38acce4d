package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cwb/executor"
	"cwb/planner"
)

// A verb that only looks holds the lock shared for a moment (see osFolder.Locked): a few
// tries, short apart, keep it from ever failing a run.
const (
	lockTries = 5
	lockPause = 20 * time.Millisecond
)

// Open takes the node's lock for a run, and empties what an earlier run left half made.
func (n *Node) Open(ctx context.Context, who planner.Lock) (executor.Session, error) {
	f, err := n.ensure()
	if err != nil {
		return nil, err
	}
	release, err := n.lock(ctx, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	s := &session{n: n, f: f, release: release, who: who.Who}
	if err := s.settle(who); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.pruneMarkers()
	s.keepReserve()
	n.setOpen(true)
	return s, nil
}

func (n *Node) lock(ctx context.Context, f Folder) (func() error, error) {
	for try := 1; ; try++ {
		release, err := f.Lock(lockFile)
		if err == nil {
			return release, nil
		}
		if !errors.Is(err, ErrBusy) {
			return nil, fmt.Errorf("lock %s: %w", n.cfg.Addr, err)
		}
		if try == lockTries {
			return nil, n.lockedBy(readHolder(f))
		}
		select {
		case <-ctx.Done():
			return nil, canceled(ctx)
		case <-time.After(lockPause):
		}
	}
}

func (n *Node) lockedBy(h *planner.Lock) error {
	return fmt.Errorf("%s: %w: %s has run %q since %s; wait for it, or end it if it hangs",
		n.cfg.Addr, executor.ErrLocked, h.Who, h.Command, h.Since.UTC().Format(time.RFC3339))
}

// settle writes who holds the lock and empties the directory for things half made. Nothing
// but cwb's own temporary files is ever in there.
func (s *session) settle(who planner.Lock) error {
	if err := s.emptyTmp(); err != nil {
		return fmt.Errorf("clear %s of an earlier run: %w", tmpDir, err)
	}
	data, err := json.Marshal(who)
	if err != nil {
		return fmt.Errorf("encode lock holder: %w", err)
	}
	if err := s.makingRoom(func() error { return putWhole(s.f, holderFile, data) }); err != nil {
		return fmt.Errorf("note who holds the lock: %w", err)
	}
	return nil
}

// readHolder says who holds the lock. The holder writes it just after it got the lock, so
// that there may be nothing yet.
func readHolder(f Reader) *planner.Lock {
	unknown := &planner.Lock{Who: "somebody", Command: "unknown"}
	data, err := readAll(f, holderFile)
	if err != nil {
		return unknown
	}
	var holder planner.Lock
	if json.Unmarshal(data, &holder) != nil || holder.Who == "" {
		return unknown
	}
	return &holder
}

// Unlock clears what a dead holder left. The lock itself ended with its process; a living
// holder is an error that names it, wrapping executor.ErrLocked.
func (n *Node) Unlock(ctx context.Context) error {
	f, err := n.ensure()
	if err != nil {
		return err
	}
	defer f.Close()
	release, err := n.lock(ctx, f)
	if err != nil {
		return err
	}
	return errors.Join(removeIfThere(f, holderFile), release())
}
