package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"sync"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
)

// Node is one node whose server and files are on this machine.
type Node struct {
	cfg        config.Node
	deployment string
	engine     executor.Engine
	now        func() time.Time
	disk       Disk
	peers      func(backup.NodeAddr) *Node
	memo       memo
	patience   time.Duration
	reserve    int64 // bytes

	mu   sync.Mutex
	open bool                  // a session of this very Node holds the lock
	busy map[backup.SetID]bool // takes of that session
}

var (
	_ executor.Node      = (*Node)(nil)
	_ executor.Historian = (*Node)(nil)
	_ executor.Checker   = (*Node)(nil)
	_ executor.Exporting = (*Node)(nil)
	_ executor.Unlocker  = (*Node)(nil)
	_ executor.Examiner  = (*Node)(nil)
)

// Options are what a Node takes from its surroundings.
type Options struct {
	Now  func() time.Time // the clock; required
	Disk Disk             // nil: this machine's
	// InspectTimeout is how long the server may take to say who it is; 0: a minute.
	InspectTimeout time.Duration
	// Peers finds the other nodes of this machine, whose backups can be restored here; nil:
	// there are none.
	Peers func(backup.NodeAddr) *Node
	// Reserve is how many bytes are kept back for the day when the disk is full; 0: 256 KiB.
	Reserve int64
}

// New joins an engine with the snapshot_path of cfg. It touches nothing yet.
func New(cfg config.Node, deployment string, engine executor.Engine, o Options) *Node {
	if o.Disk == nil {
		o.Disk = osDisk{}
	}
	if o.InspectTimeout == 0 {
		o.InspectTimeout = inspectTimeout
	}
	if o.Reserve == 0 {
		o.Reserve = reserveBytes
	}
	return &Node{
		cfg: cfg, deployment: deployment, engine: engine,
		now: o.Now, disk: o.Disk, peers: o.Peers, patience: o.InspectTimeout, busy: map[backup.SetID]bool{},
		reserve: o.Reserve,
	}
}

// The names under a snapshot_path that are not backups.
const (
	private      = ".cwb"
	lockFile     = private + "/lock"
	holderFile   = private + "/holder.json"
	journalFile  = private + "/journal.jsonl"
	journalOld   = private + "/journal.1.jsonl"
	appliedDir   = private + "/applied"
	identityFile = private + "/identity.json"
	tmpDir       = private + "/tmp" // what is being made or unmade; emptied when a session opens
)

// The records in a backup's directory.
const (
	begunFile    = "begun.json"
	manifestFile = "manifest.json"
	recordFile   = "backup.json"
	holdFile     = "hold.json"
	acceptedFile = "accepted.json"
)

// folder opens the snapshot_path for reading. The error wraps fs.ErrNotExist when nothing
// was ever taken here.
func (n *Node) folder() (Folder, error) {
	f, err := n.disk.Open(n.cfg.SnapshotPath)
	if err != nil {
		return nil, fmt.Errorf("open snapshot_path %s: %w", n.cfg.SnapshotPath, err)
	}
	return f, nil
}

// ensure makes the snapshot_path and what cwb keeps in it. The parent is never made: a
// missing one may be a file system that is not mounted.
func (n *Node) ensure() (Folder, error) {
	if err := n.disk.Make(n.cfg.SnapshotPath); err != nil {
		return nil, fmt.Errorf("create snapshot_path %s (its parent %s must exist): %w",
			n.cfg.SnapshotPath, filepath.Dir(n.cfg.SnapshotPath), err)
	}
	f, err := n.folder()
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{private, tmpDir, appliedDir} {
		if err := mkdir(f, dir); err != nil {
			return nil, errors.Join(fmt.Errorf("prepare %s: %w", n.cfg.SnapshotPath, err), f.Close())
		}
	}
	return f, nil
}

// mkdir makes one directory durably; an existing one is left as it is.
func mkdir(f Folder, name string) error {
	err := f.Mkdir(name)
	if errors.Is(err, fs.ErrExist) {
		return isDir(f, name)
	}
	if err != nil {
		return err
	}
	return f.SyncDir(path.Dir(name))
}

func isDir(f Reader, name string) error {
	info, err := f.Lstat(name)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no directory", name)
	}
	return err
}

// ours reports whether a record is of this deployment and node, under its present name or
// one it had in an earlier policy.
func (n *Node) ours(deployment string, node backup.NodeAddr) bool {
	if deployment != n.deployment || node.Kind != n.cfg.Addr.Kind {
		return false
	}
	if node.Name == n.cfg.Addr.Name {
		return true
	}
	for _, former := range n.cfg.Formerly {
		if node.Name == former {
			return true
		}
	}
	return false
}

// session state that Observe must know: what this process itself is working on is no debris
// while it works on it, and everything else is nobody's.
func (n *Node) mine(id backup.SetID) (open, busy bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.open, n.busy[id]
}

func (n *Node) setOpen(open bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open = open
}

func (n *Node) setBusy(id backup.SetID, busy bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if busy {
		n.busy[id] = true
	} else {
		delete(n.busy, id)
	}
}

func canceled(ctx context.Context) error { return context.Cause(ctx) }
