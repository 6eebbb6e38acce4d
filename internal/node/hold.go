package node

import (
	"context"
	"errors"
	"fmt"
	"path"

	"cwb/internal/backup"
)

// Hold keeps a backup whatever retention says. A second hold replaces the first.
func (s *session) Hold(ctx context.Context, id backup.SetID, h backup.Hold) error {
	found, err := s.look(id)
	if err == nil && !found.hasRecord {
		err = errors.New("it has no record, so it is no backup")
	}
	if err == nil {
		err = s.putHold(id, h)
	}
	if err != nil {
		return fmt.Errorf("hold %s on %s: %w", id, s.n.cfg.Addr, err)
	}
	return nil
}

func (s *session) putHold(id backup.SetID, h backup.Hold) error {
	data, err := backup.Encode(h)
	if err != nil {
		return err
	}
	return putWhole(s.f, path.Join(string(id), holdFile), data)
}

// Release ends a hold. A backup that is not held is no error.
func (s *session) Release(ctx context.Context, id backup.SetID) error {
	_, err := s.look(id)
	if err == nil {
		err = removeIfThere(s.f, path.Join(string(id), holdFile))
	}
	if err == nil {
		err = syncDir(s.f, string(id))
	}
	if err != nil {
		return fmt.Errorf("release %s on %s: %w", id, s.n.cfg.Addr, err)
	}
	return nil
}
