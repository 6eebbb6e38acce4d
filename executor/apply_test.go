package executor_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestApplyTakesThenRemoves(t *testing.T) {
	s := newStage(t, ellis, homer)
	s.had(2)
	r, err := s.apply(s.plan())
	if err != nil || r.Count(executor.Done) != 3 || len(r.Steps) != 3 {
		t.Fatalf("%v %v", outcomes(r), err)
	}
	for _, n := range s.nodes {
		if len(n.backups) != 2 || n.locked {
			t.Errorf("%s has %d backups, locked: %v", n.addr, len(n.backups), n.locked)
		}
	}
	if again := s.plan(); len(again.Steps) != 0 {
		t.Errorf("planning again at the same instant: %v", again.Steps)
	}
	if _, ok := s.heard[len(s.heard)-1].(executor.Summary); !ok {
		t.Errorf("the last event is %T", s.heard[len(s.heard)-1])
	}
}

// Nothing is captured before every node is ready, and locks are taken in order of address
// before anything else.
func TestApplyCapturesBehindABarrier(t *testing.T) {
	s := newStage(t, ellis, homer, homestead)
	slow := func(ctx context.Context) error { time.Sleep(20 * time.Millisecond); return nil }
	s.nodes[homestead].hooks[onBegin] = slow
	if _, err := s.apply(s.plan()); err != nil {
		t.Fatal(err)
	}
	lastBegin, firstCapture := 0, len(s.diary.all())
	for i, line := range s.diary.all() {
		if strings.HasPrefix(line, "begin") {
			lastBegin = i
		}
		if strings.HasPrefix(line, "capture") {
			firstCapture = min(firstCapture, i)
		}
	}
	if lastBegin > firstCapture {
		t.Errorf("captured before all were ready: %v", s.diary.all())
	}
	opens := slices.DeleteFunc(s.diary.all(), func(l string) bool { return !strings.HasPrefix(l, "open") })
	if want := []string{"open cassandra.homer", "open cassandra.homestead", "open mysql.ellis"}; !slices.Equal(opens, want) {
		t.Errorf("locks were taken as %v", opens)
	}
	if s.diary.index("open mysql.ellis") > s.diary.index("mark cassandra.homer") {
		t.Error("a marker was made before all locks were held")
	}
}

func TestApplyGivesLocksBackWhenOneIsHeld(t *testing.T) {
	s := newStage(t, ellis, homer)
	plan := s.plan()
	s.nodes[ellis].locked = true
	r, err := s.apply(plan)
	if !errors.Is(err, executor.ErrLocked) || executor.ExitCode(r, err) != executor.ExitLocked {
		t.Errorf("%v", err)
	}
	if s.nodes[homer].locked || s.diary.index("mark cassandra.homer") >= 0 {
		t.Error("the other lock was kept, or its node marked")
	}
}

func TestApplyWaitsForALock(t *testing.T) {
	s := newStage(t, ellis)
	plan := s.plan()
	var tries atomic.Int32
	s.opts.LockTimeout = time.Hour
	s.nodes[ellis].hooks[onOpen] = func(context.Context) error {
		if tries.Add(1) < 3 {
			return executor.ErrLocked
		}
		return nil
	}
	if _, err := s.apply(plan); err != nil {
		t.Error(err)
	}
}

func TestApplyOnlyOnce(t *testing.T) {
	s := newStage(t, ellis, homer)
	plan := s.plan()
	s.nodes[ellis].hooks[onFinish] = failing(errBroken)
	s.nodes[homer].hooks[onFinish] = failing(errBroken)
	if _, err := s.apply(plan); err != nil {
		t.Fatal(err)
	}
	r, err := s.apply(plan)
	if !errors.Is(err, executor.ErrUsed) || executor.ExitCode(r, err) != executor.ExitStale {
		t.Errorf("applied again: %v", err)
	}
	if s.nodes[ellis].locked || s.nodes[homer].locked {
		t.Error("a lock was kept")
	}
}

