package mysqlengine

import (
	"fmt"
	"syscall"

	"cwb/executor"
)

// checkRoom refuses a take for which there is less room than the newest backup needed. What
// a directory that does not exist yet has, is not known here.
func (e *Engine) checkRoom(earlier []executor.Earlier) error {
	var fs syscall.Statfs_t
	if e.node.SnapshotPath == "" || syscall.Statfs(e.node.SnapshotPath, &fs) != nil {
		return nil
	}
	free := int64(fs.Bavail) * int64(fs.Bsize)
	var need int64
	if len(earlier) > 0 {
		need = earlier[0].Record.Totals.Stored
	}
	if free-need >= e.node.MinFree {
		return nil
	}
	return fmt.Errorf("%w: %q has %d bytes free; the last backup took %d, and min_free keeps %d: make room, or lower min_free",
		executor.ErrRefused, e.node.SnapshotPath, free, need, e.node.MinFree)
}
