package config

import (
	"cwb/internal/backup"
)

// resolver makes the policy out of raw blocks.
type resolver struct {
	eval   *evaluator
	r      *report
	policy *Policy
	nodes  map[backup.NodeAddr]rawNode // declared ones, also those with errors in them
	keeps  map[string]rawRetention
	takes  map[string]rawBackup
}

// resolve evaluates all blocks and checks what holds between them.
func resolve(raw rawPolicy, opts Options, r *report) *Policy {
	eval := &evaluator{r: r, variables: newScope(), locals: newScope()}
	resolveVariables(raw.Variables, opts, eval)
	resolveLocals(raw.Locals, eval)
	v := &resolver{
		eval: eval, r: r, policy: emptyPolicy(),
		nodes: map[backup.NodeAddr]rawNode{}, keeps: map[string]rawRetention{}, takes: map[string]rawBackup{},
	}
	zone := v.resolveCwb(raw.Cwb)
	v.resolveNodes(raw.Nodes)
	v.resolveRetentions(raw.Retentions)
	v.resolveBackups(raw.Backups, zone)
	v.resolveHooks(raw.Hooks)
	v.resolveRemoved(raw.Removed)
	return v.policy
}

// emptyPolicy has lists that are empty, not null, in JSON.
func emptyPolicy() *Policy {
	return &Policy{
		Timezone: "UTC", Scheduler: NoScheduler,
		Nodes: []Node{}, Retentions: []Retention{}, Backups: []Backup{}, Removed: []Removed{},
	}
}
