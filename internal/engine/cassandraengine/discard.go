package cassandraengine

import (
	"context"
	"fmt"
	"path/filepath"

	"cwb/executor"
	"cwb/internal/backup"
)

// Discard removes the snapshot of a backup through the server, with exactly its tag and
// keyspaces, and proves that it is gone. While the server cannot be reached nothing is removed:
// the error wraps ErrUnreachable, and the next plan tries again.
func (e *Engine) Discard(ctx context.Context, b backup.Begun) error {
	if b.Tag == "" && len(b.Keyspaces) == 0 {
		return nil // it ended before it was known what it would leave
	}
	if err := e.checkDiscard(b); err != nil {
		return fmt.Errorf("discard %s of %s: %w", b.Set, e.addr, err)
	}
	left, err := e.settled(ctx, b)
	if err == nil && len(left) > 0 {
		err = e.clear(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("discard %s of %s: %w", b.Set, e.addr, err)
	}
	e.memory.settle(b.Tag)
	return nil
}

// settled lists the folders of the snapshot. When its capture was cut short, the server may
// still be making it, so they are watched until none has come for a while.
func (e *Engine) settled(ctx context.Context, b backup.Begun) ([]where, error) {
	left, err := snapshotFolders(b.DataDirs, b.Keyspaces, b.Tag)
	for err == nil && e.memory.isUnsettled(b.Tag) {
		if err := pause(ctx, e.options.SettleWait); err != nil {
			return nil, err
		}
		before := len(left)
		if left, err = snapshotFolders(b.DataDirs, b.Keyspaces, b.Tag); len(left) == before {
			break
		}
	}
	return left, err
}

// checkDiscard refuses whatever could reach further than that one snapshot: without keyspaces,
// clearsnapshot clears the tag everywhere; without a tag, everything.
func (e *Engine) checkDiscard(b backup.Begun) error {
	if b.Node != e.addr {
		return fmt.Errorf("%w: it is of %s", executor.ErrRefused, b.Node)
	}
	if err := checkTag(b); err != nil {
		return err
	}
	if len(b.Keyspaces) == 0 {
		return fmt.Errorf("%w: its record names no keyspaces", executor.ErrRefused)
	}
	for _, dir := range b.DataDirs {
		if !filepath.IsAbs(dir) || filepath.Clean(dir) != dir {
			return fmt.Errorf("%w: its record names the data directory %q", executor.ErrRefused, dir)
		}
	}
	return checkNames("keyspace", b.Keyspaces...)
}

// clear asks the server that the backup is of, and no other.
func (e *Engine) clear(ctx context.Context, b backup.Begun) error {
	if err := e.checkServerOf(ctx, b); err != nil {
		return err
	}
	output, err := e.tool.run(ctx, "clearsnapshot", append([]string{"-t", b.Tag, "--"}, b.Keyspaces...)...)
	if err != nil {
		return err
	}
	if err := parseCleared(output, b.Tag); err != nil {
		return err
	}
	left, err := snapshotFolders(b.DataDirs, b.Keyspaces, b.Tag)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return fmt.Errorf("nodetool clearsnapshot ended well, yet %q is still there", filepath.Join(left[0].root, left[0].snapshotDir(b.Tag)))
	}
	return nil
}

func (e *Engine) checkServerOf(ctx context.Context, b backup.Begun) error {
	s, err := e.connect(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	l, err := s.local(ctx)
	if err != nil {
		return err
	}
	if !b.Identity.IsZero() && b.Identity != l.identity() {
		return fmt.Errorf("%w: the server is %s, the backup is of %s", executor.ErrRefused, l.identity(), b.Identity)
	}
	return e.checkSameNode(ctx, l)
}
