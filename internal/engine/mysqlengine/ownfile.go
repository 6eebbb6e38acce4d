package mysqlengine

import (
	"regexp"

	"cwb/executor"
)

var _ executor.FileOwner = (*Engine)(nil)

// rowsFile is what names of files with rows look like, whatever the table's prefix is.
var rowsFile = regexp.MustCompile(`^data/[^/]+-[0-9]{6,}\.tsv\.zst$`)

// OwnFile implements executor.FileOwner.
func (e *Engine) OwnFile(name string) bool { return name == schemaFile || rowsFile.MatchString(name) }
