package cassandraengine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"cwb/executor"
)

// script makes a nodetool of a shell script.
func script(t *testing.T, text string) nodetool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "nodetool")
	writeFile(t, path, "#!/bin/sh\n"+text)
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return nodetool{argv: []string{path}, limit: 10 * time.Second}
}

func TestNodetoolIsKilledWithItsChildren(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	n := script(t, "sleep 60 & echo $! >"+pidFile+"; wait")
	var data []byte
	// A busy machine may not come to starting the child within the first limits.
	for n.limit = 300 * time.Millisecond; len(data) == 0; n.limit *= 2 {
		start := time.Now()
		if _, err := n.run(t.Context(), "snapshot"); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("error %v", err)
		}
		if took := time.Since(start); took > 50*time.Second {
			t.Fatalf("took %s", took)
		}
		data, _ = os.ReadFile(pidFile)
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(data)))
	if !goneSoon(pid) {
		t.Error("its child lives on")
	}
}

// goneSoon waits for a process to end, or to be a zombie that nobody has waited for yet.
func goneSoon(pid int) bool {
	for range 6000 { // a minute
		stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || strings.Contains(string(stat), ") Z ") {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

func TestNodetoolEndsWithTheCaller(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := script(t, "sleep 60").run(ctx, "info")
	if err == nil || !strings.Contains(err.Error(), "was killed before it ended") {
		t.Errorf("error %v", err)
	}
}

func TestNodetoolEnvironment(t *testing.T) {
	n := script(t, "env; pwd")
	n.env = []string{"PATH=/bin:/usr/bin", "JAVA_HOME=/java", "OFFSITE_SECRET_ACCESS_KEY=secret", "LD_PRELOAD=/x", "LC_ALL=de_DE"}
	out, err := n.run(t.Context(), "info")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"PATH=/bin:/usr/bin\n", "JAVA_HOME=/java\n", "LC_ALL=C\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %q", want, out)
		}
	}
	if strings.Contains(out, "secret") || strings.Contains(out, "LD_PRELOAD") {
		t.Errorf("too much in %q", out)
	}
}

func TestNodetoolThatPrintsWithoutEnd(t *testing.T) {
	if _, err := script(t, "exec yes").run(t.Context(), "info"); !errors.Is(err, errTooMuch) {
		t.Errorf("error %v", err)
	}
}

func TestNodetoolIsFoundInItsPath(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "nodetool"), "#!/bin/sh\necho here\n")
	n := nodetool{argv: []string{"nodetool"}, env: []string{"PATH=" + dir + ":/bin"}, limit: time.Second}
	if _, err := n.find(); !errors.Is(err, executor.ErrRefused) {
		t.Errorf("a file that cannot be run: %v", err)
	}
	os.Chmod(filepath.Join(dir, "nodetool"), 0o755)
	if out, err := n.run(t.Context(), "info"); err != nil || out != "here\n" {
		t.Errorf("%q, %v", out, err)
	}
	for _, argv := range [][]string{nil, {""}, {"../nodetool"}, {"nosuch"}} {
		if _, err := (nodetool{argv: argv}).find(); !errors.Is(err, executor.ErrRefused) {
			t.Errorf("%q: %v", argv, err)
		}
	}
}

// What nodetool complains of is told with what to do in the policy.
func TestNodetoolSaysWhatToDo(t *testing.T) {
	for complaint, want := range map[string]struct {
		is   error
		says string
	}{
		"nodetool: Failed to connect to '127.0.0.1:7199' - ConnectException: 'Connection refused'.":                                             {executor.ErrUnreachable, "-h and -p"},
		"nodetool: Failed to connect to '127.0.0.1:7199' - URISyntaxException: 'Malformed IPv6 address at index 7: rmi://[127.0.0.1]:7199'.":    {executor.ErrUnreachable, "-Dcom.sun.jndi.rmiURLParsing=legacy"},
		"nodetool: Failed to connect to '127.0.0.1:7199' - SecurityException: 'Authentication failed! Credentials required'.":                   {executor.ErrCredentials, "-pwf FILE"},
		"error: Authentication failed! Credentials required\n-- StackTrace --\njava.lang.SecurityException: Authentication failed! Credentials": {executor.ErrCredentials, "-pwf FILE"},
		"error: Invalid username or password": {executor.ErrCredentials, "-pwf FILE"},
	} {
		for _, status := range []string{"0", "1"} {
			_, err := script(t, "cat >&2 <<'END'\n"+complaint+"\nEND\nexit "+status).run(t.Context(), "info")
			if !errors.Is(err, want.is) || !strings.Contains(err.Error(), want.says) {
				t.Errorf("%q with status %s: %v", complaint, status, err)
			}
		}
	}
}
