package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"cwb/internal/backup"
)

// reference reads an expression that must be a bare reference with so many parts after its
// first word, such as node.mysql.ellis. example is what a message proposes.
func reference(expr hcl.Expression, root string, parts int, example string, r *report) ([]string, bool) {
	ref, diags := hcl.AbsTraversalForExpr(expr)
	if diags.HasErrors() {
		refuseReference(expr, root, example, r)
		return nil, false
	}
	var names []string
	for i := range ref[1:] {
		if name, ok := attrName(ref, i+1); ok {
			names = append(names, name)
		}
	}
	if ref.RootName() != root || len(names) != parts || len(ref) != parts+1 {
		r.errorf(expr.Range(), "Invalid reference", "Expected a reference such as %s here.", example)
		return nil, false
	}
	return names, true
}

// refuseReference says what stands there instead of a reference, most likely quotes.
func refuseReference(expr hcl.Expression, root, example string, r *report) {
	spelled, ok := literal(expr)
	switch {
	case ok && strings.HasPrefix(spelled, root+".") && !r.hides(expr.Range()):
		r.errorf(expr.Range(), "Reference in quotes", "Write %s without quotes.", visible(spelled))
	case ok:
		r.errorf(expr.Range(), "Reference in quotes", "Expected a reference without quotes, such as %s.", example)
	default:
		r.errorf(expr.Range(), "Invalid reference", "Expected a reference such as %s here, nothing computed.", example)
	}
}

// nodeRef is a reference to a node, and where it stands.
type nodeRef struct {
	addr backup.NodeAddr
	at   hcl.Range
}

// nodeRefs reads nodes = [node.mysql.ellis, …]. known are the declared nodes.
func nodeRefs(attr *hcl.Attribute, known map[backup.NodeAddr]bool, r *report) []nodeRef {
	const example = "node.mysql.ellis"
	exprs, diags := hcl.ExprList(attr.Expr)
	if diags.HasErrors() {
		r.errorf(attr.Expr.Range(), "Wrong type", "%q must be a list of references, such as [%s].", attr.Name, example)
		return nil
	}
	var refs []nodeRef
	for _, expr := range exprs {
		names, ok := reference(expr, "node", 2, example, r)
		if !ok {
			continue
		}
		addr := backup.NodeAddr{Kind: backup.Kind(names[0]), Name: names[1]}
		if !known[addr] {
			undeclared(expr.Range(), addr.Address(), addresses(known), r)
			continue
		}
		refs = append(refs, nodeRef{addr, expr.Range()})
	}
	return refs
}

// undeclared reports a reference that leads nowhere.
func undeclared(at hcl.Range, address string, known []string, r *report) {
	hint := didYouMean(address, known)
	if len(known) == 0 {
		kind, _, _ := strings.Cut(address, ".")
		hint = fmt.Sprintf(" The policy declares no %s.", kind)
	}
	r.errorf(at, "Reference to undeclared name", "There is no %s.%s%s", visible(address), lookAlikeHint(address), hint)
}

func addresses(known map[backup.NodeAddr]bool) []string {
	var out []string
	for addr := range known {
		out = append(out, addr.Address())
	}
	return out
}
