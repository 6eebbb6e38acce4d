package memengine

import (
	"path"

	"cwb/executor"
)

var _ executor.FileOwner = (*Engine)(nil)

// OwnFile implements executor.FileOwner.
func (e *Engine) OwnFile(name string) bool {
	rows, err := path.Match(Database+"/*/[0-9][0-9][0-9][0-9][0-9][0-9].rows", name)
	return name == "schema.txt" || rows && err == nil
}
