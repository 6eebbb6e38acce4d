package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// localsOf evaluates the locals of a policy, each after those it refers to.
type localsOf struct {
	eval   *evaluator
	attrs  map[string]*hcl.Attribute
	height map[string]int // of finished ones: the longest chain below
	path   []string       // under way
}

// resolveLocals fills the evaluator's locals.
func resolveLocals(blocks []rawLocals, eval *evaluator) {
	l := &localsOf{eval: eval, attrs: map[string]*hcl.Attribute{}, height: map[string]int{}}
	for _, block := range blocks {
		attrs, diags := block.Body.JustAttributes()
		eval.r.take(diags)
		for _, name := range sortedKeys(attrs) {
			l.declare(attrs[name])
		}
	}
	eval.local = l.resolve
	for _, name := range sortedKeys(l.attrs) {
		l.resolve(name)
	}
}

func (l *localsOf) declare(attr *hcl.Attribute) {
	if first := l.attrs[attr.Name]; first != nil {
		l.eval.r.errorf(attr.NameRange, "Duplicate local", "local.%s is already defined at %s.", attr.Name, place(first.NameRange))
		return
	}
	l.attrs[attr.Name] = attr
	l.eval.locals.declared[attr.Name] = true
}

// resolve evaluates one local; the evaluator comes back here for those it refers to.
func (l *localsOf) resolve(name string) {
	if _, done := l.height[name]; done || l.cyclic(name) {
		return
	}
	if len(l.path) >= maxChain {
		l.tooLong(name)
		return
	}
	l.path = append(l.path, name)
	value, ok := l.eval.value(l.attrs[name].Expr)
	l.path = l.path[:len(l.path)-1]
	l.height[name] = 1 + l.highest(name)
	switch {
	case ok && l.height[name] > maxChain:
		l.tooLong(name)
	case ok:
		l.eval.locals.set(name, value)
	}
}

func (l *localsOf) tooLong(name string) {
	l.height[name] = 0
	l.eval.r.errorf(l.attrs[name].NameRange, "Nesting too deep", "local.%s stands in a chain of more than %d locals that refer to one another.", name, maxChain)
}

// highest is the longest chain among what a local refers to.
func (l *localsOf) highest(name string) int {
	height := 0
	for _, ref := range l.attrs[name].Expr.Variables() {
		if used, ok := attrName(ref, 1); ok && ref.RootName() == "local" {
			height = max(height, l.height[used])
		}
	}
	return height
}

// cyclic reports a local that is reached while it is itself under way, at its definition.
func (l *localsOf) cyclic(name string) bool {
	for i, under := range l.path {
		if under != name {
			continue
		}
		cycle := append(append([]string{}, l.path[i:]...), name)
		if _, reported := l.height[name]; !reported {
			l.eval.r.errorf(l.attrs[name].NameRange, "Cyclic locals", "These refer to one another in a circle: local.%s.", strings.Join(cycle, ", local."))
		}
		return true
	}
	return false
}
