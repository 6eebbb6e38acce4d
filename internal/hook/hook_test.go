package hook_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/hook"
)

// script writes a program.
func script(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hook")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	return file
}

func run(t *testing.T, limit time.Duration, command ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return hook.Runner{Path: "/usr/bin:/bin"}.Run(ctx, executor.HookCommand{Command: command, Environment: []string{"CWB_PHASE=before"}})
}

func TestOutputAndStatus(t *testing.T) {
	out, err := run(t, time.Minute, script(t, "echo one; echo two >&2"))
	if err != nil || out != "one\ntwo" {
		t.Errorf("%q %v", out, err)
	}
	out, err = run(t, time.Minute, script(t, "echo no such group; exit 7"))
	if err == nil || err.Error() != "exit status 7" || out != "no such group" {
		t.Errorf("%q %v", out, err)
	}
	out, err = run(t, time.Minute, script(t, `printf 'a\377b\033[2J'`))
	if err != nil || out != "a\uFFFDb\x1b[2J" {
		t.Errorf("%q %v", out, err)
	}
	if _, err = run(t, time.Minute, script(t, "kill -9 $$")); err == nil || err.Error() != "signal: killed" {
		t.Errorf("%v", err)
	}
}

// Arguments reach the program as they are: no shell looks at them.
func TestNoShell(t *testing.T) {
	dir := t.TempDir()
	words := []string{"$(touch " + dir + "/x)", "; touch " + dir + "/x", "`id`", "*", "a b", "'\"", "-rf", "$PATH"}
	out, err := run(t, time.Minute, append([]string{script(t, `for word in "$@"; do printf '%s\n' "$word"; done`)}, words...)...)
	if err != nil || out != strings.Join(words, "\n") {
		t.Errorf("%q %v", out, err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Error("a shell ran")
	}
}

// Nothing of cwb's own environment and input reaches a command.
func TestEnvironment(t *testing.T) {
	t.Setenv("MYSQL_PWD", "canary")
	t.Setenv("CWB_VAR_x", "canary")
	out, err := run(t, time.Minute, "env")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out, "\n")
	slices.Sort(lines)
	if want := []string{"CWB_PHASE=before", "PATH=/usr/bin:/bin"}; !slices.Equal(lines, want) {
		t.Errorf("environment is %q, want %q", lines, want)
	}
	out, err = run(t, time.Minute, script(t, "pwd; cat; echo end"))
	if err != nil || out != "/\nend" {
		t.Errorf("%q %v", out, err)
	}
}

func TestPath(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"stop": 0o700, "data": 0o600} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho $PATH\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	r := hook.Runner{Path: "relative:.::" + dir}
	if out, err := r.Run(context.Background(), executor.HookCommand{Command: []string{"stop"}}); err != nil || out != r.Path {
		t.Errorf("%q %v", out, err)
	}
	for _, bad := range [][]string{nil, {""}, {"data"}, {filepath.Join(dir, "data")}, {"./stop"}, {"none"}, {dir}, {"/none"}} {
		if out, err := r.Run(context.Background(), executor.HookCommand{Command: bad}); err == nil {
			t.Errorf("%q ran: %q", bad, out)
		}
	}
	if _, err := (hook.Runner{Path: "."}).Run(context.Background(), executor.HookCommand{Command: []string{"stop"}}); err == nil {
		t.Error("a program of the working directory ran")
	}
	if out, err := (hook.Runner{}).Run(context.Background(), executor.HookCommand{Command: []string{"env"}}); err != nil || !strings.Contains(out, "/usr/bin:/sbin:/bin") {
		t.Errorf("%q %v", out, err)
	}
}

func TestOnlyTheEndOfTheOutputIsKept(t *testing.T) {
	out, err := run(t, time.Minute, script(t, "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo the end"))
	if err != nil || len(out) > 4<<10+4 || !strings.HasPrefix(out, "… x") || !strings.HasSuffix(out, "x\nthe end") {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

// At the time limit the command goes with all of its children, one that prints without end and
// ignores signals included, and Run returns.
func TestTheWholeGroupIsKilled(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	program := script(t, fmt.Sprintf(`trap '' TERM INT HUP
sh -c 'trap "" TERM; echo $$ >> %[1]s; sleep 100' &
sh -c 'echo $$ >> %[1]s; exec yes' &
echo $$ >> %[1]s
wait
`, pids))
	ctx, cancel := context.WithCancel(t.Context())
	var ended time.Time
	go func() {
		for try := range 6000 { // a minute
			if text, _ := os.ReadFile(pids); len(strings.Fields(string(text))) == 3 || try == 5999 {
				ended = time.Now()
				cancel()
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	out, err := hook.Runner{Path: "/usr/bin:/bin"}.Run(ctx, executor.HookCommand{Command: []string{program}})
	<-ctx.Done()
	if err == nil || time.Since(ended) > 20*time.Second {
		t.Errorf("%v after %s", err, time.Since(ended))
	}
	if len(out) > 5<<10 {
		t.Errorf("%d bytes are kept", len(out))
	}
	text, err := os.ReadFile(pids)
	if err != nil || len(strings.Fields(string(text))) != 3 {
		t.Fatalf("%q %v", text, err)
	}
	for _, word := range strings.Fields(string(text)) {
		var pid int
		if _, err := fmt.Sscan(word, &pid); err != nil {
			t.Fatal(err)
		}
		if !gone(pid) {
			t.Errorf("process %d still runs", pid)
		}
	}
}

// gone waits for a killed process to end; a zombie that nobody has waited for has.
func gone(pid int) bool {
	for range 6000 { // a minute
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// What a command starts in the background goes on, and Run does not wait for it.
func TestWhatItStartsGoesOn(t *testing.T) {
	began := time.Now()
	out, err := run(t, time.Minute, script(t, "sleep 30 & echo $!"))
	if err != nil || time.Since(began) > 25*time.Second {
		t.Fatalf("%q %v after %s", out, err, time.Since(began))
	}
	var pid int
	if _, err := fmt.Sscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("the service is gone: %v", err)
	}
}
