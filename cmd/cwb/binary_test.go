package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBinary starts the binary that is shipped, built as it is: what the scripts start is
// the test's own executable.
func TestBinary(t *testing.T) {
	cwb := filepath.Join(t.TempDir(), "cwb")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", cwb, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	plan := []string{"--policy", "../../examples/clearwater", "plan", "--state", "../../examples/clearwater/state.json"}
	for _, c := range []struct {
		code int
		args []string
	}{
		{0, []string{"version"}},
		{0, plan},
		{2, append(plan[:len(plan):len(plan)], "--detailed-exitcode")},
		{1, []string{"--policy", "nowhere", "validate"}},
		{64, []string{"plna"}},
	} {
		var exit *exec.ExitError
		code := 0
		if err := exec.Command(cwb, c.args...).Run(); errors.As(err, &exit) {
			code = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if code != c.code {
			t.Errorf("cwb %s ends with %d, want %d", strings.Join(c.args, " "), code, c.code)
		}
	}
}
