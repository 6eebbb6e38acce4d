package node

import (
	"context"
	"fmt"
	"io"

	"cwb/executor"
	"cwb/internal/backup"
)

// Export writes a backup as text for the stock client. The error wraps
// executor.ErrNoExport when the product has none.
func (n *Node) Export(ctx context.Context, id backup.SetID, what executor.Selection, w io.Writer) error {
	exporter, ok := n.engine.(executor.Exporter)
	if !ok {
		return fmt.Errorf("export %s: %s: %w", id, n.cfg.Addr, executor.ErrNoExport)
	}
	f, err := n.folder()
	if err != nil {
		return err
	}
	defer f.Close()
	found, err := n.readSurvey(f, id)
	if err == nil && !found.hasManifest {
		err = fmt.Errorf("it has no %s or no %s", recordFile, manifestFile)
	}
	var manifest backup.Manifest
	if err == nil {
		manifest, err = found.manifest(f)
	}
	if err != nil {
		return fmt.Errorf("export %s of %s: %w", id, n.cfg.Addr, err)
	}
	return exporter.Export(ctx, newStoreDir(f, string(id)), manifest, what, w) // it says what it exports
}
