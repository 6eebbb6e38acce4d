package cassandraengine

import (
	"cmp"
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
	set      backup.SetID
	tag      string
	earlier  []executor.Earlier
	local    local
	hosts    []peer
	before   schema    // as it was at the last reading, and at the capture
	began    time.Time // when nodetool was last started for it
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

// captures is how often a capture is made when the schema changes under it.
const captures = 3

// Capture takes one snapshot of all keyspaces. The moment is that when nodetool has ended:
// nothing written later is in the snapshot. Whatever was acknowledged before nodetool began
// is in it, and that moment is recorded too; a set's spread is therefore never understated.
// When the schema is another one after it,
// the snapshot could lack a table, or hold files that fit another definition; when hosts of the
// ring own other tokens, ring.json would say where rows were, not where they are. So it is
// cleared and taken again.
func (t *take) Capture(ctx context.Context) (time.Time, error) {
	if err := t.checkUnused(); err != nil {
		return time.Time{}, err
	}
	for n := 1; ; n++ {
		moment, changed, err := t.captureOnce(ctx)
		if err == nil && changed == "" {
			t.captured = moment
			return moment, nil
		}
		if err == nil && n == captures {
			err = fmt.Errorf("%w: the schema or the ring changed each of %d times while the snapshot was taken (last: %s): run cwb apply again when nobody alters them", executor.ErrRefused, n, changed)
		}
		if err == nil {
			err = t.engine.clear(ctx, t.begun())
		}
		if err != nil {
			return time.Time{}, fmt.Errorf("capture %s: %w", t.engine.addr, err)
		}
	}
}

// captureOnce tells what of the schema and the ring changed between the last reading and now;
// the new ones are what the next attempt has to find.
func (t *take) captureOnce(ctx context.Context) (moment time.Time, changed string, err error) {
	t.began = t.engine.options.Now().UTC()
	if err := t.snapshot(ctx); err != nil {
		t.engine.memory.unsettle(t.tag) // a nodetool that was killed leaves the server working
		return t.began, "", err
	}
	moment = t.engine.options.Now().UTC()
	if err := t.appeared(ctx); err != nil {
		return moment, "", err
	}
	after, err := readSchema(ctx, t.server, t.engine.node.Keyspaces)
	if err != nil {
		return moment, "", err
	}
	l, hosts, err := readRing(ctx, t.server)
	if err != nil {
		return moment, "", err
	}
	changed = cmp.Or(t.before.difference(after), ringDifference(t.hosts, hosts))
	t.before, t.local, t.hosts = after, l, hosts
	return moment, changed, nil
}

// begun is as much of the take's record as clearing its snapshot needs.
func (t *take) begun() backup.Begun {
	f := t.Footprint()
	return backup.Begun{Node: t.engine.addr, Set: t.set, Identity: t.local.identity(), Tag: f.Tag, Keyspaces: f.Keyspaces, DataDirs: f.DataDirs}
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
