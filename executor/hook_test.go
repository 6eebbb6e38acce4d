package executor_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

// fakeHooks writes what it runs into the diary: "hook stop". A command may do anything.
type fakeHooks struct {
	diary    *diary
	commands map[string]func(context.Context) (string, error)

	mu    sync.Mutex
	calls []executor.HookCommand
}

func (f *fakeHooks) Run(ctx context.Context, c executor.HookCommand) (string, error) {
	f.diary.add("hook " + c.Command[0])
	f.mu.Lock()
	f.calls = append(f.calls, c)
	f.mu.Unlock()
	if do := f.commands[c.Command[0]]; do != nil {
		return do(ctx)
	}
	return "", ctx.Err()
}

const cut = backup.SetID("20261119T100000Z")

// hookStage has a restore of ellis and homer that was cut after its loads, and a hook around
// what is left of it.
type hookStage struct {
	*stage
	hooks *fakeHooks
}

func newHookStage(t *testing.T) *hookStage {
	s := newStage(t, ellis, homer)
	s.opts.Grace = brief // nothing but what hangs may be given up, however busy the machine is
	s.had(2)
	s.policy.Hooks = []config.Hook{{
		Name: "service", On: []config.HookEvent{config.OnRestore}, Nodes: []backup.NodeAddr{homer, ellis}, Timeout: time.Minute,
		Before: []string{"stop"}, After: []string{"start"}, OnFailure: []string{"rescue"},
	}}
	parts := []backup.RestorePart{
		{Node: homer, From: homer, Phases: []backup.RestorePhase{backup.PhaseLoad, backup.PhaseTruncate, backup.PhaseImport}, After: []backup.NodeAddr{homer}},
		{Node: ellis, From: ellis, Phases: []backup.RestorePhase{backup.PhaseLoad, backup.PhaseSwap}},
	}
	for _, p := range parts {
		n := s.nodes[p.Node]
		n.restores = []backup.Restore{{
			Restoring: backup.Restoring{ID: cut, Node: p.Node, From: p.Node, Set: n.backups[0].Set},
			Identity:  n.identity(), Parts: parts, Phase: backup.PhaseLoad, Ended: true, Began: cut.Time(),
		}}
	}
	return &hookStage{s, &fakeHooks{diary: s.diary, commands: map[string]func(context.Context) (string, error){}}}
}

// run resumes the restore. It returns how it ended, and what changed data or was a hook.
func (s *hookStage) run(ctx context.Context) (executor.Result, []string, int) {
	s.Helper()
	state, err := executor.Observe(context.Background(), s.policy, s.world(), s.opts)
	if err != nil {
		s.Fatal(err)
	}
	plan, err := planner.Diff(s.policy, state, s.now, planner.Request{Verb: planner.VerbRestoreResume, Restore: &planner.RestoreRequest{}})
	if err != nil {
		s.Fatal(err)
	}
	w := s.world()
	w.Hooks = s.hooks
	result, err := executor.Apply(ctx, plan, s.policy, w, s.opts)
	if err != nil {
		s.Errorf("apply: %v", err)
	}
	done := slices.DeleteFunc(s.diary.all(), func(line string) bool { return !strings.HasPrefix(line, "hook ") && !strings.HasPrefix(line, "run ") })
	return result, done, executor.ExitCode(result, err)
}

// The steps of the plan are before, truncate and import on homer, swap on ellis, after.
var (
	allWell   = []string{"hook stop", "run cassandra.homer", "run cassandra.homer", "run mysql.ellis", "hook start"}
	notBegun  = []string{"hook stop", "hook rescue"}
	swapFails = []string{"hook stop", "run cassandra.homer", "run cassandra.homer", "run mysql.ellis", "hook rescue"}
)

// brief is a time limit that a test waits for. The other commands of the hook have the same,
// and a busy machine must not make them miss it.
const brief = 500 * time.Millisecond

