package config

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"cwb/internal/backup"
)

// resolveCwb reads the one cwb block, and returns the time zone that schedules mean.
func (v *resolver) resolveCwb(blocks []rawCwb) *time.Location {
	if len(blocks) == 0 {
		v.r.errorf(hcl.Range{}, "Missing cwb block", "The policy needs one block cwb { deployment = \"NAME\" }: the name becomes part of every record and path of its backups.")
		return time.UTC
	}
	for _, again := range blocks[1:] {
		v.r.errorf(again.Def, "Duplicate cwb block", "A policy has one cwb block. The first stands at %s.", place(blocks[0].Def))
	}
	cwb := blocks[0]
	v.checkRequiredVersion(cwb.RequiredVersion)
	if v.required(cwb.Deployment, "deployment", cwb.Def, `"site1"`) {
		if t, ok := v.eval.str(cwb.Deployment, "site1"); ok && v.checkName(t) {
			v.policy.Deployment = t.value
		}
	}
	if cwb.Scheduler != nil {
		if s, ok := v.eval.oneOf(cwb.Scheduler, string(Systemd), string(Cron), string(NoScheduler)); ok {
			v.policy.Scheduler = Scheduler(s)
		}
	}
	return v.resolveTimezone(cwb.Timezone)
}

// checkName checks a label that stands as a value.
func (v *resolver) checkName(t text) bool {
	if !t.literal {
		if backup.ValidLabel(t.value) {
			return true
		}
		v.r.errorf(t.at, "Invalid name", "The name %s is not valid. Names match [a-z][a-z0-9_-]{0,31}, such as ellis-1.", t.shown)
		return false
	}
	return checkLabel(t.value, t.at, v.r)
}

// required reports an argument that is missing, at the header of its block.
func (v *resolver) required(attr *hcl.Attribute, name string, block hcl.Range, example string) bool {
	if attr == nil {
		v.r.errorf(block, "Missing required argument", "The argument %q is required here, such as %s = %s.", name, name, example)
	}
	return attr != nil
}

// checkRequiredVersion reports what sniff passed over.
func (v *resolver) checkRequiredVersion(attr *hcl.Attribute) {
	if attr == nil {
		return
	}
	const example = `Write conditions such as ">= 0.1" or ">= 0.1, < 2.0".`
	text, ok := literal(attr.Expr)
	if !ok {
		v.r.errorf(attr.Expr.Range(), "Invalid version condition", "required_version must be a plain string, since it is read before anything else. %s", example)
		return
	}
	_, problem := parseConstraints(text)
	if problem != "" && v.r.hides(attr.Expr.Range()) {
		problem = "the condition cannot be read"
	}
	if problem != "" {
		v.r.errorf(attr.Expr.Range(), "Invalid version condition", "In required_version, %s. %s", problem, example)
	}
}

func (v *resolver) resolveTimezone(attr *hcl.Attribute) *time.Location {
	if attr == nil {
		return time.UTC
	}
	t, ok := v.eval.str(attr, "Europe/London")
	if !ok {
		return time.UTC
	}
	zone, err := time.LoadLocation(t.value)
	if err != nil || t.value == "Local" {
		v.r.errorf(t.at, "Unknown time zone", "There is no time zone %s. Write a name of the IANA list, such as \"Europe/London\" or \"UTC\".", t.shown)
		return time.UTC
	}
	v.policy.Timezone = t.value
	return zone
}
