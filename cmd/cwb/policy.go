package main

import (
	"fmt"
	"strings"

	"cwb/config"
)

// loadPolicy reads the policy that the flags name. Diagnostics go to stderr; an invalid
// policy ends with 1.
func (a *app) loadPolicy() (*config.Policy, error) {
	opts, err := a.loadOptions()
	if err != nil {
		return nil, err
	}
	policy, diags := config.Load(a.flags.policy, opts)
	if len(diags) > 0 && !(a.flags.json && diags.HasErrors()) {
		_, width := terminal(a.stderr)
		_ = diags.Write(a.stderr, a.color(a.stderr), width)
	}
	if diags.HasErrors() {
		return nil, &failure{
			code: exitError, summary: "the policy is not valid",
			detail: countErrors(diags),
			remedy: "nothing was done; see all with: cwb validate --policy " + a.flags.policy,
		}
	}
	return policy, nil
}

// countErrors says how many errors there are, and which is the first.
func countErrors(diags config.Diagnostics) string {
	if n := diags.Count(config.Error); n != 1 {
		return fmt.Sprintf("%d errors; the first: %s", n, firstError(diags))
	}
	return "1 error: " + firstError(diags)
}

// firstError is the first error with its place. Not all have one: a flag has no line.
func firstError(diags config.Diagnostics) string {
	for _, d := range diags {
		switch {
		case d.Severity != config.Error:
		case d.File == "":
			return d.Summary
		case d.Line == 0:
			return fmt.Sprintf("%s: %s", d.File, d.Summary)
		default:
			return fmt.Sprintf("%s:%d: %s", d.File, d.Line, d.Summary)
		}
	}
	return ""
}

// loadOptions turns flags and environment into what config.Load takes.
func (a *app) loadOptions() (config.Options, error) {
	opts := config.Options{Version: version, Vars: map[string]string{}, VarFiles: a.flags.varFiles, Environ: a.environ}
	for _, v := range a.flags.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return opts, usage(fmt.Sprintf("--var %q", v), "write --var NAME=VALUE")
		}
		opts.Vars[name] = value
	}
	return opts, nil
}
