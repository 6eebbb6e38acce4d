package scheduler

import (
	"testing"
	"time"
	_ "time/tzdata" // as in the command: the tests must pass where no zone database is installed
)

// zone returns a zone by its name.
func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// nightly is the job of the first example of a policy.
func nightly(t testing.TB) Job {
	return Job{
		Deployment:  "site1",
		Block:       "subscribers",
		Expr:        "0 0 * * *",
		Zone:        zone(t, "Europe/London"),
		Command:     []string{"/usr/local/bin/cwb"},
		PolicyPath:  "/etc/cwb/policy",
		MachineZone: "Europe/London",
	}
}

// changed returns the nightly job after a change.
func changed(t testing.TB, change func(*Job)) Job {
	job := nightly(t)
	change(&job)
	return job
}