// Of two that apply one plan at once, one works.
func TestApplyTwiceAtOnce(t *testing.T) {
	for range 100 {
		s := newStage(t, ellis, homer)
		s.opts.Events = nil
		plan := s.plan()
		var won, lost atomic.Int32
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() {
				r, err := s.apply(plan)
				if code := executor.ExitCode(r, err); code == executor.ExitDone {
					won.Add(1)
				} else if code == executor.ExitLocked || code == executor.ExitStale {
					lost.Add(1)
				} else {
					t.Errorf("exit code %d: %v", code, err)
				}
			})
		}
		wait.Wait()
		if won.Load() != 1 || lost.Load() != 1 || len(s.nodes[ellis].backups) != 1 {
			t.Fatalf("%d won, %d lost, %d backups", won.Load(), lost.Load(), len(s.nodes[ellis].backups))
		}
	}
}

func TestApplyRefusesWhatNoLongerFits(t *testing.T) {
	cases := map[string]func(*stage){
		"another_backup": func(s *stage) {
			n := s.nodes[ellis]
			n.backups = append(n.backups, n.backup(backup.NewSetID(s.now), s.policy.Backups[0].Nodes))
		},
		"another_policy":   func(s *stage) { s.policy.Retentions[0].KeepLast = 7 },
		"another_host":     func(s *stage) { s.opts.Host = "other" },
		"expired":          func(s *stage) { s.now = s.now.Add(24 * time.Hour) },
		"other_deployment": func(s *stage) { s.policy.Deployment = "site2" },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, ellis)
			s.had(2)
			plan := s.plan()
			change(s)
			r, err := s.apply(plan)
			if !errors.Is(err, executor.ErrStale) || executor.ExitCode(r, err) != executor.ExitStale {
				t.Errorf("%v", err)
			}
			if s.diary.index("begin mysql.ellis") >= 0 || s.nodes[ellis].locked {
				t.Error("something was begun, or the lock kept")
			}
		})
	}
}

func TestCheckTellsTheDifference(t *testing.T) {
	s := newStage(t, ellis)
	s.had(2)
	plan := s.plan()
	s.nodes[ellis].backups[0].Held = &backup.Hold{Reason: "audit"}
	_, err := executor.Check(context.Background(), plan, s.policy, s.world(), s.opts)
	var stale *executor.StaleError
	if !errors.As(err, &stale) || len(stale.Differences) != 1 || !strings.HasPrefix(string(stale.Differences[0].Step), "remove-") {
		t.Errorf("%v", err)
	}
}

// A node that went away fails its own steps; the others are done.
func TestApplyWithoutANode(t *testing.T) {
	s := newStage(t, ellis, homer)
	s.had(2)
	plan := s.plan()
	gone := failing(executor.ErrUnreachable)
	s.nodes[homer].hooks[onOpen], s.nodes[homer].hooks[onObserve] = gone, gone
	r, err := s.apply(plan)
	if err != nil || executor.ExitCode(r, err) != executor.ExitPartly {
		t.Fatalf("%v %v", outcomes(r), err)
	}
	if len(s.nodes[ellis].backups) != 3 {
		t.Errorf("%d backups: the take went on, and nothing may have been removed", len(s.nodes[ellis].backups))
	}
	if r.Steps[0].Outcome != executor.Failed || !errors.Is(r.Steps[0].Err, executor.ErrUnreachable) {
		t.Errorf("%v", r.Steps[0])
	}
	for _, step := range r.Steps[1:] {
		if step.Outcome != executor.Skipped {
			t.Errorf("%s was %s although the take is incomplete", step.Step.ID, step.Outcome)
		}
	}
}

// What the take shows may hold back the removals that were planned behind it.
func TestApplyLooksAgainBeforeARemoval(t *testing.T) {
	s := newStage(t, ellis)
	s.had(2)
	plan := s.plan()
	s.nodes[ellis].hooks[onFinish] = func(context.Context) error {
		s.nodes[ellis].mu.Lock()
		defer s.nodes[ellis].mu.Unlock()
		s.nodes[ellis].backups[0].Held = &backup.Hold{Reason: "just now"}
		return nil
	}
	r, err := s.apply(plan)
	if err != nil || r.Count(executor.Held) != 1 || executor.ExitCode(r, err) != executor.ExitHeld {
		t.Errorf("%v %v", outcomes(r), err)
	}
	if len(s.nodes[ellis].backups) != 3 {
		t.Error("a held backup was removed")
	}
}

