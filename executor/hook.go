package executor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cwb/internal/backup"
	"cwb/planner"
)

// Hooks runs the commands of hook blocks on the machine cwb runs on.
type Hooks interface {
	// Run runs a command until it ends. It returns the end of what the command printed, and
	// an error when the command could not be started or did not end with status 0. When ctx
	// ends, the command and its children are killed.
	Run(ctx context.Context, c HookCommand) (output string, err error)
}

// HookCommand is a command, and all of its environment but PATH.
type HookCommand struct {
	Command     []string // program, as an absolute path or a name to be found in PATH, and arguments
	Environment []string // NAME=VALUE
}

// runHook runs a command of a hook. The operator's wish to stop does not cut it: it ends by
// itself, by its time limit, or when everything must end at once.
func (r *run) runHook(a planner.RunHook, res *StepResult) error {
	if r.world.Hooks == nil {
		return errors.New("there is no way to run a hook here")
	}
	if err := r.lostBefore(a); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.hard, a.Timeout)
	defer cancel()
	output, err := await(ctx, r.o.Grace, nil, func(ctx context.Context) (string, error) {
		return r.world.Hooks.Run(ctx, HookCommand{Command: a.Command, Environment: hookEnvironment(r.plan.Deployment, a)})
	})
	res.Output = output
	switch {
	case err == nil:
		return nil
	case r.hard.Err() != nil:
		err = fmt.Errorf("it was killed before it ended: %w", err)
	case ctx.Err() != nil:
		err = fmt.Errorf("it did not end within %s and was killed: %w", a.Timeout, err)
	}
	if output != "" {
		err = fmt.Errorf("%w; it printed: %s", err, output)
	}
	if a.Phase == planner.HookAfter {
		err = fmt.Errorf("%w; once that is mended, cwb restore --%s %s runs it again", err, again(a.Operation), a.Restore)
	}
	return err
}

// lostBefore keeps services running when nothing could be changed anyway: a node of the hook
// was lost, or its journal takes no line.
func (r *run) lostBefore(a planner.RunHook) error {
	if a.Phase != planner.HookBefore {
		return nil
	}
	for _, n := range a.Nodes {
		if pl := r.places[n]; pl != nil && pl.err != nil {
			return fmt.Errorf("%s: %w", n, pl.err)
		}
	}
	return nil
}

// again is what goes on with an operation.
func again(o planner.HookOperation) string {
	if o == planner.HookUndo {
		return "undo"
	}
	return "resume"
}

// hookEnvironment is what a hook gets to know; the README says so.
func hookEnvironment(deployment string, a planner.RunHook) []string {
	return []string{
		"CWB_DEPLOYMENT=" + deployment,
		"CWB_OPERATION=" + string(a.Operation),
		"CWB_PHASE=" + string(a.Phase),
		"CWB_NODES=" + nodeList(a.Nodes),
		"CWB_SET=" + string(a.Set),
		"CWB_RESTORE=" + string(a.Restore),
	}
}

func nodeList(nodes []backup.NodeAddr) string {
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = n.String()
	}
	return strings.Join(names, " ")
}

// bound is what keeps a step from beginning: once the operator has asked to stop, only
// commands of hooks that close what others opened begin.
func (r *run) bound(s planner.Step) context.Context {
	if h, ok := s.Action.(planner.RunHook); ok && h.Closes() {
		return r.hard
	}
	return r.soft
}

// unneeded reports whether a step stands by for a failure that did not happen.
func (r *run) unneeded(s planner.Step) bool {
	h, ok := s.Action.(planner.RunHook)
	if !ok || !h.Conditional() {
		return false
	}
	begun, well := false, true
	for _, done := range r.result.Steps {
		for _, id := range h.Watches {
			if done.Step.ID == id {
				begun = begun || !done.Began.IsZero()
				well = well && done.Outcome == Done
			}
		}
	}
	return !begun || well
}
