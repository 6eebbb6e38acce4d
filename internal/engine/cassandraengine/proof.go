package cassandraengine

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cwb/executor"
)

// provenKey stands in the position of a backup's record, with the [Engine.wiring] that the
// backup was taken through: nodetool reached the host that CQL reached.
const provenKey = "nodetool_proven"

// wiring is a digest of how the node is reached, by CQL and by nodetool, and of where its files
// are looked for. Another wiring has to be proven anew.
func (e *Engine) wiring() string {
	text, _ := json.Marshal([]any{e.node.Address, e.node.Nodetool, e.node.DataDirs, e.tool.stamp()}) // such always marshals
	return fmt.Sprintf("%x", sha256.Sum256(text))
}

// stamp changes when the program does: a wrapper can be made to reach another host under the
// same name. It is empty where there is no program.
func (n nodetool) stamp() string {
	program, err := n.find()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(program); err == nil {
		program = real
	}
	info, err := os.Stat(program)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s %d %d", program, info.Size(), info.ModTime().UnixNano())
}

// provenBefore reports whether an earlier backup of the same host was taken through the same
// wiring. Then "nodetool info", which costs as much as the snapshot itself, is not asked:
// that the snapshot appears in the node's own folders is proof enough, see [take.appeared].
func (e *Engine) provenBefore(earlier []executor.Earlier, l local) bool {
	return slices.ContainsFunc(earlier, func(b executor.Earlier) bool {
		return b.Record.Identity == l.identity() && b.Record.Position[provenKey] == e.wiring()
	})
}

// proveWiring wants proof before anything is made that nodetool and CQL reach one host: from
// an earlier backup or, where there is none or no table whose folder could prove it, from
// nodetool itself.
func (t *take) proveWiring(ctx context.Context, earlier []executor.Earlier) error {
	if len(t.before.tables()) > 0 && t.engine.provenBefore(earlier, t.local) {
		return nil
	}
	return t.engine.checkSameNode(ctx, t.local)
}

// appeared looks whether the snapshot has come where there was none of its tag before, in
// folders that bear the ids of the server's tables. If so, nodetool has reached the server
// that owns them. If not, nodetool says whom it reached instead.
func (t *take) appeared(ctx context.Context) error {
	if len(t.before.tables()) == 0 {
		return nil // nothing can appear, and nodetool was asked before
	}
	folders, err := snapshotFolders(t.engine.node.DataDirs, t.engine.node.Keyspaces, t.tag)
	if err != nil {
		return err
	}
	if len(folders) > 0 {
		t.engine.memory.prove(t.local.hostID, t.engine.options.Now())
		return nil
	}
	t.engine.memory.doubt()
	err = t.engine.checkSameNode(ctx, t.local)
	if errors.Is(err, errOtherHost) {
		return fmt.Errorf("%w; it made the snapshot %q there: clear it with nodetool clearsnapshot -t %s -- %s on that host", err, t.tag, t.tag, strings.Join(t.engine.node.Keyspaces, " "))
	}
	return err // nil: it reached the right one, and what it left out is told by collect
}

// errOtherHost is of a nodetool that reaches another host than CQL does.
var errOtherHost = fmt.Errorf("%w: nodetool reaches the host", executor.ErrRefused)
