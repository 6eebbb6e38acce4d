package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/view"
	"cwb/planner"
)

// applyFlags are the flags of cwb apply.
type applyFlags struct {
	request requestFlags
	auto    bool
}

func (a *app) applyCommand() *cobra.Command {
	var f applyFlags
	cmd := &cobra.Command{
		Use:   "apply [FILE]",
		Short: "Do what a plan says",
		Long: `Apply a plan: without FILE, plan now, show it, ask, and do it; with FILE, do exactly what
the saved plan says, without a question. Before the first step every node is observed again:
if the world no longer asks for the same steps, nothing is done and the status is 5.

Exit codes: 0 all done, or nothing to do; 3 some steps failed; 4 a guard held some back.`,
		Args: argsRange(0, 1, "at most one FILE"),
		RunE: a.verb(func(ctx context.Context, args []string) error { return a.apply(ctx, f, args) }),
	}
	f.request.add(cmd)
	cmd.Flags().BoolVar(&f.auto, "auto-approve", false, "do not ask")
	return cmd
}

func (a *app) apply(ctx context.Context, f applyFlags, args []string) error {
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	if len(args) == 1 {
		return a.applyFile(ctx, policy, f, args[0])
	}
	request, err := f.request.request(policy, planner.VerbReconcile, a.who())
	if err != nil {
		return err
	}
	return a.planAndRun(ctx, policy, request, "apply", f.auto)
}

func (a *app) applyFile(ctx context.Context, p *config.Policy, f applyFlags, file string) error {
	if len(f.request.only)+len(f.request.nodes)+len(f.request.allow) > 0 {
		return usage("--only, --node and --allow belong to cwb plan", "a saved plan is applied as it is")
	}
	plan, err := readPlan(file)
	if err != nil {
		return err
	}
	return a.run(ctx, p, plan, "apply")
}

// readPlan decodes a saved plan; one that was changed ends with 5.
func readPlan(file string) (*planner.Plan, error) {
	data, err := readSaved(file)
	if err != nil {
		return nil, err
	}
	plan, err := planner.DecodePlan(data)
	if errors.Is(err, planner.ErrAltered) {
		return nil, &failure{code: exitStale, summary: "the plan was altered", detail: fmt.Sprintf("%s: %v", file, err),
			remedy: "nothing was changed; make a new plan: cwb plan --out FILE", err: err}
	}
	if err != nil {
		return nil, &failure{code: exitError, summary: "cannot read the plan", detail: fmt.Sprintf("%s: %v", file, err),
			remedy: "make a new plan: cwb plan --out FILE", err: err}
	}
	return plan, nil
}

// planAndRun plans now, shows, asks and does it.
func (a *app) planAndRun(ctx context.Context, p *config.Policy, r planner.Request, command string, auto bool) error {
	plan, err := a.makePlan(ctx, p, r, "")
	if err != nil {
		return err
	}
	return a.askAndRun(ctx, p, plan, command, auto)
}

// askAndRun shows a plan, asks and does it.
func (a *app) askAndRun(ctx context.Context, p *config.Policy, plan *planner.Plan, command string, auto bool) error {
	asking := !auto && runnable(plan) > 0
	if !a.flags.json {
		a.text().Plan(plan)
	} else if asking {
		if err := view.PlanJSON(a.stdout, plan); err != nil {
			return err
		}
	}
	if len(plan.Steps) == 0 {
		return a.nothing(plan)
	}
	if asking {
		if err := a.approve(ctx, "Do these steps?", auto); err != nil {
			return err
		}
	}
	return a.run(ctx, p, plan, command)
}

// runnable counts the steps that no guard holds.
func runnable(p *planner.Plan) int {
	n := 0
	for _, s := range p.Steps {
		if s.HeldBy == "" {
			n++
		}
	}
	return n
}

// nothing ends a run without steps.
func (a *app) nothing(plan *planner.Plan) error {
	if a.flags.json {
		stream := view.NewStream(a.stdout, version)
		stream.Plan(plan)
		stream.Summary(executor.Result{Plan: plan.ID}, int(exitDone))
	}
	return nil
}

// run applies a plan and sets the exit status.
func (a *app) run(ctx context.Context, p *config.Policy, plan *planner.Plan, command string) error {
	var stream *view.Stream
	var events executor.Events = a.human()
	if a.flags.json {
		stream = view.NewStream(a.stdout, version)
		stream.Plan(plan)
		events = stream
	}
	result, err := executor.Apply(ctx, plan, p, a.world(p), a.options(command, events))
	if err != nil && !result.Began() {
		return err
	}
	a.acted, a.code = result.Began(), a.resultCode(result, err)
	if stream != nil {
		stream.Summary(result, int(a.code))
	}
	if err != nil {
		return err
	}
	a.explainInternal(result)
	a.sayNext(plan)
	return nil
}

// resultCode is the exit status of a run; only the signal that came tells 130 from 143.
func (a *app) resultCode(r executor.Result, err error) exitCode {
	code := exitCode(executor.ExitCode(r, err))
	if code == exitInterrupted {
		if signalled, ok := a.signals.code(); ok {
			return signalled
		}
	}
	return code
}

// explainInternal prints where a step panicked, for a bug report.
func (a *app) explainInternal(r executor.Result) {
	for _, s := range r.Steps {
		var fault *executor.PanicError
		if errors.As(s.Err, &fault) {
			fmt.Fprintf(a.stderr, "cwb: internal fault in %s: %s\n%s", s.Step.ID, view.Printable(fmt.Sprint(fault.Value)), fault.Stack)
		}
	}
}

// human prints events for people, with bars on a terminal.
func (a *app) human() *view.Human {
	if is, width := terminal(a.stderr); is {
		return &view.Human{Out: a.text(), Meter: &view.Bars{W: a.stderr, Width: width}}
	}
	return &view.Human{Out: a.text(), Meter: &view.Ticker{W: a.stderr, Now: a.now, Every: 5 * time.Second}}
}