func TestHooksStandAroundWhatChanges(t *testing.T) {
	exits := errors.New("exit status 1")
	for name, test := range map[string]struct {
		prepare func(s *hookStage)
		want    []string
		code    int
		says    string // in the error of some step
	}{
		"all ends well": {func(*hookStage) {}, allWell, executor.ExitDone, ""},
		"a command that prints": {func(s *hookStage) {
			s.hooks.commands["stop"] = func(context.Context) (string, error) { return "stopped", nil }
		}, allWell, executor.ExitDone, ""},
		"before fails": {func(s *hookStage) {
			s.hooks.commands["stop"] = func(context.Context) (string, error) { return "no such group", exits }
		}, notBegun, executor.ExitPartly, "exit status 1; it printed: no such group"},
		"before panics": {func(s *hookStage) {
			s.hooks.commands["stop"] = func(context.Context) (string, error) { panic("oops") }
		}, notBegun, executor.ExitInternal, "oops"},
		"before takes too long": {func(s *hookStage) {
			s.policy.Hooks[0].Timeout = brief
			s.hooks.commands["stop"] = func(ctx context.Context) (string, error) { <-ctx.Done(); return "", errors.New("signal: killed") }
		}, notBegun, executor.ExitPartly, "did not end within 500ms and was killed"},
		"before hangs": {func(s *hookStage) {
			s.policy.Hooks[0].Timeout = brief
			testEnds := s.Context() // until then it hangs, and no longer
			s.hooks.commands["stop"] = func(context.Context) (string, error) { <-testEnds.Done(); return "", nil }
		}, notBegun, executor.ExitPartly, "did not end within 500ms"},
		"a swap fails": {func(s *hookStage) {
			s.nodes[ellis].hooks[onRun] = failing(errBroken)
		}, swapFails, executor.ExitPartly, "broken"},
		"a swap panics": {func(s *hookStage) {
			s.nodes[ellis].hooks[onRun] = func(context.Context) error { panic("oops") }
		}, swapFails, executor.ExitInternal, "oops"},
		"on_failure fails, too": {func(s *hookStage) {
			s.nodes[ellis].hooks[onRun] = failing(errBroken)
			s.hooks.commands["rescue"] = func(context.Context) (string, error) { return "", exits }
		}, swapFails, executor.ExitPartly, "exit status 1"},
		"after fails": {func(s *hookStage) {
			s.hooks.commands["start"] = func(context.Context) (string, error) { return "", exits }
		}, allWell, executor.ExitPartly, "exit status 1; once that is mended, cwb restore --resume 20261119T100000Z runs it again"},
		"no on_failure": {func(s *hookStage) {
			s.policy.Hooks[0].OnFailure = nil
			s.nodes[ellis].hooks[onRun] = failing(errBroken)
		}, swapFails[:4], executor.ExitPartly, "broken"},
		"only on_failure, for a failure that came earlier": {func(s *hookStage) {
			alone := s.policy.Hooks[0]
			alone.Name, alone.Before, alone.After, alone.OnFailure = "alone", nil, nil, []string{"page"}
			s.policy.Hooks = append(s.policy.Hooks, alone)
			s.hooks.commands["stop"] = func(context.Context) (string, error) { return "", exits }
		}, notBegun, executor.ExitPartly, "exit status 1"},
		"only on_failure": {func(s *hookStage) {
			s.policy.Hooks[0].Before, s.policy.Hooks[0].After = nil, nil
			s.nodes[ellis].hooks[onRun] = failing(errBroken)
		}, swapFails[1:], executor.ExitPartly, "broken"},
		"one after the other, and only what was stopped is rescued": {func(s *hookStage) {
			second := s.policy.Hooks[0]
			second.Name, second.Before, second.OnFailure = "tail", []string{"stop-2"}, []string{"rescue-2"}
			third := second
			third.Name, third.Before, third.OnFailure = "water", []string{"stop-3"}, []string{"rescue-3"}
			s.policy.Hooks = append(s.policy.Hooks, second, third)
			s.hooks.commands["stop-2"] = func(context.Context) (string, error) { return "", exits }
		}, []string{"hook stop", "hook stop-2", "hook rescue-2", "hook rescue"}, executor.ExitPartly, "exit status 1"},
		"the operator stops it during before": {func(s *hookStage) {
			s.stopIn(func(stop func()) {
				s.hooks.commands["stop"] = func(ctx context.Context) (string, error) { stop(); return "", ctx.Err() }
			})
		}, notBegun, executor.ExitInterrupted, "interrupted"},
		"the operator stops it between": {func(s *hookStage) {
			s.stopIn(func(stop func()) {
				s.nodes[homer].hooks[onRun] = func(context.Context) error { stop(); return nil }
			})
		}, []string{"hook stop", "run cassandra.homer", "hook rescue"}, executor.ExitInterrupted, "interrupted"},
		"the operator stops it when all is in place": {func(s *hookStage) {
			s.stopIn(func(stop func()) {
				s.nodes[ellis].hooks[onRun] = func(context.Context) error { stop(); return nil }
			})
		}, allWell, executor.ExitInterrupted, ""},
	} {
		// In a bubble, so that a stop is known to have been noticed.
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newHookStage(t)
				test.prepare(s)
				result, did, code := s.run(context.Background())
				if diff := cmp.Diff(test.want, did); diff != "" {
					t.Errorf("what was done (-want +got):\n%s", diff)
				}
				if code != test.code {
					t.Errorf("ends with %d, want %d: %v", code, test.code, outcomes(result))
				}
				var said []string
				for _, step := range result.Steps {
					if step.Err != nil {
						said = append(said, step.Err.Error())
					}
				}
				if !strings.Contains(strings.Join(said, "\n"), test.says) {
					t.Errorf("no step says %q: %q", test.says, said)
				}
				for _, n := range s.nodes {
					if n.locked {
						t.Errorf("%s is still locked", n.addr)
					}
				}
			})
		})
	}
}

