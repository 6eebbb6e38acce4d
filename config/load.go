package config

import (
	"path/filepath"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Options is what a policy is loaded with beside its files.
type Options struct {
	Version  string            // of cwb, for required_version; one that is no version satisfies all
	Vars     map[string]string // --var NAME=VALUE; wins over VarFiles, they over Environ, it over defaults
	VarFiles []string          // --var-file, later ones win
	Environ  []string          // as os.Environ gives it; only CWB_VAR_NAME=VALUE is looked at
}

// Load reads the policy at path: every *.hcl file of a directory, or one file. It reports
// everything that is wrong, not only the first; with an error there is no policy. It looks
// at the file system only to read these files and to follow links in declared paths.
func Load(path string, opts Options) (*Policy, Diagnostics) {
	r := newReport()
	policy := load(path, opts, r)
	if r.failed() {
		return nil, r.diagnostics()
	}
	return policy, r.diagnostics()
}

// load walks the phases: parse, sniff, decode, resolve. A phase begins only when the one
// before left something to work on that can be trusted.
func load(path string, opts Options, r *report) *Policy {
	sources := readPolicy(path, r)
	var bodies []*hclsyntax.Body
	for _, src := range sources {
		if parse(src, r); src.body != nil {
			bodies = append(bodies, src.body)
		}
	}
	if version := sniff(bodies, opts.Version, r.sources); version.failed() {
		*r = *version // nothing else counts
		return nil
	}
	if r.failed() && !r.onlySecrets() {
		return nil
	}
	raw := decode(bodies, r)
	policy := resolve(raw, opts, r)
	policy.Source = absolute(path)
	return policy
}

// absolute falls back to the path itself where there is no working directory.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
