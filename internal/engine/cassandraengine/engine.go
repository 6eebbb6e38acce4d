package cassandraengine

import (
	"context"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
)

// Options are what an engine takes from outside; zero values stand for the defaults.
type Options struct {
	Now           func() time.Time // default time.Now
	Env           []string         // "NAME=value" of cwb's own environment; nodetool gets only what [nodetool] lists
	CQLTimeout    time.Duration    // of one statement and of connecting; default 20 s
	ToolTimeout   time.Duration    // of one call of nodetool; default 5 min
	AgreementWait time.Duration    // how long one schema on all hosts is waited for; default 30 s
	RehashAfter   time.Duration    // files hashed longer ago are read again; default 30 days
	Parallel      int              // files hashed at once; default 2
	SettleWait    time.Duration    // how long the folders of a snapshot that was cut short are watched; default 3 s
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.CQLTimeout = orDefault(o.CQLTimeout, 20*time.Second)
	o.ToolTimeout = orDefault(o.ToolTimeout, 5*time.Minute)
	o.AgreementWait = orDefault(o.AgreementWait, 30*time.Second)
	o.RehashAfter = orDefault(o.RehashAfter, 30*24*time.Hour)
	o.Parallel = orDefault(o.Parallel, 2)
	o.SettleWait = orDefault(o.SettleWait, 3*time.Second)
	return o
}

func orDefault[T int | time.Duration](value, fallback T) T {
	if value <= 0 {
		return fallback
	}
	return value
}

// Engine serves one Cassandra node of a policy. It holds no connection between calls and is
// safe for concurrent use.
type Engine struct {
	addr    backup.NodeAddr
	minFree int64
	legacy  []string
	node    config.Cassandra
	options Options
	tool    nodetool
	connect func(ctx context.Context) (server, error)
	memory  memory

	commands func(ctx context.Context) (commander, error) // of restores; nil: a connection of their own
}

var _ executor.Engine = (*Engine)(nil)

// New makes the engine of a node, whose Cassandra part must be set.
func New(node config.Node, options Options) *Engine {
	options = options.withDefaults()
	e := &Engine{
		addr:    node.Addr,
		minFree: node.MinFree,
		legacy:  node.LegacyPaths,
		node:    *node.Cassandra,
		options: options,
		tool:    nodetool{argv: node.Cassandra.Nodetool, env: options.Env, limit: options.ToolTimeout},
	}
	e.connect = func(ctx context.Context) (server, error) {
		return connectCQL(ctx, e.node, options.CQLTimeout)
	}
	return e
}
