package cassandraengine

import "cwb/executor"

var _ executor.FileOwner = (*Engine)(nil)

// OwnFile implements executor.FileOwner.
func (e *Engine) OwnFile(name string) bool {
	return name == schemaCQL || name == schemaJSON || name == ringJSON
}
