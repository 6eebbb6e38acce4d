package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/mod/semver"
)

// sniff looks only at required_version. A policy that asks for another version of cwb gets
// that one error, instead of one for everything this version does not know.
func sniff(bodies []*hclsyntax.Body, version string, sources map[string]*source) *report {
	r := &report{sources: sources}
	for _, body := range bodies {
		for _, block := range body.Blocks {
			if attr := block.Body.Attributes["required_version"]; attr != nil && block.Type == "cwb" && !r.failed() {
				checkVersion(attr, version, r)
			}
		}
	}
	return r
}

// checkVersion passes over what is no version at all; resolving the cwb block reports it.
func checkVersion(attr *hclsyntax.Attribute, version string, r *report) {
	text, ok := literal(attr.Expr)
	rules, err := parseConstraints(text)
	if !ok || err != "" || !semver.IsValid(canonical(version)) {
		return
	}
	for _, rule := range rules {
		if !rule.allows(canonical(version)) {
			r.errorf(attr.Expr.Range(), "Unsupported cwb version", "This policy requires cwb %s; this is cwb %s. Use a matching version, or change required_version.", quoted(text), version)
			return
		}
	}
}

// literal is the value of a plain quoted string. Anything else is not evaluated at all.
func literal(expr hcl.Expression) (string, bool) {
	template, ok := expr.(*hclsyntax.TemplateExpr)
	if !ok || !template.IsStringLiteral() {
		return "", false
	}
	value, diags := template.Value(nil)
	if diags.HasErrors() || value.Type() != cty.String {
		return "", false
	}
	return value.AsString(), true
}

// constraint is one condition of required_version, such as >= 0.1.
type constraint struct{ op, version string }

// parseConstraints reads conditions separated by commas; problem says what is wrong.
func parseConstraints(text string) (all []constraint, problem string) {
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		number := strings.TrimLeft(part, "<>=!~ ")
		c := constraint{strings.TrimSpace(part[:len(part)-len(number)]), canonical(number)}
		switch c.op {
		case "", "=", "!=", ">", ">=", "<", "<=", "~>":
		default:
			return nil, "there is no operator " + quoted(c.op)
		}
		if !semver.IsValid(c.version) {
			return nil, quoted(number) + " is no version"
		}
		all = append(all, c)
	}
	return all, ""
}

// canonical writes a version as the semver package wants it, without what marks a build of a
// version not yet released: a development build of 0.2.0 satisfies >= 0.2.0.
func canonical(version string) string {
	v := "v" + strings.TrimPrefix(version, "v")
	return strings.TrimSuffix(strings.TrimSuffix(v, semver.Build(v)), semver.Prerelease(v))
}

func (c constraint) allows(version string) bool {
	order := semver.Compare(version, c.version)
	switch c.op {
	case "!=":
		return order != 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case "~>":
		return order >= 0 && sameSeries(version, c.version)
	}
	return order == 0
}

// sameSeries lets only the last part that a ~> states grow: ~> 0.2 allows 0.9, ~> 0.2.1
// allows 0.2.9.
func sameSeries(version, stated string) bool {
	if strings.Count(stated, ".") < 2 {
		return semver.Major(version) == semver.Major(stated)
	}
	return semver.MajorMinor(version) == semver.MajorMinor(stated)
}
