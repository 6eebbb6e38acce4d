package node

import (
	"context"
	"errors"
	"fmt"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

// adoptedAs is where a record keeps the name that its backup was adopted under.
const adoptedAs = "adopted_as"

// adopt names the present server as the successor of the one whose backups lie here, or
// gives a foreign backup a record.
func (s *session) adopt(ctx context.Context, a planner.Adopt, p executor.Progress) error {
	var err error
	switch {
	case a.Identity != nil:
		err = s.adoptIdentity(ctx, *a.Identity)
	case a.Name != "":
		err = s.adoptForeign(ctx, a.Name, p)
	default:
		err = errors.New("neither a name nor an identity is given")
	}
	if err != nil {
		return fmt.Errorf("adopt on %s: %w", s.n.cfg.Addr, err)
	}
	return nil
}

// adoptIdentity writes the succession, if the server still is the one that was shown.
func (s *session) adoptIdentity(ctx context.Context, next backup.Succession) error {
	server, err := s.n.engine.Inspect(ctx)
	if err != nil {
		return err
	}
	if server.Identity != next.Identity {
		return fmt.Errorf("the server is %s now: %w", server.Identity, errChanged)
	}
	data, err := backup.Encode(next)
	if err != nil {
		return err
	}
	return putWhole(s.f, identityFile, data)
}
