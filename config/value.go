package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// text is a string of the policy and where it stands.
type text struct {
	value   string
	shown   string // how a message names it: in quotes when it is literal, else by its references, never its value
	at      hcl.Range
	literal bool // the policy itself spells it out, so a message may repeat it
}

// typed evaluates an argument that must be of one type; the conversions that HCL would make
// ("4" for 4) hide mistakes and are not made.
func (e *evaluator) typed(name string, expr hcl.Expression, want cty.Type, example string) (cty.Value, bool) {
	v, ok := e.value(expr)
	switch {
	case !ok:
		return cty.NilVal, false
	case v.IsNull():
		e.r.errorf(expr.Range(), "Null value", "%s cannot be null. Leave it out instead.", quoted(name))
		return cty.NilVal, false
	case !v.Type().Equals(want):
		e.r.errorf(expr.Range(), "Wrong type", "%s must be a %s, such as %s, not a %s.", quoted(name), typeName(want), example, typeName(v.Type()))
		return cty.NilVal, false
	}
	return v, true
}

func typeName(t cty.Type) string {
	switch {
	case t == cty.String:
		return "string"
	case t == cty.Number:
		return "number"
	case t == cty.Bool:
		return "bool"
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		return "list"
	}
	return "map"
}

// str is a string argument. No argument of a policy may hold control or invisible characters.
func (e *evaluator) str(attr *hcl.Attribute, example string) (text, bool) {
	return e.strExpr(attr.Name, attr.Expr, example)
}

func (e *evaluator) strExpr(name string, expr hcl.Expression, example string) (text, bool) {
	v, ok := e.typed(name, expr, cty.String, `"`+example+`"`)
	if !ok {
		return text{}, false
	}
	return e.clean(name, e.named(v.AsString(), expr))
}

func (e *evaluator) clean(name string, t text) (text, bool) {
	switch {
	case t.value == "":
		e.r.errorf(t.at, "Empty value", "%s must not be empty.", quoted(name))
	case strings.ContainsFunc(t.value, func(c rune) bool { return c == '\t' || c == '\n' || c == '\r' }) || hasHidden(t.value):
		e.r.errorf(t.at, "Invisible character", "%s holds a line end, a tab, a control character or an invisible one.", quoted(name))
	default:
		return t, true
	}
	return text{}, false
}

// named lets a message repeat only what the policy itself spells out, and no secret.
func (e *evaluator) named(value string, expr hcl.Expression) text {
	if e.r.hides(expr.Range()) {
		return text{value, "given here", expr.Range(), false}
	}
	var names []string
	for _, ref := range expr.Variables() {
		if name, ok := attrName(ref, 1); ok {
			names = append(names, ref.RootName()+"."+visible(name))
		}
	}
	if len(names) == 0 {
		return text{value, quoted(value), expr.Range(), true}
	}
	return text{value, "given by " + list(names), expr.Range(), false}
}

// oneOf is a string argument with few possible values.
func (e *evaluator) oneOf(attr *hcl.Attribute, choices ...string) (string, bool) {
	t, ok := e.str(attr, choices[0])
	if !ok {
		return "", false
	}
	for _, choice := range choices {
		if t.value == choice {
			return choice, true
		}
	}
	e.r.errorf(t.at, "Unknown value", "%s cannot be %s.%s", quoted(attr.Name), t.shown, didYouMean(t.value, quoteAll(choices)))
	return "", false
}

func quoteAll(names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, quoted(name))
	}
	return out
}
