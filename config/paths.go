package config

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

const maxPath = 1024 // bytes; leaves room under the system's limit for what lies below

// path reads an absolute, clean path.
func (v *resolver) path(attr *hcl.Attribute, example string) (text, bool) {
	t, ok := v.eval.str(attr, example)
	if !ok || !v.checkPath(t) {
		return text{}, false
	}
	return t, true
}

// paths reads a list of them, of which none lies in another.
func (v *resolver) paths(attr *hcl.Attribute, example string) []text {
	all, ok := v.eval.strs(attr, example)
	if !ok {
		return nil
	}
	v.eval.distinct(attr.Name, all)
	var good []text
	for _, t := range all {
		if v.checkPath(t) {
			good = append(good, t)
		}
	}
	for i, t := range good {
		for j, other := range good {
			if i != j && t.value != other.value && within(t.value, other.value) {
				v.r.errorf(t.at, "Overlapping paths", "The path %s lies in another element of %q. Leave it out.", t.shown, attr.Name)
			}
		}
	}
	return good
}

func (v *resolver) checkPath(t text) bool {
	if fault := pathFault(t.value); fault != "" {
		v.r.errorf(t.at, "Invalid path", "The path %s %s.", t.shown, fault)
		return false
	}
	return true
}

func pathFault(path string) string {
	switch {
	case strings.HasPrefix(path, "~"):
		return "begins with ~, which only a shell expands. Write an absolute path"
	case strings.Contains(path, "://"):
		return "is a URL. Write an absolute path"
	case !filepath.IsAbs(path):
		return "is relative. Write an absolute path: cwb runs in different directories"
	case strings.Trim(path, "/.") == "" || filepath.Clean(path) == "/":
		return "is the root of the file system. Name a directory of its own"
	case hasDotDot(path):
		return "contains .., which links can turn elsewhere. Write the path without it"
	case len(path) > maxPath:
		return fmt.Sprintf("has more than %d bytes", maxPath)
	case filepath.Clean(path) != path:
		return "is not in its simplest form. Leave out //, /./ and a / at the end"
	}
	return ""
}

func hasDotDot(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if part == ".." {
			return true
		}
	}
	return false
}

// within reports whether path is dir or lies in it.
func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

// resolved follows the links in the part of a path that exists.
func resolved(path string) (string, error) {
	rest := ""
	for existing := path; ; existing = filepath.Dir(existing) {
		real, err := filepath.EvalSymlinks(existing)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !isMissing(err) || existing == "/" {
			return "", err
		}
		rest = filepath.Join(filepath.Base(existing), rest)
	}
}
