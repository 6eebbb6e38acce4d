//go:build servers

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// secrets looks for passwords everywhere that they must not be: in output, files, and the
// arguments and environments of processes.
func secrets(t *testing.T, s *servers) {
	const password, other = "canary-in-defaults-file", "canary-in-environment"
	mysql(t, s.ellis, "CREATE OR REPLACE USER canary@localhost IDENTIFIED BY '"+password+"'", "GRANT ALL ON *.* TO canary@localhost")
	slow := newSlowNodetool(t, s.homer.Nodetool)
	said := filepath.Join(t.TempDir(), "nodetool-was-given")
	l := newLab(t, s, withoutHomestead, func(l *lab) {
		l.policy.Ellis.DefaultsFile = l.defaultsFile("canary", password)
		l.policy.Cassandra[0].Nodetool = recordingNodetool(t, said, slow.argv)
		l.environ = []string{"OFFSITE_SECRET_ACCESS_KEY=" + other, "MYSQL_PWD=" + other}
	})
	var told strings.Builder
	tell := func(o outcome) outcome { told.WriteString(o.stdout + o.stderr); return o }

	slow.block(l)
	p := l.start("-v", "apply", "--auto-approve", "--json")
	slow.reached(l)
	processes := descendants(t, p.cmd.Process.Pid)
	if len(processes) < 3 {
		t.Errorf("cwb, its worker and nodetool should run, and there are %d processes", len(processes))
	}
	told.WriteString(strings.Join(processes, "\n"))
	slow.release(l)
	tell(p.wants(exitDone))
	tell(l.binary(exitDone, "-v", "backup"))
	for _, args := range [][]string{{"list"}, {"list", "--json"}, {"plan", "--json"}, {"log"}, {"verify"}, {"schedule"}, {"validate"}, {"version"},
		{"plan", "--out", filepath.Join(l.dir, "plan.json")}, {"observe", "--out", filepath.Join(l.dir, "state.json")}} {
		tell(l.binary(exitDone, args...))
	}
	tell(l.binary(exitCodeAny, "status"))
	slow.block(l)
	p = l.start("backup")
	slow.reached(l)
	crash(t, p)
	tell(p.wants(exitInternal))
	slow.release(l)
	l.policy.Ellis.DefaultsFile = l.defaultsFile("canary", password+"-but-wrong")
	l.writePolicy()
	tell(l.binary(exitCodeAny, "-v", "backup"))

	given, err := os.ReadFile(said)
	if err != nil || len(given) == 0 {
		t.Fatalf("what nodetool was given: %q, %v", given, err)
	}
	told.Write(given)
	for _, canary := range []string{password, other} {
		if at := strings.Index(told.String(), canary); at >= 0 {
			t.Errorf("%s was told:\n…%s…", canary, told.String()[max(0, at-300):at+50])
		}
		for _, file := range filesWith(t, l.dir, canary) {
			if filepath.Ext(file) != ".cnf" {
				t.Errorf("%s stands in %s", canary, file)
			}
		}
	}
}

// recordingNodetool appends its arguments and environment to a file.
func recordingNodetool(t *testing.T, file string, argv []string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "nodetool")
	layMode(t, path, fmt.Sprintf("#!/bin/sh\n{ echo \"$@\"; env; } >>%s\nexec \"$@\"\n", file), 0o755)
	return append([]string{path}, argv...)
}

// descendants are the arguments of a process and of all that it has started and that still run.
func descendants(t *testing.T, pid int) []string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return nil // it ended while they were listed
	}
	if err != nil {
		t.Fatal(err)
	}
	all := []string{string(bytes.ReplaceAll(text, []byte{0}, []byte{' '}))}
	for _, child := range children(pid) {
		all = append(all, descendants(t, child)...)
	}
	return all
}

// filesWith are the files below dir that hold a text.
func filesWith(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
