package config

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Each file of testdata/bad carries what is wrong with it on the offending lines:
//
//	keep_last = -1 # ERROR: Number out of range
//
// Where no comment can stand, "# ERROR@12: Summary" anywhere names the line; 0 is the policy
// as a whole. At the top may stand "# ALONE", "# VERSION: 9.9.9", "# VAR: a=1", "# ENV: a=1".
// Missing and extra diagnostics both fail.

var (
	expectation = regexp.MustCompile(`# (ERROR|WARNING)(?:@(\d+))?: ([^#\n]*[^#\s])`)
	setting     = regexp.MustCompile(`(?m)^# (VERSION|VAR|ENV): (.*)$`)
)

const leastBadPolicies = 150

func TestBadPolicies(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.hcl")
	if err != nil || len(files) < leastBadPolicies {
		t.Fatalf("%d bad policies, want %d at least (%v)", len(files), leastBadPolicies, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".hcl"), func(t *testing.T) {
			source := readTestFile(t, file)
			dir, opts := badPolicy(t, source)
			_, diags := Load(dir, opts)
			compareFindings(t, expected(source), found(diags), diags)
		})
	}
}

// badPolicy writes a case beside the base policy.
func badPolicy(t *testing.T, source []byte) (dir string, opts Options) {
	t.Helper()
	dir = t.TempDir()
	writeTestFile(t, filepath.Join(dir, "case.hcl"), source)
	if !bytes.Contains(source, []byte("# ALONE")) {
		writeTestFile(t, filepath.Join(dir, "base.hcl"), readTestFile(t, "testdata/base.hcl"))
	}
	opts = Options{Version: "0.1.0", Vars: map[string]string{}}
	for _, s := range setting.FindAllSubmatch(source, -1) {
		key, value := string(s[1]), string(s[2])
		switch key {
		case "VERSION":
			opts.Version = value
		case "VAR":
			name, v, _ := strings.Cut(value, "=")
			opts.Vars[name] = v
		case "ENV":
			opts.Environ = append(opts.Environ, "CWB_VAR_"+value)
		}
	}
	return dir, opts
}

// expected is how often each "line severity: summary" is announced.
func expected(source []byte) map[string]int {
	all := map[string]int{}
	lines := bufio.NewScanner(bytes.NewReader(source))
	for number := 1; lines.Scan(); number++ {
		for _, m := range expectation.FindAllStringSubmatch(lines.Text(), -1) {
			at := number
			if m[2] != "" {
				at, _ = strconv.Atoi(m[2])
			}
			all[fmt.Sprintf("%d %s: %s", at, m[1], m[3])]++
		}
	}
	return all
}

func found(diags Diagnostics) map[string]int {
	all := map[string]int{}
	for _, d := range diags {
		all[fmt.Sprintf("%d %s: %s", d.Line, strings.ToUpper(string(d.Severity)), d.Summary)]++
	}
	return all
}

func compareFindings(t *testing.T, want, got map[string]int, diags Diagnostics) {
	t.Helper()
	if maps.Equal(want, got) {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			t.Errorf("want %d, got %d of %s", want[key], got[key], key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if want[key] == 0 {
			t.Errorf("not expected: %s", key)
		}
	}
	var text strings.Builder
	diags.Write(&text, false, 0)
	t.Logf("all of it:\n%s", text.String())
}

func readTestFile(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func writeTestFile(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
