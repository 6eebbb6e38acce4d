package cassandraengine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

// take is one backup while it is being made.
type take struct {
	engine   *Engine
	server   server
	tag      string
	previous []backup.Manifest
	local    local
	hosts    []peer
	before   schema // as it was before the capture
	captured time.Time
	closed   bool

	bytesRead int64 // by the last ReadOut, without what earlier manifests vouched for
}

// Footprint says what the snapshot will be called and where it will lie.
func (t *take) Footprint() executor.Footprint {
	return executor.Footprint{
		Tag:       t.tag,
		Keyspaces: slices.Clone(t.engine.node.Keyspaces),
		DataDirs:  slices.Clone(t.engine.node.DataDirs),
	}
}

// Capture takes one snapshot of all keyspaces. The moment is that before nodetool is started:
// whatever was acknowledged by then is in the snapshot.
func (t *take) Capture(ctx context.Context) (time.Time, error) {
	if err := t.checkUnused(); err != nil {
		return time.Time{}, err
	}
	moment := t.engine.options.Now().UTC()
	if err := t.snapshot(ctx); err != nil {
		t.engine.memory.unsettle(t.tag) // a nodetool that was killed leaves the server working
		return time.Time{}, fmt.Errorf("capture %s: %w", t.engine.addr, err)
	}
	t.captured = moment
	return moment, nil
}

func (t *take) snapshot(ctx context.Context) error {
	args := append([]string{"-t", t.tag, "--"}, t.engine.node.Keyspaces...)
	output, err := t.engine.tool.run(ctx, "snapshot", args...)
	if err != nil {
		return err
	}
	if err := parseSnapshot(output, t.tag); err != nil {
		return fmt.Errorf("%w: %w", executor.ErrRefused, err)
	}
	return nil
}

// Close ends the connection.
func (t *take) Close() error {
	if !t.closed {
		t.closed = true
		t.server.close()
	}
	return nil
}
