package config

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// The language of expressions is kept so small that the size of a value can be bounded
// before it is computed: no loops, no arithmetic, no function that multiplies its input.

// functions are those that a policy may call.
func functions() map[string]function.Function {
	return map[string]function.Function{
		"upper": stdlib.UpperFunc, "lower": stdlib.LowerFunc, "trimspace": stdlib.TrimSpaceFunc,
		"join": stdlib.JoinFunc, "concat": stdlib.ConcatFunc,
	}
}

// unsupported says what of an expression is outside of the language, or nothing.
func unsupported(node hclsyntax.Node) string {
	switch n := node.(type) {
	case *hclsyntax.ForExpr:
		return "Loops (for) do not exist here: write the list out."
	case *hclsyntax.SplatExpr:
		return "The splat operator * does not exist here: write the list out."
	case *hclsyntax.BinaryOpExpr:
		if !compares(n.Op) {
			return "Arithmetic does not exist here: write the result."
		}
	case *hclsyntax.FunctionCallExpr:
		if n.ExpandFinal {
			return "The expansion ... does not exist here: write the arguments out, or use concat."
		}
	}
	return ""
}

func compares(op *hclsyntax.Operation) bool {
	switch op {
	case hclsyntax.OpEqual, hclsyntax.OpNotEqual, hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalOr,
		hclsyntax.OpGreaterThan, hclsyntax.OpGreaterThanOrEqual, hclsyntax.OpLessThan, hclsyntax.OpLessThanOrEqual:
		return true
	}
	return false
}

const perValue = 16 // bytes that every value counts, even an empty one

// sizeOf is what a value counts against the limits.
func sizeOf(v cty.Value) int {
	size := perValue
	switch {
	case v.IsNull() || !v.IsKnown():
	case v.Type() == cty.String:
		size += len(v.AsString())
	case v.CanIterateElements():
		for it := v.ElementIterator(); it.Next(); {
			key, element := it.Element()
			size += sizeOf(element)
			if v.Type().IsObjectType() || v.Type().IsMapType() {
				size += sizeOf(key)
			}
		}
	}
	return size
}

// bound is the most that evaluating an expression can make, when the references in it have
// the given sizes. It saturates above maxValueBytes.
func bound(expr hclsyntax.Expression, refs func(*hclsyntax.ScopeTraversalExpr) int) int {
	sum := func(parts ...hclsyntax.Expression) int {
		total := perValue
		for _, part := range parts {
			total = min(total+bound(part, refs), maxValueBytes+1)
		}
		return total
	}
	switch e := expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		return sizeOf(e.Val)
	case *hclsyntax.ScopeTraversalExpr:
		return refs(e)
	case *hclsyntax.TemplateExpr:
		return sum(e.Parts...)
	case *hclsyntax.TemplateWrapExpr:
		return sum(e.Wrapped)
	case *hclsyntax.ParenthesesExpr:
		return sum(e.Expression)
	case *hclsyntax.RelativeTraversalExpr:
		return sum(e.Source)
	case *hclsyntax.IndexExpr:
		return sum(e.Collection, e.Key)
	case *hclsyntax.TupleConsExpr:
		return sum(e.Exprs...)
	case *hclsyntax.ObjectConsExpr:
		return sum(entries(e)...)
	case *hclsyntax.ObjectConsKeyExpr:
		return sum(e.Wrapped)
	case *hclsyntax.ConditionalExpr:
		return sum(e.Condition, e.TrueResult, e.FalseResult)
	case *hclsyntax.BinaryOpExpr:
		return sum(e.LHS, e.RHS)
	case *hclsyntax.UnaryOpExpr:
		return sum(e.Val)
	case *hclsyntax.FunctionCallExpr:
		return boundCall(e, sum(e.Args...), func(i int) int { return sum(e.Args[i]) })
	}
	return maxValueBytes + 1
}

// boundCall knows that a letter may grow when its case changes, and that join repeats its
// separator once for every element.
func boundCall(call *hclsyntax.FunctionCallExpr, all int, arg func(int) int) int {
	factor := 1
	switch call.Name {
	case "upper", "lower":
		factor = 4
	case "join":
		if len(call.Args) > 0 {
			factor = 1 + arg(0)/perValue
		}
	}
	return min(all*factor, maxValueBytes+1)
}

func entries(e *hclsyntax.ObjectConsExpr) []hclsyntax.Expression {
	var parts []hclsyntax.Expression
	for _, item := range e.Items {
		parts = append(parts, item.KeyExpr, item.ValueExpr)
	}
	return parts
}
