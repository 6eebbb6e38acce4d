package cassandraengine

import (
	"context"

	"cwb/internal/backup"
)

// Foreign lists the snapshots in the data directories that are not ours.
func (e *Engine) Foreign(ctx context.Context, ours map[string]bool) ([]backup.Foreign, error) {
	return nil, ctx.Err()
}
