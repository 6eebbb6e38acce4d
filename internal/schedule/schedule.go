package schedule

import (
	"strings"
	"time"
)

// MaxLength is the greatest length of an expression, in bytes.
const MaxLength = 256

// A Schedule is a set of slots. The zero value has none.
type Schedule struct {
	expr  string
	times times
	zone  *time.Location
}

// Parse reads a cron expression, or one of @hourly, @daily, @weekly and @monthly, whose
// times are those of a clock in zone. A refusal is an [*Error].
func Parse(expr string, zone *time.Location) (Schedule, error) {
	text, problem := fiveFields(expr)
	if problem != nil {
		return Schedule{}, problem
	}
	if zone == nil {
		return Schedule{}, refuse(expr, "", "no time zone is given", `name one, for example "Europe/London"`)
	}
	set, problem := parseTimes(expr, text)
	if problem != nil {
		return Schedule{}, problem
	}
	return Schedule{expr: strings.Join(strings.Fields(expr), " "), times: set, zone: zone}, nil
}

// String returns the expression, with single spaces between its fields.
func (s Schedule) String() string { return s.expr }

// Zone returns the zone whose clock the schedule follows; nil for the zero value.
func (s Schedule) Zone() *time.Location { return s.zone }
