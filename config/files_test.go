package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFilesThatAreNoPolicy has what no file of testdata can hold. Each case makes its files
// in an empty directory and names what to load there.
func TestFilesThatAreNoPolicy(t *testing.T) {
	write := func(name, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { writeTestFile(t, filepath.Join(dir, name), []byte(content)) }
	}
	const cwb = "cwb {\n  deployment = \"x\"\n}\n"
	tests := []struct {
		name    string
		prepare func(t *testing.T, dir string)
		load    string // inside the directory
		want    string // of the only diagnostic
		line    int
		column  int
		detail  string
	}{
		{"missing path", func(*testing.T, string) {}, "none", "Policy not readable", 0, 0, "no such file"},
		{"path below a file", write("a.hcl", cwb), "a.hcl/x", "Policy not readable", 0, 0, "not a directory"},
		{"path with NUL", func(*testing.T, string) {}, "a\x00b", "Policy not readable", 0, 0, `a\x00b`},
		{"path too long", func(*testing.T, string) {}, strings.Repeat("x", 5000), "Policy not readable", 0, 0, "too long"},
		{"empty directory", func(*testing.T, string) {}, ".", "No policy files", 0, 0, "cwb init"},
		{"only ignored files", write(".a.hcl", cwb), ".", "No policy files", 0, 0, ""},
		{"only other files", write("a.tf", cwb), ".", "No policy files", 0, 0, ""},
		{"directory of that name", makeDir("x.hcl"), ".", "Not a regular file", 0, 0, "a directory"},
		{"pipe in directory", makePipe("x.hcl"), ".", "Not a regular file", 0, 0, "a named pipe"},
		{"pipe alone", makePipe("x.hcl"), "x.hcl", "Not a regular file", 0, 0, "a named pipe"},
		{"dangling link", link("nowhere", "x.hcl"), ".", "Policy not readable", 0, 0, "no such file"},
		{"link to itself", link("x.hcl", "x.hcl"), ".", "Policy not readable", 0, 0, "too many levels"},
		{"link to a device", link("/dev/zero", "x.hcl"), ".", "Not a regular file", 0, 0, "a device"},
		{"JSON by name", write("a.hcl.json", "{}"), ".", "JSON syntax not supported", 0, 0, "native HCL"},
		{"JSON by content", write("a.hcl", "\n {\"cwb\": {}}"), ".", "JSON syntax not supported", 2, 2, "native HCL"},
		{"byte order mark", write("a.hcl", "\uFEFF"+cwb), ".", "Byte order mark", 1, 1, "without one"},
		{"UTF-16", write("a.hcl", "\xff\xfec\x00w\x00b\x00"), ".", "Invalid UTF-8", 1, 1, "UTF-16"},
		{"invalid UTF-8", write("a.hcl", cwb+"# é\n# é \xc3(\n"), ".", "Invalid UTF-8", 5, 5, "0xc3"},
		{"truncated UTF-8", write("a.hcl", cwb+"# \xe2\x82"), ".", "Invalid UTF-8", 4, 3, "0xe2"},
		{"surrogate", write("a.hcl", "# \xed\xa0\x80"), ".", "Invalid UTF-8", 1, 3, "0xed"},
		{"NUL", write("a.hcl", cwb+"# a\x00"), ".", "Invisible character", 4, 4, "U+0000"},
		{"escape", write("a.hcl", "# \x1b[2J"), ".", "Invisible character", 1, 3, "U+001B"},
		{"too large", write("a.hcl", strings.Repeat("#\n", maxFileBytes/2+1)), ".", "File too large", 0, 0, "256 KiB"},
		{"too many tokens", write("a.hcl", strings.Repeat("#\n", maxTokens+1)), ".", "File too large", maxTokens + 1, 1, "65536"},
		{"too large together", func(t *testing.T, dir string) {
			for _, name := range strings.Split("abcde", "") {
				write(name+".hcl", "#"+strings.Repeat(" ", maxFileBytes-1))(t, dir)
			}
		}, ".", "Policy too large", 0, 0, "1024 KiB"},
		{"too many files", func(t *testing.T, dir string) {
			for i := range maxFiles + 1 {
				write(strings.Repeat("x", i%50+1)+string(rune('a'+i%26))+strings.Repeat("y", i/50)+".hcl", "")(t, dir)
			}
		}, ".", "Policy too large", 0, 0, "500 files"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			test.prepare(t, dir)
			policy, diags := loadSoon(t, dir+"/"+test.load)
			if policy != nil || len(diags) != 1 {
				t.Fatalf("want one diagnostic: %s", diags.JSON())
			}
			d := diags[0]
			if d.Summary != test.want || d.Line != test.line || d.Column != test.column || !strings.Contains(d.Detail, test.detail) {
				t.Errorf("want %s at %d:%d with %q, got %+v", test.want, test.line, test.column, test.detail, d)
			}
			if d.File == "" {
				t.Error("no file is named")
			}
		})
	}
}

func makeDir(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

func makePipe(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func link(to, name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// loadSoon fails instead of hanging with the loader.
func loadSoon(t *testing.T, path string) (policy *Policy, diags Diagnostics) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		policy, diags = Load(path, Options{})
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("Load hangs")
	}
	return policy, diags
}

func TestVarFilesThatAreNone(t *testing.T) {
	for _, name := range []string{"missing", "testdata", "/dev/zero"} {
		policy, diags := Load("testdata/base.hcl", Options{VarFiles: []string{name}})
		if policy != nil || len(diags) != 1 || diags[0].File != name {
			t.Errorf("%s: %s", name, diags.JSON())
		}
	}
}

// TestOverlapsThroughLinks has directories that are one, though their names are not.
func TestOverlapsThroughLinks(t *testing.T) {
	dir := t.TempDir()
	makeDir("real")(t, dir)
	link("real", "alias")(t, dir)
	link("loop", "loop")(t, dir)
	policy := func(a, b string) string {
		text := bytes.NewBufferString("cwb {\n  deployment = \"x\"\n}\n")
		for name, path := range map[string]string{"a": a, "b": b} {
			text.WriteString("node \"mysql\" \"" + name + "\" {\n  socket = \"/run/" + name + "\"\n  databases = [\"x\"]\n  snapshot_path = \"" + dir + path + "\"\n}\n")
		}
		return text.String()
	}
	for _, test := range []struct{ a, b, want, detail string }{
		{"/real/x/y", "/alias/x/y", "Overlapping paths", "through a link"},
		{"/real", "/alias/x", "Overlapping paths", "through a link"},
		{"/real/x", "/alias", "Overlapping paths", "through a link"},
		{"/real/x", "/alias/y", "Node without backup", ""},
		{"/real/x", "/loop/y", "Path not resolvable", "too many links"},
	} {
		file := filepath.Join(t.TempDir(), "p.hcl")
		writeTestFile(t, file, []byte(policy(test.a, test.b)))
		_, diags := Load(file, Options{})
		if len(diags) == 0 || diags[0].Summary != test.want || !strings.Contains(diags[0].Detail, test.detail) {
			t.Errorf("%s and %s: want %s (%s), got %s", test.a, test.b, test.want, test.detail, diags.JSON())
		}
	}
}
