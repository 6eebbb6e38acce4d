package config

import (
	"cmp"
	"slices"
	"time"

	"cwb/internal/backup"
)

// resolveHooks reads the hook blocks.
func (v *resolver) resolveHooks(blocks []rawHook) {
	if len(blocks) > maxHooks {
		v.r.errorf(blocks[maxHooks].Def, "Policy too large", "A policy can have %d hooks at most.", maxHooks)
		return
	}
	first := map[string]rawHook{}
	for _, raw := range blocks {
		checkLabel(raw.Name, raw.NameAt, v.r)
		if other, ok := first[raw.Name]; ok {
			v.r.errorf(raw.Def, "Duplicate hook", "hook %s is already declared at %s.", quoted(raw.Name), place(other.Def))
			continue
		}
		first[raw.Name] = raw
		v.policy.Hooks = append(v.policy.Hooks, v.resolveHook(raw))
	}
	slices.SortFunc(v.policy.Hooks, func(a, b Hook) int { return cmp.Compare(a.Name, b.Name) })
}

func (v *resolver) resolveHook(raw rawHook) Hook {
	h := Hook{Name: raw.Name, On: v.hookEvents(raw)}
	if raw.Nodes != nil {
		h.Nodes = v.members(raw.Nodes)
	} else {
		h.Nodes = v.allNodes()
	}
	example := vector{program: "monit", example: `["monit", "stop", "-g", "ellis"]`, secret: "Let the program read it from a file."}
	if raw.Before != nil {
		h.Before = v.command(raw.Before, example)
	}
	if raw.After != nil {
		h.After = v.command(raw.After, example)
	}
	if raw.OnFailure != nil {
		h.OnFailure = v.command(raw.OnFailure, example)
	}
	if raw.Before == nil && raw.After == nil && raw.OnFailure == nil {
		v.r.errorf(raw.Def, "Hook without a command", "hook %s runs nothing. State at least one of before, after and on_failure, such as before = %s.", quoted(raw.Name), example.example)
	}
	h.Timeout = v.eval.duration(raw.Timeout, span{time.Second, time.Hour}, time.Minute)
	return h
}

// hookEvents are what a hook runs around. It must be said, so that a later version with more
// of them changes nothing for this policy.
func (v *resolver) hookEvents(raw rawHook) []HookEvent {
	events := []HookEvent{}
	if !v.required(raw.On, "on", raw.Def, `["restore"]`) {
		return events
	}
	words, ok := v.eval.strs(raw.On, string(OnRestore))
	if !ok {
		return events
	}
	v.eval.distinct(raw.On.Name, words)
	for _, word := range words {
		if HookEvent(word.value) != OnRestore {
			v.r.errorf(word.at, "Unknown value", "%s cannot be %s. Hooks run around a restore and its undo: write [\"restore\"].", quoted(raw.On.Name), word.shown)
			continue
		}
		events = append(events, OnRestore)
	}
	return events
}

// allNodes are the declared nodes, in order of address.
func (v *resolver) allNodes() []backup.NodeAddr {
	all := []backup.NodeAddr{}
	for addr := range v.nodes {
		all = append(all, addr)
	}
	slices.SortFunc(all, compareAddr)
	return all
}