// stopIn lets something be the operator's first signal, which is over when everybody has
// noticed it.
func (s *hookStage) stopIn(arrange func(stop func())) {
	stop := make(chan struct{})
	s.opts.Stop = stop
	arrange(func() { close(stop); synctest.Wait() })
}

// The second signal ends everything, hooks as well, and starts none.
func TestHardEndKillsHooks(t *testing.T) {
	s := newHookStage(t)
	ctx, cancel := context.WithCancel(context.Background())
	s.hooks.commands["stop"] = func(ctx context.Context) (string, error) {
		cancel()
		<-ctx.Done()
		return "half", errors.New("signal: killed")
	}
	result, did, code := s.run(ctx)
	if want := []string{"hook stop"}; !slices.Equal(did, want) || code != executor.ExitInterrupted {
		t.Errorf("%v, exit %d", did, code)
	}
	if err := result.Steps[0].Err; err == nil || !strings.Contains(err.Error(), "killed before it ended") {
		t.Errorf("error is %v", err)
	}
}

// Nothing is told of a step that stands by for a failure which does not happen; a failure is
// told once, and written into the journals of the hook's nodes.
func TestWhatIsToldOfHooks(t *testing.T) {
	s := newHookStage(t)
	s.hooks.commands["stop"] = func(context.Context) (string, error) { return "all\x1b[2J stopped", nil }
	result, _, _ := s.run(context.Background())
	if last := result.Steps[len(result.Steps)-1]; last.Step.ID != "hook-service-on_failure" || last.Outcome != executor.Unneeded {
		t.Errorf("%s is %s", last.Step.ID, last.Outcome)
	}
	if result.String() != "5 done" {
		t.Errorf("result is %q", result)
	}
	for _, e := range s.heard {
		if e, ok := e.(executor.StepSkipped); ok {
			t.Errorf("told: %s skipped", e.Result.Step.ID)
		}
	}
	for _, n := range s.nodes {
		if !slices.ContainsFunc(n.notes, func(e executor.Entry) bool {
			return e.Step == "hook-service-before" && e.Event == executor.StepEnded && e.Action == planner.ActRunHook && strings.Contains(e.Detail, "stopped")
		}) {
			t.Errorf("the journal of %s knows nothing of the hook: %+v", n.addr, n.notes)
		}
	}
}

func TestHooksLearnWhatTheyRunAround(t *testing.T) {
	s := newHookStage(t)
	s.run(context.Background())
	want := executor.HookCommand{Command: []string{"stop"}, Environment: []string{
		"CWB_DEPLOYMENT=site1", "CWB_OPERATION=restore", "CWB_PHASE=before", "CWB_NODES=cassandra.homer mysql.ellis",
		"CWB_SET=20261118T000100Z", "CWB_RESTORE=20261119T100000Z",
	}}
	if diff := cmp.Diff(want, s.hooks.calls[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A world without hooks changes nothing that hooks should stand around.
func TestHooksThatCannotRun(t *testing.T) {
	s := newHookStage(t)
	state, err := executor.Observe(context.Background(), s.policy, s.world(), s.opts)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := planner.Diff(s.policy, state, s.now, planner.Request{Verb: planner.VerbRestoreResume, Restore: &planner.RestoreRequest{}})
	if err != nil {
		t.Fatal(err)
	}
	result, err := s.apply(plan)
	if err != nil || slices.Contains(s.diary.all(), "run mysql.ellis") || executor.ExitCode(result, err) != executor.ExitPartly {
		t.Errorf("%v %v", outcomes(result), err)
	}
}

// A plan file in which a command was exchanged is not what the policy asks for.
func TestAnExchangedCommandIsStale(t *testing.T) {
	s := newHookStage(t)
	state, err := executor.Observe(context.Background(), s.policy, s.world(), s.opts)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := planner.Diff(s.policy, state, s.now, planner.Request{Verb: planner.VerbRestoreResume, Restore: &planner.RestoreRequest{}})
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range plan.Steps {
		if a, ok := step.Action.(planner.RunHook); ok {
			a.Command = []string{"reboot"}
			plan.Steps[i].Action = a
		}
	}
	if _, err := s.apply(plan); !errors.Is(err, executor.ErrStale) {
		t.Errorf("error is %v", err)
	}
}
