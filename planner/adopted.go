package planner

import (
	"slices"

	"cwb/internal/backup"
)

// decideAdopted rotates what was adopted by name after all own sets: it gets what buckets
// they leave, so it never pushes one of them out.
func (ro *rotation) decideAdopted(set *Set, p Part) (stays []string, goes string) {
	newer := ro.adoptedBefore(set, p.Node)
	for _, r := range ro.rules {
		if why := r.leaves(set, newer); why != "" {
			stays = append(stays, why+", adopted")
		}
	}
	if ro.within(set) {
		stays = append(stays, "keep_within "+span(ro.retention.KeepWithin)+", adopted")
	}
	if len(stays) == 0 && len(ro.counted) == 0 {
		stays = append(stays, "is adopted, and no own complete set is verified")
	}
	if len(stays) > 0 {
		return stays, ""
	}
	return nil, "is adopted, and no rule has room for it after the own sets: " + ro.ruleText
}

// adoptedBefore are the node's adopted backups that come before one.
func (ro *rotation) adoptedBefore(set *Set, node backup.NodeAddr) []*Set {
	var newer []*Set
	for _, other := range ro.w.sets[set.Block] {
		if other == set {
			break
		}
		p, ok := other.part(node)
		if ok && other.Origin == backup.Adopted && !other.Future && p.Backup.Status == Good {
			newer = append(newer, other)
		}
	}
	return newer
}

// leaves says why the rule has room for an adopted set once the sets that count and newer
// adopted ones have theirs; empty when it has none.
func (r *rule) leaves(set *Set, newer []*Set) string {
	var buckets []string
	for _, f := range r.filled {
		buckets = append(buckets, f.bucket)
	}
	for _, other := range newer {
		if b := r.bucket(other); len(buckets) < r.limit && !slices.Contains(buckets, b) {
			buckets = append(buckets, b)
		}
	}
	bucket := r.bucket(set)
	if len(buckets) >= r.limit || slices.Contains(buckets, bucket) {
		return ""
	}
	return r.reason(bucket, len(buckets))
}
