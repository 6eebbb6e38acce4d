package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// evaluator computes expressions within the limits. What it cannot compute it reports, once:
// an expression that refers to a broken local is passed over in silence.
type evaluator struct {
	r         *report
	variables scope
	locals    scope
	local     func(name string) // evaluates a local before it is used; nil where none may be
	work      int               // bytes evaluated so far
}

// scope is the variables or the locals.
type scope struct {
	declared map[string]bool
	values   map[string]cty.Value // of those that are good
	sizes    map[string]int
}

func newScope() scope {
	return scope{map[string]bool{}, map[string]cty.Value{}, map[string]int{}}
}

func (s scope) set(name string, v cty.Value) {
	s.values[name] = v
	s.sizes[name] = sizeOf(v)
}

// value evaluates an expression; false when it is or rests on something reported.
func (e *evaluator) value(expr hcl.Expression) (cty.Value, bool) {
	node, ok := expr.(hclsyntax.Expression)
	if !ok || !e.inLanguage(node) || !e.resolvable(node) || !e.affordable(node) {
		return cty.NilVal, false
	}
	v, diags := node.Value(e.context(node))
	e.r.take(diags)
	if diags.HasErrors() || !v.IsWhollyKnown() {
		return cty.NilVal, false
	}
	return v, true
}

func (e *evaluator) inLanguage(node hclsyntax.Expression) bool {
	good := true
	hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		if what := unsupported(n); what != "" {
			good = false
			e.r.errorf(n.Range(), "Expression not supported", "%s", what)
		}
		return nil
	})
	return good
}

// resolvable follows every reference of an expression.
func (e *evaluator) resolvable(node hclsyntax.Expression) bool {
	good := true
	for _, ref := range node.Variables() {
		good = e.follow(ref) && good
	}
	return good
}

// follow checks that one reference leads to a good value.
func (e *evaluator) follow(ref hcl.Traversal) bool {
	s, ok := e.scopeOf(ref)
	if !ok {
		return false
	}
	name, ok := attrName(ref, 1)
	if !ok {
		e.r.errorf(ref.SourceRange(), "Invalid reference", "Name what is meant, as in %s.name.", ref.RootName())
		return false
	}
	if !s.declared[name] {
		e.r.errorf(ref.SourceRange(), "Reference to undeclared name", "There is no %s.%s.%s%s", ref.RootName(), visible(name), lookAlikeHint(name), didYouMean(name, sortedKeys(s.declared)))
		return false
	}
	if ref.RootName() == "local" && e.local != nil {
		e.local(name)
	}
	_, ok = s.values[name]
	return ok
}

// scopeOf finds what the first word of a reference means.
func (e *evaluator) scopeOf(ref hcl.Traversal) (scope, bool) {
	switch root := ref.RootName(); {
	case root == "var":
		return e.variables, true
	case root == "local":
		return e.locals, true
	case slices.Contains([]string{"node", "retention", "backup", "target"}, root):
		e.r.errorf(ref.SourceRange(), "Reference not allowed here", "Blocks are referred to only in backup and hook blocks: nodes = [node.…] and retention = retention.… have references.")
	default:
		e.r.errorf(ref.SourceRange(), "Unknown reference", "There is nothing named %s.%s%s Values are var.NAME and local.NAME; text stands in quotes.", visible(root), lookAlikeHint(root), didYouMean(root, []string{"var", "local"}))
	}
	return scope{}, false
}

// affordable keeps the size of one value, and the work for all of them, within the limits.
func (e *evaluator) affordable(node hclsyntax.Expression) bool {
	size := bound(node, func(ref *hclsyntax.ScopeTraversalExpr) int {
		name, _ := attrName(ref.Traversal, 1)
		if ref.Traversal.RootName() == "local" {
			return perValue + e.locals.sizes[name]
		}
		return perValue + e.variables.sizes[name]
	})
	if size > maxValueBytes {
		e.r.errorf(node.Range(), "Value too large", "A value may have %d KiB.", maxValueBytes>>10)
		return false
	}
	if e.work += size; e.work > maxWorkBytes {
		if e.work-size <= maxWorkBytes {
			e.r.errorf(node.Range(), "Value too large", "All values of a policy together may have %d MiB.", maxWorkBytes>>20)
		}
		return false
	}
	return true
}

// context holds just what an expression refers to.
func (e *evaluator) context(node hclsyntax.Expression) *hcl.EvalContext {
	used := map[string]map[string]cty.Value{"var": {}, "local": {}}
	for _, ref := range node.Variables() {
		name, _ := attrName(ref, 1)
		s := e.variables
		if ref.RootName() == "local" {
			s = e.locals
		}
		used[ref.RootName()][name] = s.values[name]
	}
	return &hcl.EvalContext{
		Variables: map[string]cty.Value{"var": cty.ObjectVal(used["var"]), "local": cty.ObjectVal(used["local"])},
		Functions: functions(),
	}
}

// attrName is the name at a step of a traversal, as .name or ["name"].
func attrName(ref hcl.Traversal, i int) (string, bool) {
	if i >= len(ref) {
		return "", false
	}
	switch step := ref[i].(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.IsKnown() && !step.Key.IsNull() && step.Key.Type() == cty.String {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// lookAlikeHint is a sentence about a name that is not ASCII, or nothing.
func lookAlikeHint(name string) string {
	if isASCII(name) {
		return ""
	}
	return " In it, " + lookAlike(name) + "."
}
