package mysqlengine

import (
	"context"

	"cwb/internal/backup"
)

func (e *Engine) Foreign(ctx context.Context, ours map[string]bool) ([]backup.Foreign, error) {
	return nil, nil
}
