package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

const maxCount = 10_000 // of backups that a rule keeps

// count is a whole number from least to maxCount; fallback when the argument is absent or
// wrong.
func (e *evaluator) count(attr *hcl.Attribute, least, fallback int) int {
	if attr == nil {
		return fallback
	}
	v, ok := e.typed(attr.Name, attr.Expr, cty.Number, "4")
	if !ok {
		return fallback
	}
	number := v.AsBigFloat()
	n, _ := number.Int64() // the nearest; out of range is not 0
	switch at := attr.Expr.Range(); {
	case number.Sign() < 0:
		e.r.errorf(at, "Number out of range", "%s cannot be negative.", quoted(attr.Name))
	case n > maxCount:
		e.r.errorf(at, "Number out of range", "%s can be %d at most.", quoted(attr.Name), maxCount)
	case !number.IsInt():
		e.r.errorf(at, "Number out of range", "%s must be a whole number.", quoted(attr.Name))
	case n < int64(least):
		e.r.errorf(at, "Number out of range", "%s cannot be %d. Leave it out instead.", quoted(attr.Name), n)
	default:
		return int(n)
	}
	return fallback
}

// percent is an argument such as "25%".
func (e *evaluator) percent(attr *hcl.Attribute, fallback Percent) Percent {
	if attr == nil {
		return fallback
	}
	t, ok := e.str(attr, "25%")
	if !ok {
		return fallback
	}
	n, unit, ok := parseAmount(t.value)
	if !ok || unit != "%" || n > 100 {
		e.r.errorf(t.at, "Invalid percentage", "%s cannot be %s. Write a whole number from 0 to 100 and %%, such as \"25%%\".", quoted(attr.Name), t.shown)
		return fallback
	}
	return Percent(n)
}

// isTrue evaluates an argument that is a bool.
func (e *evaluator) isTrue(attr *hcl.Attribute) (value, ok bool) {
	v, ok := e.typed(attr.Name, attr.Expr, cty.Bool, "true")
	return ok && v.True(), ok
}
