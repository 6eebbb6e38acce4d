package cassandraengine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cwb/executor"
)

// Prepare proves that nodetool and CQL speak with the same node, that the ring has one schema,
// and that nothing of the take's tag is there yet; then it reads the schema.
func (e *Engine) Prepare(ctx context.Context, spec executor.TakeSpec) (executor.Prepared, error) {
	s, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	t := &take{engine: e, server: s, set: spec.Begun.Set, tag: spec.Begun.Set.Tag(spec.Begun.Node), earlier: spec.Earlier}
	if err := t.prepare(ctx, spec); err != nil {
		s.close()
		return nil, fmt.Errorf("prepare %s: %w", e.addr, err)
	}
	return t, nil
}

func (t *take) prepare(ctx context.Context, spec executor.TakeSpec) error {
	begun := spec.Begun
	if begun.Node != t.engine.addr {
		return fmt.Errorf("%w: the take is one of %s", executor.ErrRefused, begun.Node)
	}
	begun.Tag = t.tag
	if err := checkTag(begun); err != nil {
		return err
	}
	var err error
	if t.local, t.hosts, err = readRing(ctx, t.server); err != nil {
		return err
	}
	if was := begun.Identity; !was.IsZero() && was != t.local.identity() {
		return fmt.Errorf("%w: the server is now another one (%s) than when it was planned for (%s): plan again", executor.ErrRefused, t.local.identity(), was)
	}
	if err := t.awaitOneSchema(ctx); err != nil {
		return err
	}
	if t.before, err = t.engine.ready(ctx, t.server, t.local); err != nil {
		return err
	}
	if err := t.proveWiring(ctx, spec.Earlier); err != nil {
		return err
	}
	if err := t.engine.checkRoom(); err != nil {
		return err
	}
	return t.checkUnused()
}

// checkSameNode proves that nodetool reaches the node that answers CQL; a snapshot of another
// one would be none of ours.
func (e *Engine) checkSameNode(ctx context.Context, l local) error {
	if e.memory.isProven(l.hostID, e.options.Now()) {
		return nil
	}
	output, err := e.tool.run(ctx, "info")
	if err != nil {
		return err
	}
	id, err := parseHostID(output)
	if err != nil {
		return fmt.Errorf("%w: %w", executor.ErrRefused, err)
	}
	if id != l.hostID {
		return fmt.Errorf("%w %s, CQL at %s the host %s: correct nodetool's -h and -p, or address", errOtherHost, id, e.node.Address, l.hostID)
	}
	e.memory.prove(id, e.options.Now())
	return nil
}

// awaitOneSchema waits until all hosts that are up have one schema. A change takes a moment to
// go round. Only nodetool knows which hosts are up, so it is asked when a moment was not enough.
func (t *take) awaitOneSchema(ctx context.Context) error {
	wait := t.engine.options.AgreementWait
	for began := time.Now(); !oneSchema(t.hosts); {
		waited := time.Since(began)
		if waited > wait/10 {
			versions, err := t.engine.schemaVersions(ctx)
			if err != nil || len(versions.byVersion) == 1 {
				return err
			}
			if waited > wait {
				return fmt.Errorf("%w: after %s the hosts of the ring still have different schemas: %v: see nodetool describecluster; restarting the host that differs often helps", executor.ErrRefused, wait, versions.byVersion)
			}
		}
		if err := pause(ctx, min(time.Second, wait/10)); err != nil {
			return err
		}
		var err error
		if t.local, t.hosts, err = readRing(ctx, t.server); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (e *Engine) schemaVersions(ctx context.Context) (schemaVersions, error) {
	output, err := e.tool.run(ctx, "describecluster")
	if err != nil {
		return schemaVersions{}, err
	}
	return parseSchemaVersions(output)
}

var errTagUsed = errors.New("there is a snapshot of this tag already")

// checkUnused refuses a tag that anything has, in whatever keyspace of the policy.
func (t *take) checkUnused() error {
	folders, err := snapshotFolders(t.engine.node.DataDirs, t.engine.node.Keyspaces, t.tag)
	if err != nil {
		return err
	}
	if len(folders) > 0 {
		return fmt.Errorf("%w: %w (%s in %s): run cwb plan, which cleans up what an earlier run left", executor.ErrRefused, errTagUsed, folders[0].snapshotDir(t.tag), folders[0].root)
	}
	return nil
}
