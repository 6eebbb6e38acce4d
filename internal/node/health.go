package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"cwb/internal/backup"
	"cwb/planner"
)

// observeHealth reports what is wrong with the place itself: who may read it, what is left.
func (n *Node) observeHealth(f Folder, state *planner.NodeState) {
	problem := func(format string, args ...any) {
		state.Problems = append(state.Problems, fmt.Sprintf(format, args...))
	}
	if info, err := f.Lstat("."); err == nil {
		if loose := info.Mode().Perm() &^ 0o700; loose != 0 {
			problem("%s has mode %04o, so others can read what is backed up there: chmod 700 %s",
				n.cfg.SnapshotPath, info.Mode().Perm(), n.cfg.SnapshotPath)
		}
		if owner, known := ownerOf(info); known && owner != os.Geteuid() {
			problem("%s belongs to user %d, and cwb runs as %d: chown it, or run cwb as its owner", n.cfg.SnapshotPath, owner, os.Geteuid())
		}
	}
	free, err := n.disk.Free(n.cfg.SnapshotPath)
	if err != nil {
		problem("free space is not known: %v", err)
		return
	}
	state.FreeBytes = free
	if free < n.cfg.MinFree {
		problem("%s has %d bytes left, less than min_free (%d): free some room, or no more backups are taken", n.cfg.SnapshotPath, free, n.cfg.MinFree)
	}
}

func ownerOf(info fs.FileInfo) (uid int, known bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

// observePrivate reads what cwb keeps beside the backups: the successor and the lock.
func (n *Node) observePrivate(f Folder, state *planner.NodeState) error {
	successor, _, err := recall[backup.Succession](&n.memo, f, identityFile)
	var bad *unreadable
	switch {
	case err == nil:
		state.Successor = &successor
	case errors.As(err, &bad):
		state.Unreadable = append(state.Unreadable, planner.Unreadable{Path: bad.path, Error: bad.err.Error()})
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if open, _ := n.mine(""); open {
		return nil // our own lock is nobody else's business
	}
	locked, err := f.Locked(lockFile)
	if err != nil {
		return fmt.Errorf("look at the lock: %w", err)
	}
	if locked {
		state.Lock = readHolder(f)
	}
	return nil
}
