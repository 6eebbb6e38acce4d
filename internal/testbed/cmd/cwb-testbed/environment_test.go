package main

import (
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironmentIsReadByUsAndByShells(t *testing.T) {
	dir, value := t.TempDir(), `it's "a" $path with\spaces 'and quotes'`
	want := environment{"HOMER_DATA": value, "ELLIS_SOCKET": "/s"}
	if err := want.write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := readEnvironment(dir)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("read back: %v\n%s", err, diff)
	}
	output, err := exec.Command("sh", "-c", `. "$0"; printf %s "$HOMER_DATA"`, environmentFile(dir)).CombinedOutput()
	if err != nil || string(output) != value {
		t.Errorf("a shell reads %q, %v; want %q", output, err, value)
	}
	if err := removeEnvironment(dir); err != nil {
		t.Error(err)
	}
	if err := removeEnvironment(dir); err != nil {
		t.Errorf("second removal: %v", err)
	}
}
