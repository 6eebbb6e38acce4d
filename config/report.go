package config

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// report collects what is wrong while a policy is loaded. Nothing but text and positions
// enters it: the expressions and values that HCL hangs on its diagnostics are left behind.
type report struct {
	sources map[string]*source
	found   Diagnostics
	more    int // that found had no room for
	errors  int
}

func newReport() *report { return &report{sources: map[string]*source{}} }

func (r *report) failed() bool { return r.errors > 0 }

// errorf reports an error. An empty range means no place in particular; one with nothing but
// a file name means that file.
func (r *report) errorf(at hcl.Range, summary, format string, args ...any) {
	r.add(Error, at, summary, fmt.Sprintf(format, args...))
}

func (r *report) warnf(at hcl.Range, summary, format string, args ...any) {
	r.add(Warning, at, summary, fmt.Sprintf(format, args...))
}

// take adds what HCL found.
func (r *report) take(ds hcl.Diagnostics) {
	for _, d := range ds {
		severity := Error
		if d.Severity == hcl.DiagWarning {
			severity = Warning
		}
		var at hcl.Range
		if d.Subject != nil {
			at = *d.Subject
		}
		r.add(severity, at, d.Summary, d.Detail)
	}
}

func (r *report) add(severity Severity, at hcl.Range, summary, detail string) {
	if severity == Error {
		r.errors++
	}
	if len(r.found) >= maxProblems {
		r.more++
		return
	}
	d := Diagnostic{
		Severity: severity, Summary: shorten(summary, maxDetail), Detail: shorten(detail, maxDetail), File: at.Filename,
		Line: at.Start.Line, Column: at.Start.Column, EndLine: at.End.Line, EndColumn: at.End.Column,
	}
	if src := r.sources[at.Filename]; src != nil {
		d.Snippet, d.Mark = src.snippet(at)
	}
	if !slices.Contains(r.found, d) {
		r.found = append(r.found, d)
	}
}

// hides reports whether a place is on a line that no message may show.
func (r *report) hides(at hcl.Range) bool {
	src := r.sources[at.Filename]
	return src != nil && (src.private || src.hidden[at.Start.Line])
}

// diagnostics is everything found, in order of file and position.
func (r *report) diagnostics() Diagnostics {
	slices.SortStableFunc(r.found, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Summary, b.Summary), cmp.Compare(a.Detail, b.Detail))
	})
	if r.more == 0 {
		return r.found
	}
	return append(r.found, Diagnostic{
		Severity: Error, Summary: "Too many problems",
		Detail: fmt.Sprintf("There are %d more. Correct these first.", r.more),
	})
}

// place names a range for a message: "site.hcl:12".
func place(at hcl.Range) string { return fmt.Sprintf("%s:%d", at.Filename, at.Start.Line) }

// onlySecrets reports whether the policy could still be read as a whole.
func (r *report) onlySecrets() bool {
	for _, d := range r.found {
		if d.Severity == Error && d.Summary != "Literal secret" {
			return false
		}
	}
	return r.more == 0
}
