package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/view"
	"cwb/planner"
)

// planFlags are the flags of cwb plan.
type planFlags struct {
	request  requestFlags
	out      string
	state    string
	detailed bool
}

func (a *app) planCommand() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what apply would do, and why",
		Long: `Observe every node of the policy, and print the steps that turn the backups that exist
into those the policy asks for: removals first, each with its reason, then what is wrong but
not changed by the plan. Nothing is changed.

With --out the plan is saved (0600); "cwb apply FILE" then does exactly that, once, within
24 hours, on this host, and only while the world still asks for the same steps. With --state
a recorded state (see cwb observe) is planned from, at its own time and without a network.`,
		Args: args0,
		RunE: a.verb(func(ctx context.Context, _ []string) error { return a.plan(ctx, f) }),
	}
	f.request.add(cmd)
	cmd.Flags().StringVar(&f.out, "out", "", "save the plan to this new file")
	cmd.Flags().StringVar(&f.state, "state", "", "plan from this recorded state instead of the real world")
	cmd.Flags().BoolVar(&f.detailed, "detailed-exitcode", false, "exit 2 when there are steps, held ones included")
	return cmd
}

func (a *app) plan(ctx context.Context, f planFlags) error {
	if f.state != "" && f.out != "" {
		return usage("--state together with --out", "a plan from a recorded state cannot be applied")
	}
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	request, err := f.request.request(policy, planner.VerbReconcile, a.who())
	if err != nil {
		return err
	}
	plan, err := a.makePlan(ctx, policy, request, f.state)
	if err != nil {
		return err
	}
	if err := a.showPlan(plan); err != nil {
		return err
	}
	if f.out != "" {
		if err := a.savePlan(plan, f.out); err != nil {
			return err
		}
	}
	if f.detailed && len(plan.Steps) > 0 {
		a.code = exitChanges
	}
	return nil
}

// makePlan plans from the real world, or from a recorded state.
func (a *app) makePlan(ctx context.Context, p *config.Policy, r planner.Request, stateFile string) (*planner.Plan, error) {
	if stateFile != "" {
		state, err := readState(stateFile)
		if err != nil {
			return nil, err
		}
		if state.Deployment != p.Deployment {
			return nil, &failure{code: exitError, summary: "the state is of another deployment",
				detail: fmt.Sprintf("%s is of %q, the policy of %q", stateFile, state.Deployment, p.Deployment)}
		}
		return planner.Diff(p, state, state.At, r)
	}
	state, err := a.observe(ctx, p)
	if err != nil {
		return nil, err
	}
	now := a.now().UTC().Truncate(time.Millisecond)
	state, err = a.examine(ctx, p, state, now, r)
	if err != nil {
		return nil, err
	}
	return planner.Diff(p, state, now, r)
}

// observe reads the real world; the first signal ends it.
func (a *app) observe(ctx context.Context, p *config.Policy) (planner.State, error) {
	ctx, cancel := a.signals.either(ctx)
	defer cancel()
	return executor.Observe(ctx, p, a.world(p), a.options("observe", nil))
}

// examine lets the engines look at what a request would restore; the first signal ends it.
func (a *app) examine(ctx context.Context, p *config.Policy, s planner.State, now time.Time, r planner.Request) (planner.State, error) {
	ctx, cancel := a.signals.either(ctx)
	defer cancel()
	return executor.Examine(ctx, p, a.world(p), a.options("observe", nil), s, now, r)
}

func (a *app) showPlan(plan *planner.Plan) error {
	if a.flags.json {
		return view.PlanJSON(a.stdout, plan)
	}
	a.text().Plan(plan)
	return nil
}

func (a *app) savePlan(plan *planner.Plan, file string) error {
	plan.Tool = version
	data, err := planner.EncodePlan(plan)
	if err != nil {
		return err
	}
	if err := writeNew(file, data, 0o600); err != nil {
		return err
	}
	policy := ""
	if a.flags.policy != "." {
		policy = "--policy " + a.flags.policy + " "
	}
	fmt.Fprintf(a.stderr, "cwb: saved; to do exactly this: cwb apply %s%s\n", policy, file)
	return nil
}

// maxSaved bounds what is read of a plan or state file.
const maxSaved = 256 << 20

// readSaved reads a plan or state file: a regular file of sane size.
func readSaved(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", file)
	}
	if err == nil && info.Size() > maxSaved {
		err = fmt.Errorf("%s has %d bytes, more than any plan or state of cwb's", file, info.Size())
	}
	if err != nil {
		return nil, &failure{code: exitError, summary: "cannot read the file", detail: err.Error(), err: err}
	}
	return os.ReadFile(file)
}

func readState(file string) (planner.State, error) {
	data, err := readSaved(file)
	if err != nil {
		return planner.State{}, err
	}
	state, err := planner.DecodeState(data)
	if err != nil {
		return state, &failure{code: exitError, summary: "cannot read the state", detail: fmt.Sprintf("%s: %v", file, err),
			remedy: "record it again: cwb observe --out FILE", err: err}
	}
	return state, nil
}
