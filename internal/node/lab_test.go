package node_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/memengine"
	"cwb/internal/node"
	"cwb/planner"
)

// lab is a deployment in a test: two servers, a place for each, a policy and a clock. What
// is in it outlives processes; a process is made anew for every run of the tool.
type lab struct {
	t       testing.TB
	policy  *config.Policy
	servers map[backup.NodeAddr]*memengine.Server
	disk    node.Disk
	outside memengine.Outside
	around  memengine.Around
	lies    memengine.Lies
	root    string
	reserve int64
	clock   *clock
	nodes   map[backup.NodeAddr]*node.Node // of the one process that this lab is; nil: a new one every time
}

var (
	ellis = backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"}
	homer = backup.NodeAddr{Kind: backup.Cassandra, Name: "homer"}
)

// labReserve is small, for speed.
const labReserve = 4 << 10

// firstNight is when every lab begins: midnight, when a slot is due.
var firstNight = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func (c *clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }

// newLab makes a lab whose places lie under root.
func newLab(t testing.TB, root string, disk node.Disk, outside memengine.Outside) *lab {
	l := &lab{
		t: t, root: root, reserve: labReserve, disk: disk, outside: outside, clock: &clock{now: firstNight.Add(time.Minute)},
		servers: map[backup.NodeAddr]*memengine.Server{
			ellis: memengine.NewServer(backup.Identity{Machine: "m1", DataDir: "/d"}),
			homer: memengine.NewServer(backup.Identity{Cluster: "c1", HostID: "h1"}),
		},
	}
	for _, s := range l.servers {
		s.Write("lines", map[string]string{"1": "one", "2": "two", "3": "three"})
		s.Write("users", map[string]string{"a": "alice"})
	}
	l.policy = &config.Policy{
		Deployment: "site1", Timezone: "UTC", Scheduler: config.NoScheduler,
		Nodes: []config.Node{l.node(homer), l.node(ellis)},
		Retentions: []config.Retention{{
			Name: "nightly", KeepLast: 4, MinGood: 2, MaxRemove: 25, MaxShrink: 50, HoldUncopied: 14,
		}},
		Backups: []config.Backup{{
			Name: "subscribers", Nodes: []backup.NodeAddr{homer, ellis}, Schedule: "0 0 * * *", Retention: "nightly",
			OnFailure: config.GoOn, PrepareTimeout: 5 * time.Second, CaptureTimeout: 5 * time.Second,
		}},
	}
	return l
}

func (l *lab) node(addr backup.NodeAddr) config.Node {
	n := config.Node{Addr: addr, SnapshotPath: filepath.Join(l.root, "backups-"+addr.Name)}
	if addr.Kind == backup.MySQL {
		n.MySQL = &config.MySQL{Socket: "/s", Databases: []string{memengine.Database}}
	} else {
		n.Cassandra = &config.Cassandra{Address: "a", DataDirs: []string{l.dataOf(addr)}, Keyspaces: []string{memengine.Database}}
	}
	return n
}

func (l *lab) dataDir() string { return l.dataOf(homer) }

func (l *lab) dataOf(addr backup.NodeAddr) string {
	if addr.Kind != backup.Cassandra {
		addr = homer // where nothing of it ever lies
	}
	return filepath.Join(l.root, "data-"+addr.Name)
}

func (l *lab) engine(addr backup.NodeAddr) *memengine.Engine {
	return memengine.New(memengine.Config{
		Node: addr, Server: l.servers[addr], DataDir: l.dataOf(addr), Outside: l.outside, Around: l.around, Lies: l.lies,
	})
}

// nodeOf is one node as a new process has it.
func (l *lab) nodeOf(addr backup.NodeAddr) *node.Node {
	if l.nodes[addr] != nil {
		return l.nodes[addr]
	}
	cfg, _ := l.policy.Node(addr)
	n := node.New(cfg, l.policy.Deployment, l.engine(addr), node.Options{Now: l.clock.Now, Disk: l.disk, Reserve: l.reserve})
	if l.nodes != nil {
		l.nodes[addr] = n
	}
	return n
}

// process is what a new run of the tool reaches the outside through.
func (l *lab) process() executor.World {
	w := executor.World{Nodes: map[backup.NodeAddr]executor.Node{}}
	for _, n := range l.policy.Nodes {
		w.Nodes[n.Addr] = l.nodeOf(n.Addr)
	}
	return w
}

func (l *lab) options() executor.Options {
	return executor.Options{Now: l.clock.Now, Host: "admin", Tool: "test", By: "ops@admin", Command: "apply", ObserveTimeout: 5 * time.Second}
}

// plan observes and plans in a process.
func (l *lab) plan(ctx context.Context, w executor.World) (*planner.Plan, error) {
	state, err := executor.Observe(ctx, l.policy, w, l.options())
	if err != nil {
		return nil, err
	}
	return planner.Diff(l.policy, state, l.clock.Now(), planner.Request{Verb: planner.VerbReconcile, By: "ops@admin"})
}

// run plans and applies once, as a new process. A second passes, as it does in life: two
// plans of one instant would be the same plan.
func (l *lab) run(ctx context.Context) (*planner.Plan, executor.Result, error) {
	w := l.process()
	l.clock.Add(time.Second)
	plan, err := l.plan(ctx, w)
	if err != nil {
		return nil, executor.Result{}, err
	}
	if len(plan.Steps) == 0 {
		return plan, executor.Result{}, nil
	}
	result, err := executor.Apply(ctx, plan, l.policy, w, l.options())
	return plan, result, err
}

// mustRun is run for nights on which nothing goes wrong.
func (l *lab) mustRun() *planner.Plan {
	l.t.Helper()
	plan, result, err := l.run(context.Background())
	if err != nil {
		l.t.Fatalf("%s: %v", l.clock.Now(), err)
	}
	for _, s := range result.Steps {
		if s.Outcome != executor.Done {
			l.t.Fatalf("%s: step %s %s: %v", l.clock.Now(), s.Step.ID, s.Outcome, s.Err)
		}
	}
	return plan
}

// nextNight moves the clock to a minute after the next midnight.
func (l *lab) nextNight() {
	l.clock.Set(l.clock.Now().Truncate(24 * time.Hour).Add(24*time.Hour + time.Minute))
}

// observe is what a node looks like to a new process.
func (l *lab) observe(addr backup.NodeAddr) planner.NodeState {
	l.t.Helper()
	state, err := l.nodeOf(addr).Observe(context.Background())
	if err != nil || state.Error != "" {
		l.t.Fatalf("observe %s: %v %s", addr, err, state.Error)
	}
	return state
}

// good are the ids of a node's good backups.
func (l *lab) good(addr backup.NodeAddr) []backup.SetID {
	var ids []backup.SetID
	for _, b := range l.observe(addr).Backups {
		if b.Status == planner.Good {
			ids = append(ids, b.Set)
		}
	}
	return ids
}
