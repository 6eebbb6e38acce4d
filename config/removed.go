package config

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// resolveRemoved reads the removed blocks.
func (v *resolver) resolveRemoved(blocks []rawRemoved) {
	first := map[string]hcl.Range{}
	for _, raw := range blocks {
		name, ok := v.resolveGone(raw)
		if !ok {
			continue
		}
		if at, twice := first[name]; twice {
			v.r.errorf(raw.Def, "Duplicate removed block", "That backup.%s is removed is already stated at %s.", name, place(at))
			continue
		}
		first[name] = raw.Def
		v.policy.Removed = append(v.policy.Removed, Removed{name, true})
	}
	slices.SortFunc(v.policy.Removed, func(a, b Removed) int { return cmp.Compare(a.Backup, b.Backup) })
}

// resolveGone reads one removed block: the name of a backup block that is no more.
func (v *resolver) resolveGone(raw rawRemoved) (string, bool) {
	v.checkForget(raw)
	if !v.required(raw.Backup, "backup", raw.Def, `"old"`) {
		return "", false
	}
	t, ok := v.eval.str(raw.Backup, "old")
	if !ok || !v.checkName(t) {
		return "", false
	}
	if b, present := v.takes[t.value]; present {
		v.r.errorf(t.at, "Removed backup still present", "The backup block stands at %s. Remove it, or this block.", place(b.Def))
		return "", false
	}
	return t.value, true
}

// checkForget wants the one thing that can be meant to be said.
func (v *resolver) checkForget(raw rawRemoved) {
	if !v.required(raw.Forget, "forget", raw.Def, "true") {
		return
	}
	if forget, ok := v.eval.isTrue(raw.Forget); ok && !forget {
		v.r.errorf(raw.Forget.Expr.Range(), "Unknown value", "\"forget\" can only be true: cwb never deletes the backups of a block that is gone. They stay, and are no longer reported.")
	}
}
