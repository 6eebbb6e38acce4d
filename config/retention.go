package config

import (
	"cmp"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// resolveRetentions reads the retention blocks.
func (v *resolver) resolveRetentions(blocks []rawRetention) {
	for _, raw := range blocks {
		checkLabel(raw.Name, raw.NameAt, v.r)
		if first, ok := v.keeps[raw.Name]; ok {
			v.r.errorf(raw.Def, "Duplicate retention", "retention.%s is already declared at %s.", raw.Name, place(first.Def))
			continue
		}
		v.keeps[raw.Name] = raw
		v.policy.Retentions = append(v.policy.Retentions, v.resolveRetention(raw))
	}
	slices.SortFunc(v.policy.Retentions, func(a, b Retention) int { return cmp.Compare(a.Name, b.Name) })
}

func (v *resolver) resolveRetention(raw rawRetention) Retention {
	before := v.r.errors
	keep := Retention{
		Name:         raw.Name,
		KeepLast:     v.eval.count(raw.KeepLast, 1, 0),
		KeepHourly:   v.eval.count(raw.KeepHourly, 1, 0),
		KeepDaily:    v.eval.count(raw.KeepDaily, 1, 0),
		KeepWeekly:   v.eval.count(raw.KeepWeekly, 1, 0),
		KeepMonthly:  v.eval.count(raw.KeepMonthly, 1, 0),
		KeepYearly:   v.eval.count(raw.KeepYearly, 1, 0),
		KeepWithin:   v.keepWithin(raw.KeepWithin),
		MinGood:      v.eval.count(raw.MinGood, 1, 2),
		MaxRemove:    v.eval.percent(raw.MaxRemove, 25),
		MaxShrink:    v.eval.percent(raw.MaxShrink, 50),
		HoldUncopied: v.eval.count(raw.HoldUncopied, 1, 14),
	}
	if v.r.errors == before {
		v.checkFloor(raw, keep)
	}
	return keep
}

// keepWithin is at most ten years, in the units that mean something there.
func (v *resolver) keepWithin(attr *hcl.Attribute) time.Duration {
	return v.eval.duration(attr, span{time.Hour, 520 * 7 * day}, 0)
}

// checkFloor compares what the rules keep at most with min_good.
func (v *resolver) checkFloor(raw rawRetention, keep Retention) {
	kept := keep.KeepLast + keep.KeepHourly + keep.KeepDaily + keep.KeepWeekly + keep.KeepMonthly + keep.KeepYearly
	switch {
	case kept == 0 && keep.KeepWithin == 0:
		v.r.errorf(raw.Def, "Retention without a rule", "retention.%s keeps nothing. State at least one of keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly, keep_yearly and keep_within.", raw.Name)
	case keep.KeepWithin > 0 || kept >= keep.MinGood:
	case raw.MinGood != nil:
		v.r.errorf(raw.MinGood.Expr.Range(), "Floor above the rules", "The rules of retention.%s keep at most %d, so a min_good of %d would stay the rule for ever. Raise a rule or lower min_good.", raw.Name, kept, keep.MinGood)
	default:
		v.r.warnf(raw.Def, "Floor above the rules", "The rules of retention.%s keep at most %d, but min_good is %d unless it is stated, so %d stay. State min_good to say what is meant.", raw.Name, kept, keep.MinGood, keep.MinGood)
	}
}
