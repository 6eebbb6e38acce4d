package node

import (
	"context"
	"errors"
	"fmt"
	"path"

	"cwb/executor"
	"cwb/internal/backup"
)

// adoptForeign gives a foreign backup a record: a directory of ours whose manifest names the
// files where they lie. Nothing is copied or moved. Its begun.json has no tag, so that only
// the removal of the finished record ever touches what it refers to.
func (s *session) adoptForeign(ctx context.Context, name string, p executor.Progress) error {
	adopter, ok := s.n.engine.(executor.Adopter)
	if !ok {
		return fmt.Errorf("%w: this version cannot prove backups of this kind complete", executor.ErrRefused)
	}
	found, err := adopter.Prove(ctx, name, p)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	id, err := s.freeID(backup.NewSetID(found.At))
	if err != nil {
		return err
	}
	begun := backup.Begun{
		Deployment: s.n.deployment, Node: s.n.cfg.Addr, Set: id, Purpose: backup.Manual,
		Members: []backup.NodeAddr{s.n.cfg.Addr}, Identity: found.Content.Identity, Began: found.At.UTC(),
	}
	s.n.setBusy(id, true)
	defer s.n.setBusy(id, false)
	if err := s.enter(ctx, begun, found, name); err != nil {
		return errors.Join(err, s.erase(context.WithoutCancel(ctx), begun))
	}
	return nil
}

// freeID is the set's id, or the next second that no directory has.
func (s *session) freeID(id backup.SetID) (backup.SetID, error) {
	for {
		there, err := exists(s.f, string(id))
		if err != nil || !there {
			return id, err
		}
		id = id.Next()
	}
}

// enter writes the records of an adopted backup.
func (s *session) enter(ctx context.Context, begun backup.Begun, found executor.Examined, name string) error {
	c := found.Content
	if err := s.mayRefer(ctx, begun, found); err != nil {
		return err
	}
	if err := s.appear(begun); err != nil {
		return err
	}
	manifest := backup.Manifest{Node: begun.Node, Set: begun.Set, Tables: c.Tables, Folders: found.Folders}
	raw, err := putManifest(s.f, manifest, c.Files)
	if err != nil {
		return err
	}
	record, err := backup.Encode(backup.Record{
		Deployment: begun.Deployment, Node: begun.Node, Set: begun.Set, Purpose: begun.Purpose, Origin: backup.Adopted,
		Members: begun.Members, Identity: begun.Identity, Server: c.Server, Began: begun.Began, Captured: begun.Began,
		Finished: s.n.now().UTC(), Consistency: c.Consistency, Position: map[string]string{adoptedAs: name},
		Totals: c.Totals, Manifest: raw,
	})
	if err != nil {
		return err
	}
	return putWhole(s.f, path.Join(string(begun.Set), recordFile), record)
}

// mayRefer refuses a backup whose files are not where files of this node may lie.
func (s *session) mayRefer(ctx context.Context, begun backup.Begun, found executor.Examined) error {
	outline := backup.OutlineOf(found.Content.Files)
	for _, shelf := range outline {
		if shelf.Root == "" {
			return fmt.Errorf("%w: %q has no place", executor.ErrRefused, shelf.Dir)
		}
	}
	shelves := s.n.shelves(s.f, begun)
	defer shelves.Close()
	for _, folder := range found.Folders {
		if _, _, err := shelves.folder(folder); err != nil {
			return fmt.Errorf("%w: %w", executor.ErrRefused, err)
		}
	}
	problems, err := shelves.absent(ctx, outline)
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("%w: %s", executor.ErrRefused, summary(problems))
	}
	return err
}
