package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// find adds a finding. The message says what is wrong and what to do next.
func (d *draft) find(kind string, severity Severity, subject, format string, args ...any) {
	d.findings = append(d.findings, Finding{Kind: kind, Severity: severity, Subject: subject, Message: fmt.Sprintf(format, args...)})
}

// sortFindings puts what matters most first.
func sortFindings(all []Finding) []Finding {
	rank := func(s Severity) int { return slices.Index([]Severity{Critical, Warning, Info}, s) }
	return sorted(all, func(a, b Finding) int {
		return cmp.Or(rank(a.Severity)-rank(b.Severity), strings.Compare(a.Kind, b.Kind),
			strings.Compare(a.Subject, b.Subject), strings.Compare(a.Message, b.Message))
	})
}

// observations finds what is wrong with the world, whatever the request.
func (d *draft) observations() {
	d.w.eachPlace(func(pl *place) {
		d.observePlace(pl)
		d.observeBackups(pl)
		d.observeRestores(pl)
	})
	for _, b := range d.w.policy.Backups {
		d.observeBlock(b)
	}
	d.observeOrphans()
	d.observeLegacy()
}

// are writes "1 set is" or "2 sets are".
func are(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " is"
	}
	return count(n, noun) + " are"
}
