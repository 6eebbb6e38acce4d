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
			detail: fmt.Sprintf("%d errors; the first: %s", diags.Count(config.Error), firstError(diags)),
			remedy: "nothing was done; see all with: cwb validate --policy " + a.flags.policy,
		}
	}
	return policy, nil
}

func firstError(diags config.Diagnostics) string {
	for _, d := range diags {
		if d.Severity == config.Error {
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
