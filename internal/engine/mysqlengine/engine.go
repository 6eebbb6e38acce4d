package mysqlengine

import (
	"context"
	"database/sql/driver"
	"fmt"
	"runtime"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
)

// Options are what an engine takes from outside besides its node. Zero values mean the
// defaults.
type Options struct {
	Now           func() time.Time // the node's clock; default time.Now
	MachineID     string           // file with this machine's id; default /etc/machine-id
	ChunkBytes    int64            // of a chunk before compression; default 32 MiB
	DialTimeout   time.Duration    // default 10 s
	Stall         time.Duration    // how long the server may send nothing while it is read; default 2 min
	DriverRows    bool             // read rows through the driver even where the wire could be read: the oracle in tests
	PerConnection int64            // bytes that make another connection worth its while; default 16 MiB
	TooBusy       int64            // threads that run on the server beside the take's before it eases off, at least; default 25
	HeldFor       time.Duration    // how long the session that holds LOCK TABLES may be silent before the server gives its locks back; whole seconds, default 2 min
	LoadEvery     time.Duration    // how often a take looks at that; default 1 s
	Connections   int              // that read side by side, where they can be proven to be of one point; default: one a CPU, at most 4

	sleep  func(ctx context.Context, d time.Duration) error // tests do not wait
	looked func(busy bool)                                  // tests learn that a take looked how busy the server is
	wrap   func(driver.Conn) driver.Conn                    // of a restore's connections: tests cut them
}

// Engine serves one MySQL or MariaDB node. It keeps no connection and no state between
// calls, so that Inspect and Foreign may run beside each other.
type Engine struct {
	node config.Node
	opts Options
}

var (
	_ executor.Engine   = (*Engine)(nil)
	_ executor.Exporter = (*Engine)(nil)
)

// New makes the engine of a node whose MySQL part is set.
func New(node config.Node, opts Options) *Engine {
	if node.MySQL == nil {
		panic("mysqlengine: " + node.Addr.String() + " is no MySQL node") // the caller chose the wrong room
	}
	return &Engine{node: node, opts: opts.withDefaults()}
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MachineID == "" {
		o.MachineID = "/etc/machine-id"
	}
	if o.ChunkBytes <= 0 {
		o.ChunkBytes = 32 << 20
	}
	if o.DialTimeout <= 0 {
		o.DialTimeout = 10 * time.Second
	}
	if o.sleep == nil {
		o.sleep = sleep
	}
	if o.Stall <= 0 {
		o.Stall = 2 * time.Minute
	}
	if o.HeldFor <= 0 {
		o.HeldFor = 2 * time.Minute
	}
	if o.TooBusy <= 0 {
		o.TooBusy = tooBusy
	}
	if o.LoadEvery <= 0 {
		o.LoadEvery = time.Second
	}
	if o.PerConnection <= 0 {
		o.PerConnection = 16 << 20
	}
	if o.Connections <= 0 {
		o.Connections = min(4, runtime.NumCPU())
	}
	return o
}

// Discard does nothing: a MySQL backup has nothing outside its own directory.
func (e *Engine) Discard(context.Context, backup.Begun) error { return nil }

// where names the server for messages: its socket or address.
func (e *Engine) where() string {
	if e.node.MySQL.Socket != "" {
		return fmt.Sprintf("socket %q", e.node.MySQL.Socket)
	}
	return fmt.Sprintf("address %q", e.node.MySQL.Address)
}
