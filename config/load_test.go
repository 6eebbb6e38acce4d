package config

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	_ "time/tzdata" // as in the binary: time zones do not depend on the machine

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGoodPolicies(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no good policies: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			policy, diags := Load(file, Options{Version: "0.1.0"})
			if len(diags) > 0 {
				t.Fatalf("%s", diags.JSON())
			}
			text, err := json.MarshalIndent(policy, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".hcl")+".json", string(text)+"\n")
		})
	}
}

// golden compares with a file, or rewrites it under -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		writeTestFile(t, name, []byte(got))
		return
	}
	if diff := cmp.Diff(string(readTestFile(t, name)), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func TestGoodPoliciesAreFormatted(t *testing.T) {
	files, _ := filepath.Glob("testdata/good/*.hcl")
	for _, file := range append(files, "testdata/base.hcl") {
		old := readTestFile(t, file)
		formatted, diags := Format(old, file)
		if len(diags) > 0 {
			t.Errorf("%s", diags.JSON())
		}
		if d := Diff(old, formatted, file); d != "" {
			t.Errorf("not formatted:\n%s", d)
		}
	}
}

func TestDirectoryIsOnePolicy(t *testing.T) {
	dir := t.TempDir()
	whole := string(readTestFile(t, "testdata/base.hcl"))
	cut := strings.Index(whole, "retention \"nightly\"")
	writeTestFile(t, filepath.Join(dir, "b.hcl"), []byte(whole[:cut]))
	writeTestFile(t, filepath.Join(dir, "a.hcl"), []byte(whole[cut:]))
	for _, ignored := range []string{".hidden.hcl", "a.hcl~", "#a.hcl#", ".#a.hcl", "a.hcl.swp", "notes.txt", "README.md"} {
		writeTestFile(t, filepath.Join(dir, ignored), []byte("this is no policy {"))
	}
	policy, diags := Load(dir, Options{})
	if len(diags) > 0 {
		t.Fatalf("%s", diags.JSON())
	}
	single, _ := Load("testdata/base.hcl", Options{})
	if policy.Digest() != single.Digest() {
		t.Error("the same blocks in two files mean something else")
	}
	if policy.Source != dir {
		t.Errorf("source %q, want %q", policy.Source, dir)
	}
}

func TestDigestIgnoresCommentsAndOrder(t *testing.T) {
	text := string(readTestFile(t, "testdata/good/site.hcl"))
	at := strings.Index(text, "retention \"nightly\"")
	shuffled := "# a comment\n" + text[at:] + "\n\n\n" + strings.ReplaceAll(text[:at], "\n", "\r\n")
	a, b := loadText(t, text), loadText(t, shuffled)
	if a.Digest() != b.Digest() {
		t.Error("digests differ")
	}
	if c := loadText(t, strings.Replace(text, "keep_last = 4", "keep_last = 5", 1)); a.Digest() == c.Digest() {
		t.Error("digests of different policies are the same")
	}
}

func loadText(t *testing.T, text string) *Policy {
	t.Helper()
	file := filepath.Join(t.TempDir(), "policy.hcl")
	writeTestFile(t, file, []byte(text))
	policy, diags := Load(file, Options{Version: "0.1.0"})
	if policy == nil {
		t.Fatalf("%s", diags.JSON())
	}
	return policy
}

func TestVariableSources(t *testing.T) {
	const policy = `
cwb { deployment = var.site }
variable "site" { default = "default" }
`
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		writeTestFile(t, path, []byte(text))
		return path
	}
	main, one, two := file("p.hcl", policy), file("one.vars", `site = "one"`), file("two.vars", `site = "two"`)
	for _, test := range []struct {
		want string
		opts Options
	}{
		{"default", Options{Environ: []string{"SITE=env", "CWB_VAR=env", "HOME=/x"}}},
		{"env", Options{Environ: []string{"CWB_VAR_site=env"}}},
		{"one", Options{Environ: []string{"CWB_VAR_site=env"}, VarFiles: []string{one}}},
		{"two", Options{VarFiles: []string{one, two}}},
		{"flag", Options{VarFiles: []string{one, two}, Vars: map[string]string{"site": "flag"}, Environ: []string{"CWB_VAR_site=env"}}},
	} {
		got, diags := Load(main, test.opts)
		if got == nil || got.Deployment != test.want {
			t.Errorf("want deployment %s, got %+v %s", test.want, got, diags.JSON())
		}
	}
}

func TestVariableTypesFromText(t *testing.T) {
	const policy = `
cwb { deployment = "x" }
variable "names" { type = list(string) }
variable "count" { type = number }
variable "stop" { type = bool }
node "mysql" "a" {
  socket        = "/run/a.sock"
  databases     = var.names
  snapshot_path = "/var/backups/a"
}
retention "r" { keep_last = var.count }
backup "b" {
  nodes      = [node.mysql.a]
  retention  = retention.r
  on_failure = var.stop ? "abort" : "continue"
}
`
	file := filepath.Join(t.TempDir(), "p.hcl")
	writeTestFile(t, file, []byte(policy))
	got, diags := Load(file, Options{Vars: map[string]string{"names": `["x", "y"]`, "count": "7", "stop": "true"}})
	if got == nil {
		t.Fatalf("%s", diags.JSON())
	}
	if n := got.Nodes[0].MySQL.Databases; !reflect.DeepEqual(n, []string{"x", "y"}) {
		t.Errorf("databases %v", n)
	}
	if got.Retentions[0].KeepLast != 7 || got.Backups[0].OnFailure != Abort {
		t.Errorf("%+v %+v", got.Retentions[0], got.Backups[0])
	}
}

func TestLoadChangesNothing(t *testing.T) {
	before, err := os.ReadDir("testdata/good")
	if err != nil {
		t.Fatal(err)
	}
	Load("testdata/good", Options{})
	if after, _ := os.ReadDir("testdata/good"); len(after) != len(before) {
		t.Error("loading left files behind")
	}
}
