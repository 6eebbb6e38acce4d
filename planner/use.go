package planner

import (
	"errors"
	"fmt"
	"time"
)

// ErrUnfit is in the chain of every error about a plan that must not be applied here and now.
var ErrUnfit = errors.New("this plan cannot be applied")

// CheckUse refuses to apply a plan at another time, with another policy, or for another
// deployment or host than it was made for. Showing it is always allowed.
func (p *Plan) CheckUse(now time.Time, policyDigest, deployment, host string) error {
	switch {
	case p.Deployment != deployment:
		return p.unfit("it was made for deployment %q, and this policy is of %q", p.Deployment, deployment)
	case p.PolicyDigest != policyDigest:
		return p.unfit("the policy has changed since it was made")
	case p.Host != host:
		return p.unfit("it was made on host %q, and this is %q", p.Host, host)
	case !now.Before(p.Expires):
		return p.unfit("it expired at %s", p.Expires.UTC().Format(time.RFC3339))
	case now.Add(clockSlack).Before(p.Created):
		return p.unfit("it was made at %s, which by this machine's clock is still to come; put the clock right", p.Created.UTC().Format(time.RFC3339))
	}
	return nil
}

func (p *Plan) unfit(format string, args ...any) error {
	return fmt.Errorf("%w: %s; plan again", ErrUnfit, fmt.Sprintf(format, args...))
}
