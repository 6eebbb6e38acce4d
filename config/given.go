package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// given is the value that a variable got from outside of the policy.
type given struct {
	set   bool
	value cty.Value // NilVal when it was refused
}

// envPrefix begins the environment variables that Load looks at.
const envPrefix = "CWB_VAR_"

// givenValues collects the values from outside, stronger sources last.
func givenValues(declared map[string]variable, opts Options, r *report) map[string]given {
	values := map[string]given{}
	for _, entry := range opts.Environ {
		name, value, _ := strings.Cut(strings.TrimPrefix(entry, envPrefix), "=")
		if !strings.HasPrefix(entry, envPrefix) {
			continue
		}
		if v, ok := declared[name]; ok {
			values[name] = v.parse(value, "the environment variable "+envPrefix+name, r)
		} else {
			r.warnf(hcl.Range{}, "Value for undeclared variable", "The environment variable %s sets a variable that the policy does not declare.%s", visible(envPrefix+name), didYouMean(name, sortedKeys(declared)))
		}
	}
	for _, file := range opts.VarFiles {
		readVarFile(file, declared, values, r)
	}
	for _, name := range sortedKeys(opts.Vars) {
		if v, ok := declared[name]; ok {
			values[name] = v.parse(opts.Vars[name], "--var "+name, r)
		} else {
			r.errorf(hcl.Range{}, "Value for undeclared variable", "--var sets %s, which the policy does not declare.%s", quoted(name), didYouMean(name, sortedKeys(declared)))
		}
	}
	return values
}

// parse reads a value given as text: a string as it is, everything else in HCL syntax.
func (v variable) parse(value, origin string, r *report) given {
	refuse := func(why string) given {
		r.errorf(v.raw.NameAt, "Invalid variable value", "The value that %s gives for variable %q %s.", origin, v.raw.Name, why)
		return given{set: true}
	}
	if len(value) > maxValueBytes {
		return refuse(fmt.Sprintf("is longer than %d KiB", maxValueBytes>>10))
	}
	if v.typ == cty.String {
		if !utf8Clean(value) {
			return refuse("is no UTF-8 text, or holds a NUL")
		}
		return given{true, cty.StringVal(value)}
	}
	// The text is parsed as a file of its own, so that it meets all limits and no message can
	// show it.
	src := newSource(origin, []byte("v = "+value+"\n"))
	private := newReport()
	parse(src, private)
	if private.failed() || len(src.body.Attributes) != 1 || len(src.body.Blocks) > 0 {
		return refuse("is no " + describeType(v.typ))
	}
	got, ok := constant(src.body.Attributes["v"].Expr, v.typ, private)
	if !ok {
		return refuse("is no " + describeType(v.typ))
	}
	return given{true, got}
}

// constant evaluates an expression that refers to nothing.
func constant(expr hclsyntax.Expression, typ cty.Type, r *report) (cty.Value, bool) {
	if len(expr.Variables()) > 0 {
		return cty.NilVal, false
	}
	eval := &evaluator{r: r, variables: newScope(), locals: newScope()}
	value, ok := eval.value(expr)
	if !ok {
		return cty.NilVal, false
	}
	return asType(value, typ)
}

// readVarFile reads NAME = VALUE lines. Its lines are never shown.
func readVarFile(name string, declared map[string]variable, values map[string]given, r *report) {
	content, ok := readFile(name, r)
	if !ok {
		return
	}
	src := newSource(name, content)
	src.private = true
	r.sources[name] = src
	parse(src, r)
	if src.body == nil {
		return
	}
	attrs, diags := src.body.JustAttributes()
	r.take(diags)
	for _, key := range sortedKeys(attrs) {
		attr := attrs[key]
		v, ok := declared[key]
		if !ok {
			r.errorf(attr.NameRange, "Value for undeclared variable", "The policy declares no variable %s.%s", quoted(key), didYouMean(key, sortedKeys(declared)))
			continue
		}
		value, ok := constant(attr.Expr.(hclsyntax.Expression), v.typ, newReport())
		if values[key] = (given{set: true}); !ok {
			r.errorf(attr.NameRange, "Invalid variable value", "The value for variable %q is no %s.", key, describeType(v.typ))
			continue
		}
		values[key] = given{true, value}
	}
}