func TestTakeWithoutAMember(t *testing.T) {
	for _, c := range []call{onBegin, onCapture, onFinish} {
		for _, policy := range []config.OnFailure{config.GoOn, config.Abort} {
			t.Run(string(c)+"_"+string(policy), func(t *testing.T) {
				s := newStage(t, ellis, homer)
				s.policy.Backups[0].OnFailure = policy
				s.nodes[homer].hooks[c] = failing(errBroken)
				r, err := s.apply(s.plan())
				if err != nil || executor.ExitCode(r, err) != executor.ExitPartly || !errors.Is(r.Steps[0].Err, errBroken) {
					t.Fatalf("%v %v", outcomes(r), err)
				}
				want := 1
				if c == onBegin && policy == config.Abort {
					want = 0
				}
				if got := len(s.nodes[ellis].backups); got != want {
					t.Errorf("%d backups of the other member, not %d", got, want)
				}
				if len(s.nodes[homer].backups) != 0 || (c != onBegin && s.diary.index("abandon cassandra.homer") < 0) {
					t.Error("the failed member was not abandoned")
				}
				if want == 0 && (s.diary.index("capture mysql.ellis") >= 0 || s.diary.index("abandon mysql.ellis") < 0) {
					t.Errorf("on_failure is abort, and: %v", s.diary.all())
				}
			})
		}
	}
}

func TestTakeMovesOnWhenItsSecondIsInUse(t *testing.T) {
	s := newStage(t, ellis, homer)
	clashes := 2
	s.nodes[homer].hooks[onBegin] = func(context.Context) error {
		if clashes--; clashes >= 0 {
			return &executorExist{}
		}
		return nil
	}
	r, err := s.apply(s.plan())
	if err != nil || r.Count(executor.Done) != 1 {
		t.Fatalf("%v %v", outcomes(r), err)
	}
	want := backup.NewSetID(s.now.Add(2 * time.Second))
	if r.Steps[0].Set != want || s.nodes[ellis].backups[0].Set != want || s.nodes[homer].backups[0].Set != want {
		t.Errorf("the set is %s, not %s on all nodes", r.Steps[0].Set, want)
	}
}

type executorExist struct{}

func (*executorExist) Error() string        { return "there already" }
func (*executorExist) Is(target error) bool { return target.Error() == "file already exists" }

// The end of a context is an end even for what does not notice it.
func TestHungNodes(t *testing.T) {
	for _, c := range []call{onObserve, onOpen, onBegin, onCapture, onFinish} {
		t.Run(string(c), func(t *testing.T) {
			s := newStage(t, ellis, homer)
			s.opts.ObserveTimeout = 50 * time.Millisecond
			s.policy.Backups[0].PrepareTimeout, s.policy.Backups[0].CaptureTimeout = 50*time.Millisecond, 50*time.Millisecond
			plan := s.plan()
			let := make(chan struct{})
			defer close(let)
			s.nodes[homer].hooks[c] = func(context.Context) error { <-let; return nil }
			if c == onFinish { // has no limit of its own, but for the operator
				stop := make(chan struct{})
				s.opts.Stop = stop
				time.AfterFunc(50*time.Millisecond, func() { close(stop) })
			}
			r, err := s.apply(plan)
			code := executor.ExitCode(r, err)
			if c == onFinish && code != executor.ExitInterrupted || c != onFinish && code != executor.ExitPartly && code != executor.ExitDone {
				t.Errorf("exit code %d: %v %v", code, outcomes(r), err)
			}
			if s.nodes[ellis].locked {
				t.Error("the other node stayed locked")
			}
		})
	}
}

func TestPanicsAreErrors(t *testing.T) {
	for _, c := range []call{onObserve, onOpen, onMark, onNote, onBegin, onCapture, onFinish, onAbandon, onRun, onClose} {
		t.Run(string(c), func(t *testing.T) {
			s := newStage(t, ellis, homer)
			s.had(2)
			plan := s.plan()
			s.nodes[homer].hooks[c] = func(context.Context) error { panic("oh") }
			if c == onAbandon {
				s.nodes[homer].hooks[onCapture] = failing(errBroken)
			}
			r, err := s.apply(plan)
			code := executor.ExitCode(r, err)
			if code != executor.ExitInternal {
				t.Errorf("exit code %d: %v %v", code, outcomes(r), err)
			}
			if s.nodes[ellis].locked {
				t.Error("the other node stayed locked")
			}
		})
	}
}

