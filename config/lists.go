package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// strs is an argument that is a list of strings: at least one, none twice. Where the list is
// written out, each element keeps its own place.
func (e *evaluator) strs(attr *hcl.Attribute, example string) ([]text, bool) {
	texts, ok := e.elements(attr, example)
	if !ok {
		return nil, false
	}
	if len(texts) > maxElements {
		e.r.errorf(attr.Expr.Range(), "List too long", "%s can have %d elements at most.", quoted(attr.Name), maxElements)
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
		t, ok := e.clean(attr.Name, e.named(element.AsString(), attr.Expr))
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
