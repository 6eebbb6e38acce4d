package config

// Diagnostic is one thing that is wrong, or doubtful, in a policy. Summary is constant for
// its kind; Detail names the offender and what to write instead.
type Diagnostic struct {
	Severity  Severity `json:"severity"`
	Summary   string   `json:"summary"`
	Detail    string   `json:"detail"`
	File      string   `json:"file"` // as it was named to Load, empty when no file is meant
	Line      int      `json:"line"` // from 1; 0 when no place is meant
	Column    int      `json:"column"`
	EndLine   int      `json:"end_line"`
	EndColumn int      `json:"end_column"`
	Snippet   string   `json:"-"` // the source line, without its line end; empty where it must not be shown
	Mark      Span     `json:"-"` // what of Snippet is meant
}

// Span is a part of a string, in bytes.
type Span struct{ Start, End int }

// Severity of a diagnostic.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostics are in order of file and position.
type Diagnostics []Diagnostic

// HasErrors reports whether any of them is an error.
func (ds Diagnostics) HasErrors() bool { return ds.Count(Error) > 0 }

// Count counts those of one severity.
func (ds Diagnostics) Count(s Severity) int {
	n := 0
	for _, d := range ds {
		if d.Severity == s {
			n++
		}
	}
	return n
}
