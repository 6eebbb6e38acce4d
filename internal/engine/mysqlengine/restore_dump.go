package mysqlengine

import (
	"context"
	"errors"
	"path"
	"path/filepath"

	"cwb/executor"
	"cwb/internal/backup"
)

// dumpFile is a dump that somebody else made.
type dumpFile struct {
	path  string
	bytes int64 // of SQL
	rows  map[[2]string]int64
}

// dumpPath is where a foreign dump lies: the file itself, or the one in an old script's
// directory.
func dumpPath(f *backup.Foreign) string {
	if f.Kind == backup.ForeignScript {
		return filepath.Join(f.Path, scriptDump)
	}
	return f.Path
}

// adoptedDump is where the dump lies that an adopted backup consists of; "" when it is none.
func adoptedDump(m *backup.Manifest) string {
	if len(m.Files) != 1 || m.Files[0].Root == "" || compressionOf(m.Files[0].Path) == "" {
		return ""
	}
	return filepath.Join(m.Files[0].Root, filepath.FromSlash(path.Clean(m.Files[0].Path)))
}

func (e *Engine) openDump(ctx context.Context, o executor.RestoreOrder, path string) (*content, error) {
	return nil, errors.New("dumps are not read yet")
}

func (l *loader) fillFromDump(ctx context.Context) error { return nil }
