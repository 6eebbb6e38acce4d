package node

import (
	"context"
	"errors"
	"fmt"

	"cwb/executor"
	"cwb/internal/backup"
)

// source is a backup that a restore reads, opened.
type source struct {
	executor.RestoreSource
	folder Folder
}

// close can be called on nil, and twice.
func (s *source) close() {
	if s != nil && s.folder != nil {
		s.folder.Close()
		s.folder = nil
	}
}

// source finds the backup that a restore reads, on this node or on another one of this
// machine. One of ours must be whole, by its records and the sizes of its files, and the one
// that was planned; its bytes were read by the verify step before.
func (n *Node) source(ctx context.Context, r backup.Restoring) (*source, error) {
	holder, err := n.peer(r.From)
	if err != nil {
		return nil, err
	}
	f, err := holder.folder()
	if err != nil {
		return nil, err
	}
	src := &source{folder: f}
	if r.Foreign != "" {
		src.Foreign, err = holder.findForeign(ctx, f, r.Foreign)
	} else {
		src.RestoreSource, err = holder.ownSource(ctx, f, r)
	}
	if err != nil {
		src.close()
		return nil, err
	}
	return src, nil
}

// peer is the node of an address, as far as it is on this machine.
func (n *Node) peer(addr backup.NodeAddr) (*Node, error) {
	if addr == n.cfg.Addr || n.ours(n.deployment, addr) {
		return n, nil
	}
	if n.peers != nil {
		if other := n.peers(addr); other != nil {
			return other, nil
		}
	}
	return nil, fmt.Errorf("the backups of %s cannot be read from where %s is", addr, n.cfg.Addr)
}

func (n *Node) ownSource(ctx context.Context, f Folder, r backup.Restoring) (executor.RestoreSource, error) {
	found, err := n.readSurvey(f, r.Set)
	if err != nil {
		return executor.RestoreSource{}, fmt.Errorf("read %s of %s: %w", r.Set, n.cfg.Addr, err)
	}
	if !found.hasRecord || !found.hasManifest {
		return executor.RestoreSource{}, fmt.Errorf("%s of %s has no %s or no %s", r.Set, n.cfg.Addr, recordFile, manifestFile)
	}
	if r.Record != "" && found.recordRaw.SHA256 != r.Record {
		return executor.RestoreSource{}, fmt.Errorf("%s of %s: %w", r.Set, n.cfg.Addr, errChanged)
	}
	shelves := n.shelves(f, found.begun)
	defer shelves.Close()
	problems, err := shelves.absent(ctx, found.outline)
	if err == nil && found.damage() != nil {
		problems = append(problems, found.damage().Problems...)
	}
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("%s of %s: %w: %s", r.Set, n.cfg.Addr, executor.ErrDamaged, summary(problems))
	}
	if err != nil {
		return executor.RestoreSource{}, err
	}
	manifest, err := found.manifest(f)
	return executor.RestoreSource{
		Record: &found.record, Begun: &found.begun, Manifest: &manifest, Dir: newStoreDir(f, string(r.Set)),
	}, err
}

// findForeign lists foreign backups again: what lies there now is what counts.
func (n *Node) findForeign(ctx context.Context, f Folder, name string) (*backup.Foreign, error) {
	tags, err := n.ownTags(f)
	if err != nil {
		return nil, err
	}
	all, err := n.engine.Foreign(ctx, tags)
	for i := range all {
		if all[i].Name == name {
			return &all[i], nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s has no foreign backup %q any more", n.cfg.Addr, name), err)
}

// ownTags are the snapshot tags of the backups of this node.
func (n *Node) ownTags(f Folder) (map[string]bool, error) {
	entries, err := f.ReadDir(".")
	if err != nil {
		return nil, err
	}
	tags := map[string]bool{}
	for _, e := range entries {
		id, err := backup.ParseSetID(e.Name())
		if err != nil {
			continue
		}
		found := survey{id: id}
		if n.readBegun(f, &found) == nil && found.begun.Tag != "" {
			tags[found.begun.Tag] = true
		}
	}
	return tags, nil
}
