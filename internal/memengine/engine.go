package memengine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

// Op names an operation that a test can get around.
type Op string

// The operations.
const (
	OpInspect Op = "inspect"
	OpForeign Op = "foreign"
	OpPrepare Op = "prepare"
	OpCapture Op = "capture"
	OpReadOut Op = "read_out"
	OpClose   Op = "close"
	OpDiscard Op = "discard"
	OpExamine Op = "examine"
)

// Around is put around every operation: it may not do it, do it and return an error all the
// same, wait for ctx, or panic.
type Around func(ctx context.Context, op Op, do func() error) error

// Lies are what an engine can be made to get wrong without an error.
type Lies struct {
	CutFile      bool // the last file it stores is shorter than it says
	LoseSnapshot bool // capture leaves nothing, as nodetool may while it exits with 0
}

// Config joins an engine to a server.
type Config struct {
	Node    backup.NodeAddr // its kind decides how rows are stored
	Server  *Server
	DataDir string  // the Cassandra way: where snapshots lie
	Outside Outside // nil: this machine's file system
	Around  Around  // nil: every operation is just done
	Lies    Lies
}

// Engine is one node's engine.
type Engine struct{ Config }

var (
	_ executor.Engine   = (*Engine)(nil)
	_ executor.Exporter = (*Engine)(nil)
)

// New makes an engine.
func New(c Config) *Engine {
	if c.Outside == nil {
		c.Outside = Machine{}
	}
	if c.Around == nil {
		c.Around = func(_ context.Context, _ Op, do func() error) error { return do() }
	}
	return &Engine{c}
}

// do runs an operation, unless its context has ended.
func (e *Engine) do(ctx context.Context, op Op, f func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return e.Around(ctx, op, f)
}

// Inspect implements executor.Engine.
func (e *Engine) Inspect(ctx context.Context) (planner.Server, error) {
	var found planner.Server
	err := e.do(ctx, OpInspect, func() error {
		e.Server.mu.Lock()
		defer e.Server.mu.Unlock()
		found = planner.Server{
			Identity: e.Server.identity, Product: e.product(), Version: "1.0", Down: e.Server.down, Consistency: "snapshot",
		}
		return nil
	})
	return found, err
}

func (e *Engine) product() string { return "Mem" + string(e.Node.Kind) }

// Foreign implements executor.Engine.
func (e *Engine) Foreign(ctx context.Context, ours map[string]bool) ([]backup.Foreign, error) {
	var found []backup.Foreign
	err := e.do(ctx, OpForeign, func() error {
		e.Server.mu.Lock()
		found = slices.Clone(e.Server.foreign)
		e.Server.mu.Unlock()
		tags, err := e.Tags()
		for _, tag := range tags {
			if !ours[tag] {
				found = append(found, backup.Foreign{Node: e.Node, Name: tag, Kind: backup.ForeignSnapshot, Path: e.DataDir, Restorable: true})
			}
		}
		return err
	})
	slices.SortFunc(found, func(a, b backup.Foreign) int { return strings.Compare(a.Name, b.Name) })
	return found, err
}

// Tags are the snapshots that lie outside, in order.
func (e *Engine) Tags() ([]string, error) {
	if e.Node.Kind != backup.Cassandra {
		return nil, nil
	}
	names, err := e.Outside.List(e.DataDir)
	var tags []string
	for _, name := range names {
		if tag, ok := tagOf(name); ok {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags), err
}

// snapshotFile is where a table's rows lie under a tag, as Cassandra does it.
func snapshotFile(table, tag string) string {
	return Database + "/" + table + "/snapshots/" + tag + "/rows.db"
}

func tagOf(name string) (string, bool) {
	parts := strings.Split(name, "/")
	if len(parts) != 5 || parts[2] != "snapshots" {
		return "", false
	}
	return parts[3], true
}

// Discard implements executor.Engine.
func (e *Engine) Discard(ctx context.Context, b backup.Begun) error {
	return e.do(ctx, OpDiscard, func() error {
		if b.Tag == "" {
			return nil
		}
		for _, root := range b.DataDirs {
			if err := e.discardIn(root, b); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *Engine) discardIn(root string, b backup.Begun) error {
	names, err := e.Outside.List(root)
	if err != nil {
		return err
	}
	for _, name := range names {
		keyspace, _, _ := strings.Cut(name, "/")
		if tag, ok := tagOf(name); !ok || tag != b.Tag || !slices.Contains(b.Keyspaces, keyspace) {
			continue
		}
		if err := e.Outside.RemoveFile(root, name); err != nil {
			return fmt.Errorf("discard %s: %w", b.Tag, err)
		}
	}
	return nil
}
