package config

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	const messy = "cwb{\ndeployment=\"x\"   # name\n      timezone  = \"UTC\"\n}\n\n\nlocals {\na=[1,\n2]\n}"
	const tidy = `cwb {
  deployment = "x" # name
  timezone   = "UTC"
}


locals {
  a = [1,
  2]
}`
	got, diags := Format([]byte(messy), "x.hcl")
	if string(got) != tidy || len(diags) > 0 {
		t.Errorf("got\n%s\n%s", got, diags.JSON())
	}
}

func TestFormatTwiceIsFormatOnce(t *testing.T) {
	files, _ := filepath.Glob("testdata/bad/*.hcl")
	for _, file := range files {
		once, diags := Format(readTestFile(t, file), file)
		if diags.HasErrors() {
			continue
		}
		if twice, _ := Format(once, file); !bytes.Equal(once, twice) {
			t.Errorf("%s:\n%s", file, Diff(once, twice, file))
		}
	}
}

func TestFormatRefuses(t *testing.T) {
	for want, text := range map[string]string{
		"Unclosed bracket":    "cwb {",
		"File too large":      strings.Repeat("#", maxFileBytes+1),
		"Nesting too deep":    "a = " + strings.Repeat("[", 1000),
		"Invalid UTF-8":       "# \xff",
		"Byte order mark":     "\uFEFFcwb {}",
		"Literal secret":      "node \"mysql\" \"x\" {\n  password = \"hunter2\"\n}\n", // a diff would show it
		"Attribute redefined": "a = 1\na = 2\n",
	} {
		got, diags := Format([]byte(text), "x.hcl")
		if got != nil || len(diags) != 1 || diags[0].Summary != want || diags[0].File != "x.hcl" {
			t.Errorf("want %s, got %q %s", want, got, diags.JSON())
		}
	}
}

func TestDiff(t *testing.T) {
	if d := Diff([]byte("a\n"), []byte("a\n"), "x"); d != "" {
		t.Errorf("a difference where there is none: %q", d)
	}
	want := `diff a/x.hcl b/x.hcl
--- a/x.hcl
+++ b/x.hcl
@@ -1,3 +1,3 @@
 one
-two
+2
 three
`
	if d := Diff([]byte("one\ntwo\nthree\n"), []byte("one\n2\nthree\n"), "x.hcl"); d != want {
		t.Errorf("got\n%s", d)
	}
}

func TestFilesAreThoseOfLoad(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.hcl", "a.hcl", ".c.hcl", "d.txt"} {
		writeTestFile(t, filepath.Join(dir, name), []byte(name))
	}
	files, diags := Files(dir)
	if len(files) != 2 || files[0].Name != filepath.Join(dir, "a.hcl") || string(files[1].Text) != "b.hcl" || len(diags) > 0 {
		t.Errorf("%+v %s", files, diags.JSON())
	}
	if _, diags := Files(filepath.Join(dir, "none")); !diags.HasErrors() {
		t.Error("a missing path has files")
	}
}
