package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/hashicorp/hcl/v2"
)

// inFile is the place of a problem that concerns a file as a whole.
func inFile(name string) hcl.Range { return hcl.Range{Filename: name} }

// readPolicy reads the files of a policy, in order of name.
func readPolicy(path string, r *report) []*source {
	names := policyFiles(path, r)
	var sources []*source
	total := 0
	for _, name := range names {
		text, ok := readFile(name, r)
		if !ok {
			continue
		}
		if total += len(text); total > maxPolicyBytes {
			r.errorf(inFile(path), "Policy too large", "All files of a policy together may have %d KiB.", maxPolicyBytes>>10)
			return nil
		}
		src := newSource(name, text)
		r.sources[name] = src
		sources = append(sources, src)
	}
	return sources
}

// policyFiles lists the files that make up the policy at path: itself, or every *.hcl in it.
func policyFiles(path string, r *report) []string {
	info, err := os.Stat(path)
	if err != nil {
		r.errorf(inFile(path), "Policy not readable", "The policy %s cannot be read: %s. --policy names a directory of *.hcl files, or one file.", quoted(path), reason(err))
		return nil
	}
	if !info.IsDir() {
		return []string{path}
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		r.errorf(inFile(path), "Policy not readable", "The directory %s cannot be listed: %s.", quoted(path), reason(err))
		return nil
	}
	var names []string
	for _, e := range entries {
		if isPolicyFile(e.Name()) {
			names = append(names, filepath.Join(path, e.Name()))
		}
	}
	switch {
	case len(names) == 0:
		r.errorf(inFile(path), "No policy files", "The directory %s holds no *.hcl file. Write one, or begin with cwb init.", quoted(path))
	case len(names) > maxFiles:
		r.errorf(inFile(path), "Policy too large", "The directory %s holds more than %d files.", quoted(path), maxFiles)
		return nil
	}
	return names
}

// isPolicyFile leaves out hidden files and what editors put beside the files they edit. JSON
// counts, to be refused by name instead of passed over.
func isPolicyFile(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || strings.HasSuffix(name, "~") {
		return false
	}
	return strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".hcl.json")
}

// readFile reads a regular file of at most maxFileBytes. It never waits for a pipe or device.
func readFile(name string, r *report) ([]byte, bool) {
	if strings.HasSuffix(name, ".json") {
		refuseJSON(inFile(name), r)
		return nil, false
	}
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		r.errorf(inFile(name), "Not a regular file", "%s is %s. A policy is read from regular files only.", quoted(name), kindOf(info.Mode()))
		return nil, false
	}
	if err != nil {
		r.errorf(inFile(name), "Policy not readable", "The file %s cannot be read: %s.", quoted(name), reason(err))
		return nil, false
	}
	text, err := readLimited(name)
	if err != nil {
		r.errorf(inFile(name), "Policy not readable", "The file %s cannot be read: %s.", quoted(name), reason(err))
		return nil, false
	}
	if len(text) > maxFileBytes {
		r.errorf(inFile(name), "File too large", "A file may have %d KiB. Is %s a policy?", maxFileBytes>>10, quoted(name))
		return nil, false
	}
	return text, true
}

func refuseJSON(at hcl.Range, r *report) {
	r.errorf(at, "JSON syntax not supported", "Write the policy in native HCL syntax, in a file that ends in .hcl.")
}

// readLimited does not block even when the file was exchanged for a pipe since the look at it.
func readLimited(name string) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFileBytes+1))
}

// reason is the cause of a file error without the path, which the message names itself.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return err.Error()
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// File is one file of a policy, as it was read.
type File struct {
	Name string
	Text []byte
}

// Files reads the files that [Load] would read at path, within the same limits, for whoever
// works on their text.
func Files(path string) ([]File, Diagnostics) {
	r := newReport()
	var files []File
	for _, src := range readPolicy(path, r) {
		files = append(files, File{src.name, src.text})
	}
	return files, r.diagnostics()
}
