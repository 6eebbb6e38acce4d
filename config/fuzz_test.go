package config

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// FuzzLoad holds that no text makes loading or formatting panic, overflow a stack, or take
// long; and that what was accepted is still accepted, with the same meaning, once formatted.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/bad/*.hcl", "testdata/good/*.hcl", "testdata/*.hcl"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, file := range files {
			f.Add(readTestFile(f, file))
		}
	}
	debug.SetMaxStack(8 << 20)
	f.Fuzz(func(t *testing.T, text []byte) {
		began := time.Now()
		checkAnyText(t, text)
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func checkAnyText(t *testing.T, text []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "p.hcl")
	writeTestFile(t, file, text)
	policy, diags := Load(file, Options{Version: "0.1.0", Environ: []string{"CWB_VAR_a=" + string(text)}})
	if (policy == nil) != diags.HasErrors() {
		t.Fatalf("policy %v with %s", policy, diags.JSON())
	}
	for _, color := range []bool{false, true} {
		checkOutput(t, diags, color)
	}
	formatted, bad := Format(text, file)
	if policy == nil || bad.HasErrors() {
		return
	}
	writeTestFile(t, file, formatted)
	again, diags := Load(file, Options{Version: "0.1.0"})
	if again == nil || again.Digest() != policy.Digest() {
		t.Errorf("formatting changed the meaning: %s", diags.JSON())
	}
}

// checkOutput holds that no control character but our own colours reaches a terminal.
func checkOutput(t *testing.T, diags Diagnostics, color bool) {
	t.Helper()
	var out strings.Builder
	if err := diags.Write(&out, color, 80); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[4m", "\x1b[1;31m", "\x1b[1;33m"} {
		if color {
			text = strings.ReplaceAll(text, code, "")
		}
	}
	if text = strings.ReplaceAll(text, "\n", ""); !isVisible(text) {
		t.Errorf("raw control characters in %q", text)
	}
}

// TestRandomTokens throws what fuzzing rarely builds: long, deep and broken sequences of
// everything that nests. The seed is fixed; CWB_SEED_LOOP makes it go on with others.
func TestRandomTokens(t *testing.T) {
	pieces := []string{
		"(", ")", "[", "]", "{", "}", `"`, "${", "}", "%{", "%{if a}", "%{endif}", "<<A\n", "\nA\n", "<<-B\n", "B\n",
		"!", "-", "?", ":", "+", "*", "&&", "==", "=>", ",", ".", "...", "[*]", ".*", "::", "=", "\n", " ", "for", " in ",
		"if", "a", "local.a", "f(", "1", "1.5", "é", "#", "/*", "*/", "//", "\\", "'", ";", "null", "true",
		"a = ", "a {\n", "cwb {\n", `node "mysql" "x" {` + "\n", "locals {\n",
	}
	defer debug.SetMaxStack(debug.SetMaxStack(4 << 20))
	rounds := 150
	if os.Getenv("CWB_SEED_LOOP") != "" {
		rounds = 100_000
	}
	for seed := range uint64(rounds) {
		random := rand.New(rand.NewPCG(seed, 1))
		some := pieces
		if seed%2 == 0 { // few kinds of piece nest deeper
			some = []string{pieces[random.IntN(len(pieces))], pieces[random.IntN(len(pieces))], pieces[random.IntN(len(pieces))]}
		}
		var text strings.Builder
		text.WriteString("locals {\n  a = ")
		for range 1 + random.IntN(6000) {
			text.WriteString(some[random.IntN(len(some))])
		}
		checkAnyText(t, []byte(text.String()))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}