func TestStopAtASafePoint(t *testing.T) {
	cases := map[call]struct{ backups, abandoned int }{
		onObserve: {0, 0}, onOpen: {0, 0}, onBegin: {0, 1}, onCapture: {0, 1}, onFinish: {0, 1},
	}
	for c, want := range cases {
		t.Run(string(c), func(t *testing.T) {
			s := newStage(t, ellis)
			plan := s.plan()
			stop := make(chan struct{})
			s.opts.Stop = stop
			s.nodes[ellis].hooks[c] = func(ctx context.Context) error {
				close(stop)
				<-ctx.Done() // the engine notices
				if c == onBegin {
					return nil // or is done just then
				}
				return context.Cause(ctx)
			}
			r, err := s.apply(plan)
			if code := executor.ExitCode(r, err); code != executor.ExitInterrupted {
				t.Errorf("exit code %d: %v %v", code, outcomes(r), err)
			}
			abandoned := 0
			if s.diary.index("abandon mysql.ellis") >= 0 {
				abandoned = 1
			}
			if n := s.nodes[ellis]; len(n.backups) != want.backups || abandoned != want.abandoned || n.locked {
				t.Errorf("%d backups, abandoned %d, locked %v", len(n.backups), abandoned, n.locked)
			}
		})
	}
}

// The second signal ends everything at once: nothing is tidied.
func TestCancelledContextEndsAtOnce(t *testing.T) {
	s := newStage(t, ellis)
	plan := s.plan()
	ctx, cancel := context.WithCancel(context.Background())
	s.nodes[ellis].hooks[onFinish] = func(ctx context.Context) error { cancel(); <-ctx.Done(); return ctx.Err() }
	r, err := executor.Apply(ctx, plan, s.policy, s.world(), s.opts)
	if code := executor.ExitCode(r, err); code != executor.ExitInterrupted || len(s.nodes[ellis].backups) != 0 {
		t.Errorf("exit code %d: %v %v", code, outcomes(r), err)
	}
}

// Nothing happens on a node that is not in its journal first.
func TestNothingWithoutAJournal(t *testing.T) {
	s := newStage(t, ellis, homer)
	plan := s.plan()
	s.nodes[homer].hooks[onNote] = failing(errBroken)
	r, err := s.apply(plan)
	if err != nil || executor.ExitCode(r, err) != executor.ExitPartly {
		t.Fatalf("%v %v", outcomes(r), err)
	}
	if s.diary.index("begin cassandra.homer") >= 0 || len(s.nodes[ellis].backups) != 1 {
		t.Errorf("%v", s.diary.all())
	}
	var events []executor.JournalEvent
	for _, e := range s.nodes[ellis].notes {
		events = append(events, e.Event)
	}
	want := []executor.JournalEvent{executor.RunBegun, executor.StepBegun, executor.StepErred, executor.RunEnded}
	if !slices.Equal(events, want) {
		t.Errorf("the journal of the other says %v", events)
	}
}

func TestExitCodes(t *testing.T) {
	with := func(o executor.Outcome, err error) executor.StepResult {
		return executor.StepResult{Step: planner.Step{ID: "s"}, Outcome: o, Err: err}
	}
	result := func(steps ...executor.StepResult) executor.Result { return executor.Result{Steps: steps} }
	stopped := result(with(executor.Failed, errBroken))
	stopped.Stopped = true
	cases := []struct {
		name string
		r    executor.Result
		err  error
		want int
	}{
		{"nothing", result(), nil, 0},
		{"done", result(with(executor.Done, nil)), nil, 0},
		{"held", result(with(executor.Done, nil), with(executor.Held, errBroken)), nil, 4},
		{"failed_and_held", result(with(executor.Failed, errBroken), with(executor.Held, errBroken)), nil, 3},
		{"credentials", result(with(executor.Failed, executor.ErrCredentials)), nil, 12},
		{"credentials_of_one", result(with(executor.Done, nil), with(executor.Failed, executor.ErrCredentials)), nil, 3},
		{"error", result(), errBroken, 1},
		{"stale", result(), executor.ErrStale, 5},
		{"used", result(), executor.ErrUsed, 5},
		{"locked", result(), executor.ErrLocked, 11},
		{"stopped", stopped, nil, 130},
		{"panic", result(with(executor.Failed, &executor.PanicError{Value: 1})), nil, 70},
		{"panic_while_stopped", stopped, executor.ErrInternal, 70},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := executor.ExitCode(c.r, c.err); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}
