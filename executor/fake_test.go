package executor_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

var (
	ellis     = backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"}
	homer     = backup.NodeAddr{Kind: backup.Cassandra, Name: "homer"}
	homestead = backup.NodeAddr{Kind: backup.Cassandra, Name: "homestead"}
)

// call names a method of a fake node, as hooks know it.
type call string

const (
	onObserve call = "observe"
	onOpen    call = "open"
	onMark    call = "mark"
	onNote    call = "note"
	onBegin   call = "begin"
	onCapture call = "capture"
	onFinish  call = "finish"
	onAbandon call = "abandon"
	onRun     call = "run"
	onClose   call = "close"
)

// diary is what all fake nodes of a test were called for, in order: "begin mysql.ellis".
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) add(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

// index is where a line stands first; -1 when it does not.
func (d *diary) index(line string) int { return slices.Index(d.all(), line) }

// fakeNode keeps backups as the planner knows them, and nothing else. A hook may do anything
// in a method before the method does its work.
type fakeNode struct {
	addr  backup.NodeAddr
	diary *diary
	hooks map[call]func(context.Context) error

	mu       sync.Mutex
	backups  []planner.Backup
	restores []backup.Restore
	locked   bool
	marks    map[planner.PlanID]bool
	notes    []executor.Entry
}

var _ executor.Node = (*fakeNode)(nil)

func (n *fakeNode) do(ctx context.Context, c call) error {
	n.diary.add(string(c) + " " + n.addr.String())
	if hook := n.hooks[c]; hook != nil {
		return hook(ctx)
	}
	return ctx.Err()
}

func (n *fakeNode) identity() backup.Identity { return backup.Identity{Machine: n.addr.Name} }

func (n *fakeNode) Observe(ctx context.Context) (planner.NodeState, error) {
	if err := n.do(ctx, onObserve); err != nil {
		return planner.NodeState{}, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return planner.NodeState{
		Node: n.addr, Server: planner.Server{Identity: n.identity(), Product: "fake", Version: "1"},
		Backups: slices.Clone(n.backups), Restores: slices.Clone(n.restores),
	}, nil
}

func (n *fakeNode) Open(ctx context.Context, _ planner.Lock) (executor.Session, error) {
	if err := n.do(ctx, onOpen); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.locked {
		return nil, executor.ErrLocked
	}
	n.locked = true
	return &fakeSession{n: n}, nil
}

type fakeSession struct {
	n      *fakeNode
	closed bool
}

func (s *fakeSession) Mark(ctx context.Context, id planner.PlanID) error {
	if err := s.n.do(ctx, onMark); err != nil {
		return err
	}
	s.n.mu.Lock()
	defer s.n.mu.Unlock()
	if s.n.marks[id] {
		return executor.ErrUsed
	}
	s.n.marks[id] = true
	return nil
}

func (s *fakeSession) Note(ctx context.Context, e executor.Entry) error {
	if err := s.n.do(ctx, onNote); err != nil {
		return err
	}
	s.n.mu.Lock()
	defer s.n.mu.Unlock()
	s.n.notes = append(s.n.notes, e)
	return nil
}

func (s *fakeSession) Begin(ctx context.Context, o executor.Order) (executor.Take, error) {
	if err := s.n.do(ctx, onBegin); err != nil {
		return nil, err
	}
	return &fakeTake{s.n, o}, nil
}

func (s *fakeSession) Run(ctx context.Context, a planner.Action, p executor.Progress) error {
	if err := s.n.do(ctx, onRun); err != nil {
		return err
	}
	p(1, 2)
	if a, ok := a.(planner.Remove); ok {
		s.n.mu.Lock()
		defer s.n.mu.Unlock()
		s.n.backups = slices.DeleteFunc(s.n.backups, func(b planner.Backup) bool { return b.Set == a.Set })
	}
	return nil
}

func (s *fakeSession) Close() error {
	err := s.n.do(context.Background(), onClose)
	s.n.mu.Lock()
	defer s.n.mu.Unlock()
	if !s.closed {
		s.n.locked, s.closed = false, true
	}
	return err
}

type fakeTake struct {
	n *fakeNode
	o executor.Order
}

func (t *fakeTake) Capture(ctx context.Context) (time.Time, error) {
	return t.o.Began, t.n.do(ctx, onCapture)
}

func (t *fakeTake) Finish(ctx context.Context, p executor.Progress) (backup.Record, error) {
	if err := t.n.do(ctx, onFinish); err != nil {
		return backup.Record{}, err
	}
	p(1, 1)
	t.n.mu.Lock()
	defer t.n.mu.Unlock()
	t.n.backups = append(t.n.backups, t.n.backup(t.o.Set, t.o.Members))
	return backup.Record{Node: t.n.addr, Set: t.o.Set}, nil
}

func (t *fakeTake) Abandon(ctx context.Context) error { return t.n.do(ctx, onAbandon) }

func (n *fakeNode) backup(id backup.SetID, members []backup.NodeAddr) planner.Backup {
	return planner.Backup{
		Set: id, Block: "nightly", Purpose: backup.ForPolicy, Status: planner.Good, Members: members,
		Identity: n.identity(), Began: id.Time(), Captured: id.Time(), Finished: id.Time(), VerifiedAt: id.Time(),
		Totals: backup.Totals{Tables: 1, Rows: 10, Bytes: 100}, Record: "record-" + string(id),
	}
}

// stage is a deployment of fake nodes at midnight, when a take is due.
type stage struct {
	*testing.T
	policy *config.Policy
	nodes  map[backup.NodeAddr]*fakeNode
	diary  *diary
	now    time.Time
	opts   executor.Options
	heard  []executor.Event
}

func newStage(t *testing.T, addrs ...backup.NodeAddr) *stage {
	slices.SortFunc(addrs, func(a, b backup.NodeAddr) int { return strings.Compare(a.String(), b.String()) })
	s := &stage{T: t, nodes: map[backup.NodeAddr]*fakeNode{}, diary: &diary{}, now: time.Date(2026, 11, 20, 0, 1, 0, 0, time.UTC)}
	s.policy = &config.Policy{
		Deployment: "site1", Timezone: "UTC", Scheduler: config.NoScheduler,
		Retentions: []config.Retention{{Name: "last", KeepLast: 2, MinGood: 2, MaxRemove: 25, MaxShrink: 50, HoldUncopied: 14}},
		Backups: []config.Backup{{
			Name: "nightly", Nodes: addrs, Schedule: "0 0 * * *", Retention: "last", OnFailure: config.GoOn,
			PrepareTimeout: time.Minute, CaptureTimeout: time.Minute,
		}},
	}
	for _, addr := range addrs {
		s.policy.Nodes = append(s.policy.Nodes, config.Node{Addr: addr, SnapshotPath: "/" + addr.Name})
		s.nodes[addr] = &fakeNode{addr: addr, diary: s.diary, hooks: map[call]func(context.Context) error{}, marks: map[planner.PlanID]bool{}}
	}
	s.opts = executor.Options{
		Now: func() time.Time { return s.now }, Host: "admin", By: "ops@admin", Command: "apply",
		Events: s, Grace: 50 * time.Millisecond, ObserveTimeout: time.Minute,
	}
	return s
}

// Emit makes the stage an executor.Events.
func (s *stage) Emit(e executor.Event) { s.heard = append(s.heard, e) }

func (s *stage) world() executor.World {
	w := executor.World{Nodes: map[backup.NodeAddr]executor.Node{}}
	for addr, n := range s.nodes {
		w.Nodes[addr] = n
	}
	return w
}

// had gives every node good backups of earlier nights, oldest first.
func (s *stage) had(nights int) {
	for i := range nights {
		id := backup.NewSetID(s.now.AddDate(0, 0, i-nights))
		for _, n := range s.nodes {
			n.backups = append(n.backups, n.backup(id, s.policy.Backups[0].Nodes))
		}
	}
}

func (s *stage) plan() *planner.Plan {
	s.Helper()
	state, err := executor.Observe(context.Background(), s.policy, s.world(), s.opts)
	if err != nil {
		s.Fatal(err)
	}
	plan, err := planner.Diff(s.policy, state, s.now, planner.Request{Verb: planner.VerbReconcile})
	if err != nil {
		s.Fatal(err)
	}
	return plan
}

func (s *stage) apply(plan *planner.Plan) (executor.Result, error) {
	return executor.Apply(context.Background(), plan, s.policy, s.world(), s.opts)
}

// outcomes says what became of each step: "take-nightly done".
func outcomes(r executor.Result) []string {
	var all []string
	for _, s := range r.Steps {
		all = append(all, string(s.Step.ID)+" "+string(s.Outcome))
	}
	return all
}

func failing(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

var errBroken = errors.New("broken")
