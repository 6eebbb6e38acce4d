package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"sort"
	"time"

	"cwb/internal/backup"
	"cwb/planner"
)

// Observe reads the place and asks the server. It takes no lock and changes nothing.
func (n *Node) Observe(ctx context.Context) (planner.NodeState, error) {
	state := planner.NodeState{
		Node: n.cfg.Addr, Backups: []planner.Backup{}, Foreign: []backup.Foreign{}, Unreadable: []planner.Unreadable{},
	}
	server, err := n.inspect(ctx)
	if ctx.Err() != nil {
		return state, canceled(ctx)
	}
	state.Server = server
	if err != nil {
		state.Server.Down = err.Error()
	}
	tags, err := n.observePlace(ctx, &state)
	if ctx.Err() != nil {
		return state, canceled(ctx)
	}
	if err != nil {
		state.Error = err.Error()
		return state, nil
	}
	n.observeForeign(ctx, &state, tags)
	if ctx.Err() != nil {
		return state, canceled(ctx)
	}
	return state, nil
}

// inspectTimeout is how long a server may take to say who it is, unless Options say otherwise.
const inspectTimeout = time.Minute

// inspect asks the server, but not for ever: one that hangs must not hide the backups on its
// disk from whoever needs them.
func (n *Node) inspect(ctx context.Context) (planner.Server, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, n.patience, fmt.Errorf("it did not answer within %s", n.patience))
	defer cancel()
	server, err := n.engine.Inspect(ctx)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return server, err
}

// observePlace reads the snapshot_path and returns the snapshot tags that are ours.
func (n *Node) observePlace(ctx context.Context, state *planner.NodeState) (map[string]bool, error) {
	tags := map[string]bool{}
	f, err := n.folder()
	if errors.Is(err, fs.ErrNotExist) {
		n.observeEmpty(state)
		return tags, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	n.observeHealth(f, state)
	entries, err := f.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("read snapshot_path %s: %w", n.cfg.SnapshotPath, err)
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, canceled(ctx)
		}
		if err := n.observeEntry(ctx, f, e, state, tags); err != nil {
			return nil, err
		}
	}
	if err := n.observeRestores(f, state); err != nil {
		return nil, err
	}
	return tags, n.observePrivate(f, state)
}

// observeEmpty says what a first take would find.
func (n *Node) observeEmpty(state *planner.NodeState) {
	parent := filepath.Dir(n.cfg.SnapshotPath)
	free, err := n.disk.Free(parent)
	if err != nil {
		state.Problems = append(state.Problems, fmt.Sprintf("%s does not exist, nor can its parent be read (%v): create %s, or mount it", n.cfg.SnapshotPath, err, parent))
		return
	}
	state.FreeBytes = free
}

// observeEntry judges one name in the snapshot_path. What is not ours is named as a problem
// and otherwise left out.
func (n *Node) observeEntry(ctx context.Context, f Folder, e fs.DirEntry, state *planner.NodeState, tags map[string]bool) error {
	if e.Name() == private {
		return nil
	}
	id, err := backup.ParseSetID(e.Name())
	if err != nil || !e.IsDir() {
		state.Problems = append(state.Problems, fmt.Sprintf("%q in %s was not made by cwb: it is left alone", e.Name(), n.cfg.SnapshotPath))
		return nil
	}
	b, tag, err := n.observeBackup(ctx, f, id)
	if tag != "" {
		tags[tag] = true
	}
	var foreign *notOurs
	var bad *unreadable
	switch {
	case err == nil:
		state.Backups = append(state.Backups, b)
	case errors.As(err, &foreign):
		state.Problems = append(state.Problems, foreign.Error())
	case errors.As(err, &bad):
		state.Unreadable = append(state.Unreadable, planner.Unreadable{Path: bad.path, Error: bad.err.Error()})
	case errors.Is(err, errGone):
		// removed by another run while we were looking
	default:
		return fmt.Errorf("read backup %s: %w", id, err)
	}
	return nil
}

var errGone = errors.New("the backup went away while it was looked at")

