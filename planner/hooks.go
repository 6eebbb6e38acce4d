package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cwb/config"
	"cwb/internal/backup"
)

// ActRunHook runs a command of a hook block.
const ActRunHook ActionKind = "run_hook"

// RunHook runs one command of a hook block, on the machine and as the user that cwb runs on
// and as. No shell sees it.
type RunHook struct {
	Hook      string            `json:"hook"`
	Phase     HookPhase         `json:"phase"`
	Command   []string          `json:"command"` // program and arguments
	Timeout   time.Duration     `json:"timeout"`
	Operation HookOperation     `json:"operation"`
	Nodes     []backup.NodeAddr `json:"nodes"` // of the hook, and of the restore
	Restore   backup.SetID      `json:"restore"`
	Set       backup.SetID      `json:"set,omitempty"` // that is restored; empty for a foreign backup
	// Watches are the steps that this one stands by for, HookOnFailure only: it runs when any
	// of them was begun, and not all of them ended well.
	Watches []StepID `json:"watches,omitempty"`
}

// HookPhase is when a command of a hook runs.
type HookPhase string

// The phases of a hook.
const (
	HookBefore    HookPhase = "before"     // everything is loaded, and nothing has changed
	HookAfter     HookPhase = "after"      // everything between ended well
	HookOnFailure HookPhase = "on_failure" // instead of after: something between did not
)

// HookOperation is what a hook runs around.
type HookOperation string

// The operations.
const (
	HookRestore HookOperation = "restore" // also one that is resumed
	HookUndo    HookOperation = "undo"
)

// Kind of a hook's command.
func (RunHook) Kind() ActionKind { return ActRunHook }

// Touches are the nodes whose data the operation changes: their journals tell of the hook.
func (a RunHook) Touches() []backup.NodeAddr { return a.Nodes }

func (RunHook) sealed() {}

// Closes reports whether a command makes good what another one, or a step in between, did:
// it runs also when the operator has asked to stop.
func (a RunHook) Closes() bool { return a.Phase != HookBefore }

// Conditional reports whether a command runs only when something fails.
func (a RunHook) Conditional() bool { return a.Phase == HookOnFailure }

// checkHook refuses what [hooking] never makes; known are the steps before.
func checkHook(a RunHook, known map[StepID]bool) error {
	if !backup.ValidLabel(a.Hook) || !slices.Contains([]HookPhase{HookBefore, HookAfter, HookOnFailure}, a.Phase) {
		return fmt.Errorf("there is no hook %q with a phase %q", a.Hook, a.Phase)
	}
	if a.Operation != HookRestore && a.Operation != HookUndo {
		return fmt.Errorf("no hook runs around %q", a.Operation)
	}
	if len(a.Command) == 0 || a.Command[0] == "" || a.Command[0][0] == '-' || strings.Contains(strings.Join(a.Command, ""), "\x00") || a.Timeout <= 0 {
		return fmt.Errorf("its command cannot be run")
	}
	if len(a.Nodes) == 0 || a.Conditional() != (len(a.Watches) > 0) {
		return fmt.Errorf("it concerns no node, or watches the wrong steps")
	}
	for _, id := range a.Watches {
		if !known[id] {
			return fmt.Errorf("it watches %q, which does not stand before it", id)
		}
	}
	if a.Set != "" {
		if _, err := backup.ParseSetID(string(a.Set)); err != nil {
			return err
		}
	}
	if err := checkBackup(a.Nodes[0], a.Restore); err != nil {
		return err
	}
	return checkNodes(a.Nodes...)
}

// hooking adds the commands of hooks around what changes the data that is served.
type hooking struct {
	draft     *draft
	operation HookOperation
	restore   backup.SetID
	set       backup.SetID
	hooks     []hooked                     // in order of name
	changing  map[backup.NodeAddr]bool     // nodes whose data this plan changes
	between   map[backup.NodeAddr][]StepID // the steps that do
	begun     map[string]StepID            // before, by hook
}

// hooked is a hook with those of its nodes that the restore concerns.
type hooked struct {
	config.Hook
	nodes []backup.NodeAddr
}

// hooking finds the hooks of some nodes. What comes under another name, beside what is
// served, has none.
func (d *draft) hooking(operation HookOperation, r backup.Restoring, parts, changing []backup.NodeAddr) *hooking {
	h := &hooking{draft: d, operation: operation, restore: r.ID, set: r.Set, changing: map[backup.NodeAddr]bool{}, between: map[backup.NodeAddr][]StepID{}, begun: map[string]StepID{}}
	for _, n := range changing {
		h.changing[n] = true
	}
	for _, hook := range d.w.policy.Hooks {
		nodes := slices.DeleteFunc(slices.Clone(hook.Nodes), func(n backup.NodeAddr) bool { return !slices.Contains(parts, n) })
		if len(nodes) > 0 && r.As == "" && slices.Contains(hook.On, config.OnRestore) {
			h.hooks = append(h.hooks, hooked{hook, nodes})
		}
	}
	return h
}

// before adds what runs before anything changes, in order of name: one after the other, and
// none once one has failed. It returns these steps; whatever changes data needs them all.
func (h *hooking) before(needs []StepID) []StepID {
	reason := "everything is loaded; what uses the tables stops now, before the first of them changes"
	if h.operation == HookUndo {
		reason = "what uses the tables stops before they change back"
	}
	var added []StepID
	for _, hook := range h.hooks {
		if len(hook.Before) == 0 || !slices.ContainsFunc(hook.nodes, func(n backup.NodeAddr) bool { return h.changing[n] }) {
			continue
		}
		id := h.add(hook, HookBefore, hook.Before, reason, slices.Concat(needs, added), nil)
		h.begun[hook.Name] = id
		added = append(added, id)
	}
	return added
}

// note remembers a step that changes what a node serves.
func (h *hooking) note(node backup.NodeAddr, id StepID) {
	h.between[node] = append(h.between[node], id)
}

// after adds what runs once everything between has ended, the last hook first. Of a hook none
// of whose nodes changes any more, such as when a restore is resumed that was cut late, only
// after is left.
func (h *hooking) after() {
	for _, hook := range slices.Backward(h.hooks) {
		var between []StepID
		if id, ok := h.begun[hook.Name]; ok {
			between = append(between, id)
		}
		for _, n := range hook.nodes {
			between = append(between, h.between[n]...)
		}
		reason := "all that it stopped for ended well"
		if len(between) == 0 {
			reason = "nothing is left to change there, and whether what was stopped was started again is not known"
		}
		if len(hook.After) > 0 {
			h.add(hook, HookAfter, hook.After, reason, between, nil)
		}
		if len(hook.OnFailure) > 0 && len(between) > 0 {
			h.add(hook, HookOnFailure, hook.OnFailure, "only if any of "+stepList(between)+" is begun and not all of them end well", nil, between)
		}
	}
}

func (h *hooking) add(hook hooked, phase HookPhase, command []string, reason string, needs, watches []StepID) StepID {
	id := StepID("hook-" + hook.Name + "-" + string(phase))
	h.draft.add(Step{ID: id, Needs: slices.Clone(needs), Reason: reason, Action: RunHook{
		Hook: hook.Name, Phase: phase, Command: command, Timeout: hook.Timeout, Operation: h.operation,
		Nodes: hook.nodes, Restore: h.restore, Set: h.set, Watches: watches,
	}})
	return id
}

func stepList(ids []StepID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return strings.Join(names, ", ")
}
