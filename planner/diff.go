package planner

import (
	"errors"
	"time"

	"cwb/config"
)

// Diff makes the plan that turns s into what p asks for at the time now. It is pure: the
// same arguments give the same plan, id included.
func Diff(p *config.Policy, s State, now time.Time, r Request) (*Plan, error) {
	return nil, errors.New("not written yet")
}
