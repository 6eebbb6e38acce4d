package config

import (
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/rogpeppe/go-internal/diff"
)

// Format writes a policy file in the canonical form: indentation, and aligned equals signs.
// It changes nothing but spaces, and refuses what does not parse.
func Format(src []byte, filename string) ([]byte, Diagnostics) {
	r := newReport()
	source := newSource(filename, src)
	r.sources[filename] = source
	if len(src) > maxFileBytes {
		r.errorf(inFile(filename), "File too large", "A file may have %d KiB. Is %s a policy?", maxFileBytes>>10, quoted(filename))
		return nil, r.diagnostics()
	}
	if parse(source, r); r.failed() {
		return nil, r.diagnostics()
	}
	return hclwrite.Format(src), r.diagnostics()
}

// Diff is the unified difference between two texts of a file, empty when there is none.
func Diff(old, new []byte, name string) string {
	return string(diff.Diff("a/"+visible(name), old, "b/"+visible(name), new))
}
