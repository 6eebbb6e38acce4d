package mysqlengine

import (
	"context"
	"errors"
	"io"

	"cwb/executor"
	"cwb/internal/backup"
)

func (e *Engine) Foreign(ctx context.Context, ours map[string]bool) ([]backup.Foreign, error) {
	return nil, nil
}

func (e *Engine) Export(ctx context.Context, dir executor.Dir, m backup.Manifest, what executor.Selection, w io.Writer) error {
	return errors.New("export is not there yet")
}
