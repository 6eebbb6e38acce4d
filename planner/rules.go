package planner

import (
	"fmt"
	"strings"
	"time"

	"cwb/config"
)

// rule keeps the newest set of each of the last limit buckets that have one. Rules are
// joined by "or": what one keeps stays, so a rule that is added never removes more.
type rule struct {
	name   string
	limit  int
	bucket func(*Set) string
	filled []filled // by the sets that count, newest first; at most limit
}

// filled is a bucket with the set that fills it.
type filled struct {
	bucket string
	set    *Set
}

// newRules are the rules of a retention that keep anything. Calendar buckets are those of
// the policy's time zone, and a set belongs to the one in which it began.
func newRules(r config.Retention, zone *time.Location) []*rule {
	by := func(layout string) func(*Set) string {
		return func(s *Set) string { return s.began().In(zone).Format(layout) }
	}
	week := func(s *Set) string {
		year, week := s.began().In(zone).ISOWeek()
		return fmt.Sprintf("%d-W%02d", year, week)
	}
	var rules []*rule
	for _, one := range []rule{
		{name: "keep_last", limit: r.KeepLast, bucket: func(s *Set) string { return string(s.ID) }},
		{name: "keep_hourly", limit: r.KeepHourly, bucket: by("2006-01-02T15 -0700")}, // both hours of a repeated one
		{name: "keep_daily", limit: r.KeepDaily, bucket: by("2006-01-02")},
		{name: "keep_weekly", limit: r.KeepWeekly, bucket: week},
		{name: "keep_monthly", limit: r.KeepMonthly, bucket: by("2006-01")},
		{name: "keep_yearly", limit: r.KeepYearly, bucket: by("2006")},
	} {
		if one.limit > 0 {
			rules = append(rules, &one)
		}
	}
	return rules
}

// fill gives the buckets to the sets that count, newest first.
func (r *rule) fill(counted []*Set) {
	seen := map[string]bool{}
	for _, set := range counted {
		if len(r.filled) == r.limit {
			return
		}
		if b := r.bucket(set); !seen[b] {
			seen[b] = true
			r.filled = append(r.filled, filled{b, set})
		}
	}
}

// keeps says why the rule keeps a set that counts; empty when it does not.
func (r *rule) keeps(set *Set) string {
	for i, f := range r.filled {
		if f.set == set {
			return r.reason(f.bucket, i)
		}
	}
	return ""
}

// wouldKeep judges a set that fills no bucket: the rule wants it until newer sets that count
// have filled its bucket, or as many buckets as the rule has.
func (r *rule) wouldKeep(set *Set) string {
	bucket, newer := r.bucket(set), 0
	for _, f := range r.filled {
		if newestFirst(f.set, set) > 0 {
			break
		}
		if f.bucket == bucket {
			return ""
		}
		newer++
	}
	if newer >= r.limit {
		return ""
	}
	return r.reason(bucket, newer)
}

func (r *rule) reason(bucket string, index int) string {
	if r.name == "keep_last" {
		return fmt.Sprintf("keep_last (%d of %d)", index+1, r.limit)
	}
	return fmt.Sprintf("%s %s (%d of %d)", r.name, bucket, index+1, r.limit)
}

// ruleNames says what a retention asks for, for the reason of a removal.
func ruleNames(rules []*rule, within time.Duration) string {
	var names []string
	for _, r := range rules {
		names = append(names, fmt.Sprintf("%s = %d", r.name, r.limit))
	}
	if within > 0 {
		names = append(names, "keep_within = "+span(within))
	}
	return strings.Join(names, ", ")
}

// span writes a duration as policies do.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return d.String()
}
