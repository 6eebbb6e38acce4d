package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"cwb/internal/backup"
	"cwb/internal/schedule"
)

// resolveBackups reads the backup blocks, and then knows which nodes and retentions nobody
// uses.
func (v *resolver) resolveBackups(blocks []rawBackup, zone *time.Location) {
	nodes, keeps := map[backup.NodeAddr]bool{}, map[string]bool{}
	for _, raw := range blocks {
		checkLabel(raw.Name, raw.NameAt, v.r)
		if first, ok := v.takes[raw.Name]; ok {
			v.r.errorf(raw.Def, "Duplicate backup", "backup.%s is already declared at %s.", raw.Name, place(first.Def))
			continue
		}
		v.takes[raw.Name] = raw
		b := v.resolveBackup(raw, zone)
		v.policy.Backups = append(v.policy.Backups, b)
		keeps[b.Retention] = true
		for _, addr := range b.Nodes {
			nodes[addr] = true
		}
	}
	slices.SortFunc(v.policy.Backups, func(a, b Backup) int { return cmp.Compare(a.Name, b.Name) })
	if !v.r.failed() { // else the error may be the reason
		v.warnUnused(nodes, keeps)
	}
}

func (v *resolver) resolveBackup(raw rawBackup, zone *time.Location) Backup {
	b := Backup{Name: raw.Name, Nodes: []backup.NodeAddr{}, OnFailure: GoOn}
	if v.required(raw.Nodes, "nodes", raw.Def, "[node.mysql.ellis]") {
		b.Nodes = v.members(raw.Nodes)
	}
	if v.required(raw.Retention, "retention", raw.Def, "retention.nightly") {
		b.Retention = v.retentionRef(raw.Retention)
	}
	if raw.Schedule != nil {
		b.Schedule = v.schedule(raw.Schedule, zone)
	}
	if raw.OnFailure != nil {
		if way, ok := v.eval.oneOf(raw.OnFailure, string(GoOn), string(Abort)); ok {
			b.OnFailure = OnFailure(way)
		}
	}
	limits := span{time.Second, day}
	b.PrepareTimeout = v.eval.duration(raw.PrepareTimeout, limits, 5*time.Minute)
	b.CaptureTimeout = v.eval.duration(raw.CaptureTimeout, limits, 2*time.Minute)
	return b
}

// members are the nodes that a backup or a hook names, each once, in order of address.
func (v *resolver) members(attr *hcl.Attribute) []backup.NodeAddr {
	before := v.r.errors
	known := map[backup.NodeAddr]bool{}
	for addr := range v.nodes {
		known[addr] = true
	}
	addrs := []backup.NodeAddr{}
	for _, ref := range nodeRefs(attr, known, v.r) {
		if slices.Contains(addrs, ref.addr) {
			v.r.errorf(ref.at, "Duplicate element", "%s stands in %q twice.", ref.addr.Address(), attr.Name)
			continue
		}
		addrs = append(addrs, ref.addr)
	}
	if len(addrs) == 0 && v.r.errors == before {
		v.r.errorf(attr.Expr.Range(), "Empty list", "%q needs at least one node, such as [node.mysql.ellis].", attr.Name)
	}
	slices.SortFunc(addrs, compareAddr)
	return addrs
}

func (v *resolver) retentionRef(attr *hcl.Attribute) string {
	names, ok := reference(attr.Expr, "retention", 1, "retention.nightly", v.r)
	if !ok {
		return ""
	}
	if _, declared := v.keeps[names[0]]; !declared {
		var known []string
		for name := range v.keeps {
			known = append(known, "retention."+name)
		}
		undeclared(attr.Expr.Range(), "retention."+names[0], known, v.r)
	}
	return names[0]
}

func (v *resolver) schedule(attr *hcl.Attribute, zone *time.Location) string {
	t, ok := v.eval.str(attr, "0 0 * * *")
	if !ok {
		return ""
	}
	if _, err := schedule.Parse(t.value, zone); err != nil {
		v.r.errorf(t.at, "Invalid schedule", "%s", scheduleFault(t, err))
		return ""
	}
	return t.value
}

// scheduleFault repeats the reason only where it cannot give the value of a variable away.
func scheduleFault(t text, err error) string {
	var fault *schedule.Error
	if !t.literal || !errors.As(err, &fault) {
		return "The schedule " + t.shown + " is no cron expression. Write minute, hour, day of month, month and day of week, such as \"0 0 * * *\"."
	}
	return fmt.Sprintf("The schedule %s cannot be used: %s; %s.", t.shown, visible(fault.Problem), visible(fault.Remedy))
}

// warnUnused points at nodes that are never backed up and rules that rule nothing.
func (v *resolver) warnUnused(nodes map[backup.NodeAddr]bool, keeps map[string]bool) {
	for addr, raw := range v.nodes {
		if !nodes[addr] {
			v.r.warnf(raw.Def, "Node without backup", "No backup block names %s, so nothing of it is ever backed up.", addr.Address())
		}
	}
	for name, raw := range v.keeps {
		if !keeps[name] {
			v.r.warnf(raw.Def, "Unused retention", "No backup block uses retention.%s.", name)
		}
	}
}