// observeBackup judges one backup of ours: its tag is returned even when its records cannot
// all be read, so that its snapshot never looks foreign.
func (n *Node) observeBackup(ctx context.Context, f Folder, id backup.SetID) (planner.Backup, string, error) {
	s, err := n.readBrief(f, id)
	if err != nil {
		return planner.Backup{}, s.begun.Tag, n.orGone(f, id, err)
	}
	if !s.hasRecord {
		return n.observeUnfinished(f, s)
	}
	b := s.state()
	if b.Status, b.Why, err = n.judge(ctx, f, s); err != nil {
		err = n.orGone(f, id, err)
	}
	return b, s.begun.Tag, err
}

// orGone tells a record that is wrong from one that a removal took away just now.
func (n *Node) orGone(f Folder, id backup.SetID, err error) error {
	if there, statErr := exists(f, string(id)); statErr == nil && !there {
		return errGone
	}
	return err
}

// judge gives the status of a backup that has a record.
func (n *Node) judge(ctx context.Context, f Folder, s survey) (planner.Status, string, error) {
	outline, err := n.outline(f, s)
	if errors.Is(err, fs.ErrNotExist) {
		return planner.Partial, manifestFile + " is missing", nil
	}
	if err != nil {
		return "", "", err
	}
	shelves := n.shelves(f, s.begun)
	defer shelves.Close()
	problems, err := shelves.absent(ctx, outline)
	if ctx.Err() != nil {
		return "", "", canceled(ctx)
	}
	if err != nil { // of this backup alone: the node's other backups, and its next ones, go on
		return "", "", &unreadable{path.Join(string(s.id), manifestFile), fmt.Errorf("what it lists cannot be looked at: %w", err)}
	}
	if len(problems) > 0 {
		return planner.Partial, summary(problems), nil
	}
	if damage := s.damage(); damage != nil {
		return planner.Damaged, fmt.Sprintf("found by verify on %s: %s", damage.At.UTC().Format("2006-01-02 15:04"), summary(damage.Problems)), nil
	}
	return planner.Good, "", nil
}

// observeUnfinished judges a backup without a record. It is running while somebody works on
// this node. Whoever held the lock may have finished between our two looks, so it is looked
// at again after the lock was found free.
func (n *Node) observeUnfinished(f Folder, s survey) (planner.Backup, string, error) {
	b := s.state()
	running, err := n.working(f, s.id)
	if err != nil {
		return b, s.begun.Tag, err
	}
	if running {
		b.Status, b.Why = planner.Running, "it is being made or removed"
		return b, s.begun.Tag, nil
	}
	again, err := exists(f, string(s.id)+"/"+recordFile)
	if err != nil {
		return b, s.begun.Tag, err
	}
	if again {
		b.Status, b.Why = planner.Running, "it was just finished"
		return b, s.begun.Tag, nil
	}
	b.Status, b.Why = planner.Debris, "a killed run left it: it has no "+recordFile
	return b, s.begun.Tag, nil
}

// working reports whether somebody may be working on a backup: this process's own session on
// exactly that one, or another process on any.
func (n *Node) working(f Folder, id backup.SetID) (bool, error) {
	if open, busy := n.mine(id); open {
		return busy, nil
	}
	return f.Locked(lockFile)
}

func summary(problems []string) string {
	if len(problems) == 0 {
		return "no reason was recorded"
	}
	if len(problems) == 1 {
		return problems[0]
	}
	return fmt.Sprintf("%s, and %d more", problems[0], len(problems)-1)
}

// observeForeign lists what others made, without what was adopted already.
func (n *Node) observeForeign(ctx context.Context, state *planner.NodeState, tags map[string]bool) {
	foreign, err := n.engine.Foreign(ctx, tags)
	if err != nil {
		state.Problems = append(state.Problems, fmt.Sprintf("foreign backups cannot be listed: %v", err))
	}
	adopted := map[string]bool{}
	for _, b := range state.Backups {
		if b.Origin == backup.Adopted {
			adopted[b.Foreign] = true
		}
	}
	for _, f := range foreign {
		if !adopted[f.Name] {
			state.Foreign = append(state.Foreign, f)
		}
	}
	sort.SliceStable(state.Foreign, func(i, j int) bool { return state.Foreign[i].Name < state.Foreign[j].Name })
}
