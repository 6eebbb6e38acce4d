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
	return e.clean(name, newText(v.AsString(), expr))
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

// newText lets a message repeat only what the policy itself spells out.
func newText(value string, expr hcl.Expression) text {
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

// strs is an argument that is a list of strings: at least one, none twice. Where the list is
// written out, each element keeps its own place.
func (e *evaluator) strs(attr *hcl.Attribute, example string) ([]text, bool) {
	texts, ok := e.elements(attr, example)
	if !ok {
		return nil, false
	}
	if len(texts) == 0 {
		e.r.errorf(attr.Expr.Range(), "Empty list", "%s needs at least one element, such as [%q].", quoted(attr.Name), example)
		return nil, false
	}
	return texts, true
}

func (e *evaluator) elements(attr *hcl.Attribute, example string) ([]text, bool) {
	exprs, diags := hcl.ExprList(attr.Expr)
	if diags.HasErrors() {
		return e.computed(attr, example)
	}
	texts, good := make([]text, 0, len(exprs)), true
	for _, expr := range exprs {
		t, ok := e.strExpr(attr.Name, expr, example)
		texts, good = append(texts, t), good && ok
	}
	return texts, good
}

// computed is a list that comes out of a reference or a function.
func (e *evaluator) computed(attr *hcl.Attribute, example string) ([]text, bool) {
	v, ok := e.value(attr.Expr)
	if !ok {
		return nil, false
	}
	if v.IsNull() || typeName(v.Type()) != "list" {
		e.r.errorf(attr.Expr.Range(), "Wrong type", "%s must be a list of strings, such as [%q].", quoted(attr.Name), example)
		return nil, false
	}
	var texts []text
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		if element.IsNull() || element.Type() != cty.String {
			e.r.errorf(attr.Expr.Range(), "Wrong type", "Every element of %s must be a string, such as %q.", quoted(attr.Name), example)
			return nil, false
		}
		t, ok := e.clean(attr.Name, newText(element.AsString(), attr.Expr))
		if !ok {
			return nil, false
		}
		texts = append(texts, t)
	}
	return texts, true
}

// distinct reports elements that stand in a list twice.
func (e *evaluator) distinct(name string, texts []text) {
	seen := map[string]bool{}
	for _, t := range texts {
		if seen[t.value] {
			e.r.errorf(t.at, "Duplicate element", "The element %s stands in %s twice.", t.shown, quoted(name))
		}
		seen[t.value] = true
	}
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
