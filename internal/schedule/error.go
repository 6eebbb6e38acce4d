package schedule

import "fmt"

// An Error says why an expression is refused. Both texts are written for whoever wrote the
// expression.
type Error struct {
	Expr    string // the expression as it was given, cut to MaxLength bytes
	Field   string // "minute", "hour", "day of month", "month", "day of week", or "" for the whole
	Problem string // what is wrong, without a full stop
	Remedy  string // what to write instead, without a full stop
}

// Error returns expression, problem and remedy in one line.
func (e *Error) Error() string {
	return fmt.Sprintf("schedule %q: %s; %s", e.Expr, e.Problem, e.Remedy)
}
