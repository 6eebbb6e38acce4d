package cassandraengine

import (
	"context"
	"fmt"

	"cwb/executor"
	"cwb/internal/backup"
)

// A restore stages hard links of the backup's SSTables inside the data directories, rehearses
// with them in a scratch keyspace, empties the live tables once for the whole ring, and lets
// every member import what is its own. Nothing that is served changes before the truncate.

var _ executor.Restorer = (*Engine)(nil)

// restoring is one phase of a restore under way.
type restoring struct {
	e        *Engine
	o        executor.RestoreOrder
	server   commander
	local    local
	hosts    []peer
	progress executor.Progress
}

// Restore implements executor.Restorer.
func (e *Engine) Restore(ctx context.Context, phase executor.RestorePhase, o executor.RestoreOrder, p executor.Progress) error {
	do, ok := map[executor.RestorePhase]func(*restoring, context.Context) error{
		executor.PhaseLoad: (*restoring).load, executor.PhaseTruncate: (*restoring).truncate, executor.PhaseImport: (*restoring).imports,
		executor.PhaseUndo: (*restoring).undo, executor.PhaseConfirm: (*restoring).confirm,
	}[phase]
	if !ok {
		return fmt.Errorf("%s: Cassandra has no phase %q of a restore", e.addr, phase)
	}
	r, err := e.restoring(ctx, o, p)
	if err == nil {
		defer r.server.close()
		err = do(r, ctx)
	}
	return err
}

// restoring connects, and proves that nodetool and CQL speak with the same node.
func (e *Engine) restoring(ctx context.Context, o executor.RestoreOrder, p executor.Progress) (*restoring, error) {
	if _, err := backup.ParseSetID(o.ID); err != nil { // it becomes a part of paths and names
		return nil, fmt.Errorf("%w: %w", executor.ErrRefused, err)
	}
	if p == nil {
		p = func(int64, int64) {}
	}
	s, err := e.command(ctx)
	if err != nil {
		return nil, err
	}
	r := &restoring{e: e, o: o, server: s, progress: p}
	if r.local, r.hosts, err = readRing(ctx, s); err == nil {
		err = e.checkSameNode(ctx, r.local)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return r, nil
}

// tokenFlags let all that is in a source come back where the host has the tokens that it is of,
// whether the host still owns it or not: a ring that has grown leaves each host rows of others
// until "nodetool cleanup", and an import refuses them unless told. Who the host is does not
// matter: a new one with the tokens of an old one stands for it.
func (r *restoring) tokenFlags(s source) []string {
	if sameTokens(s.tokens, r.local.tokens) {
		return []string{"--no-tokens"}
	}
	return nil
}
