package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// variable is a declared variable.
type variable struct {
	raw rawVariable
	typ cty.Type
}

// resolveVariables fills the evaluator's variables with the values given to Load, else the
// defaults. No message shows a value.
func resolveVariables(raw []rawVariable, opts Options, eval *evaluator) {
	declared := map[string]variable{}
	for _, v := range raw {
		if first, ok := declared[v.Name]; ok {
			eval.r.errorf(v.NameAt, "Duplicate variable", "variable %q is already declared at %s.", v.Name, place(first.raw.NameAt))
			continue
		}
		if checkVariableName(v, eval.r) {
			declared[v.Name] = variable{v, variableType(v.Type, eval.r)}
			eval.variables.declared[v.Name] = true
		}
	}
	given := givenValues(declared, opts, eval.r)
	for _, name := range sortedKeys(declared) {
		if value, ok := declared[name].value(given[name], eval); ok {
			eval.variables.set(name, value)
		}
	}
}

func checkVariableName(v rawVariable, r *report) bool {
	if secretName.MatchString(v.Name) {
		r.errorf(v.NameAt, "Literal secret", "No secret passes through a policy, so there can be no variable %s. Name the file that holds it where it is needed, as defaults_file does.", quoted(v.Name))
		return false
	}
	return checkLabel(v.Name, v.NameAt, r)
}

// variableType reads string, number, bool or list(string); string where it is not stated or
// wrong.
func variableType(attr *hcl.Attribute, r *report) cty.Type {
	if attr == nil {
		return cty.String
	}
	switch hcl.ExprAsKeyword(attr.Expr) {
	case "string":
		return cty.String
	case "number":
		return cty.Number
	case "bool":
		return cty.Bool
	}
	call, diags := hcl.ExprCall(attr.Expr)
	if !diags.HasErrors() && call.Name == "list" && len(call.Arguments) == 1 && hcl.ExprAsKeyword(call.Arguments[0]) == "string" {
		return cty.List(cty.String)
	}
	hint := ""
	if name, ok := literal(attr.Expr); ok && !r.hides(attr.Expr.Range()) {
		hint = " Write " + visible(name) + " without quotes."
	}
	r.errorf(attr.Expr.Range(), "Invalid variable type", "The type of a variable is string, number, bool or list(string).%s", hint)
	return cty.String
}

// value is what was given for a variable, else its default.
func (v variable) value(g given, eval *evaluator) (cty.Value, bool) {
	if v.raw.Description != nil {
		eval.strExpr("description", v.raw.Description.Expr, "what it is for")
	}
	fallback, ok := cty.NilVal, true
	if v.raw.Default != nil {
		fallback, ok = v.fallback(eval)
	}
	switch {
	case g.set:
		return g.value, g.value != cty.NilVal
	case v.raw.Default == nil:
		eval.r.errorf(v.raw.NameAt, "Missing variable value", "The variable %q has no default and was given no value. Give one with --var %s=VALUE, in a --var-file, or as CWB_VAR_%s.", v.raw.Name, v.raw.Name, v.raw.Name)
		return cty.NilVal, false
	}
	return fallback, ok
}

// fallback is the default, which may refer to nothing.
func (v variable) fallback(eval *evaluator) (cty.Value, bool) {
	expr := v.raw.Default.Expr
	if refs := expr.Variables(); len(refs) > 0 {
		eval.r.errorf(refs[0].SourceRange(), "Reference not allowed here", "The default of a variable refers to nothing. Use a local for what depends on other values.")
		return cty.NilVal, false
	}
	value, ok := eval.value(expr)
	if !ok {
		return cty.NilVal, false
	}
	if value, ok = asType(value, v.typ); !ok {
		eval.r.errorf(expr.Range(), "Wrong type", "The default of variable %q is no %s.", v.raw.Name, describeType(v.typ))
	}
	return value, ok
}

// asType accepts a value of exactly the type, and a written-out list of strings as a list.
func asType(value cty.Value, want cty.Type) (cty.Value, bool) {
	if value.IsNull() {
		return cty.NilVal, false
	}
	if !want.IsListType() {
		return value, value.Type().Equals(want)
	}
	if typeName(value.Type()) != "list" {
		return cty.NilVal, false
	}
	for it := value.ElementIterator(); it.Next(); {
		if _, element := it.Element(); element.IsNull() || element.Type() != cty.String {
			return cty.NilVal, false
		}
	}
	converted, err := convert.Convert(value, want)
	return converted, err == nil
}

func describeType(t cty.Type) string {
	if t.IsListType() {
		return "list of strings"
	}
	return typeName(t)
}
