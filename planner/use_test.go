package planner_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cwb/planner"
)

func TestPlanIsForOneTimePolicyDeploymentAndHost(t *testing.T) {
	plan := somePlan(t)
	at := plan.Created.Add(time.Hour)
	if err := plan.CheckUse(at, plan.PolicyDigest, "site1", "backup-1"); err != nil {
		t.Fatal(err)
	}
	for want, err := range map[string]error{
		"deployment":     plan.CheckUse(at, plan.PolicyDigest, "site2", "backup-1"),
		"policy":         plan.CheckUse(at, "other", "site1", "backup-1"),
		"host":           plan.CheckUse(at, plan.PolicyDigest, "site1", "backup-2"),
		"expired":        plan.CheckUse(plan.Expires, plan.PolicyDigest, "site1", "backup-1"),
		"still to come":  plan.CheckUse(plan.Created.Add(-26*time.Hour), plan.PolicyDigest, "site1", "backup-1"),
		"plan again":     plan.CheckUse(plan.Created.Add(26*time.Hour), plan.PolicyDigest, "site1", "backup-1"),
		"cannot be appl": plan.CheckUse(plan.Created.Add(99*time.Hour), "", "", ""),
	} {
		if !errors.Is(err, planner.ErrUnfit) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want something about %q", err, want)
		}
	}
}
