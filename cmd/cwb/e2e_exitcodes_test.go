//go:build servers

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"cwb/internal/unitfiles"
)

// exitCodes ends the real binary with every status that exists.
func exitCodes(t *testing.T, s *servers) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *servers)
	}{
		{"0 nothing to do, 2 steps present", exitSteps},
		{"1 invalid policy, 64 usage", exitBeforeAnything},
		{"3 one node down", exitPartlyDone},
		{"4 a guard holds", exitGuarded},
		{"5 altered, applied twice and in parallel", exitPlanUsed},
		{"7 a flipped bit", exitDamagedBackup},
		{"7 what status finds", exitStatus},
		{"11 two at once", exitTwoAtOnce},
		{"12 wrong credentials", exitWrongCredentials},
		{"70 a crash", exitCrash},
		{"130 and 143 signals", exitSignals},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

func exitSteps(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.binary(exitChanges, "plan", "--detailed-exitcode")
	l.binary(exitDone, "plan")
	l.binary(exitDone, "apply", "--auto-approve")
	l.binary(exitDone, "plan", "--detailed-exitcode")
	l.binary(exitDone, "apply") // nothing to do asks nothing
}

func exitBeforeAnything(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.binary(exitUsage, "bakcup")
	l.binary(exitUsage, "plan", "--node", "nobody")
	o := l.binary(exitUsage, "apply") // there are steps, and nobody can be asked
	if !strings.Contains(o.stdout, "Plan: 1 to take") {
		t.Errorf("the plan was not shown:\n%s", o.stdout)
	}
	l.policy.Scheduler = "at"
	l.writePolicy()
	l.binary(exitError, "validate")
	l.binary(exitError, "apply", "--auto-approve")
	if _, err := os.Stat(l.policy.Ellis.SnapshotPath); !os.IsNotExist(err) {
		t.Errorf("something was made: %v", err)
	}
}

func exitPartlyDone(t *testing.T, s *servers) {
	l := newLab(t, s, withoutHomestead, func(l *lab) { l.policy.Cassandra[0].Address = "127.0.0.1:1" })
	o := l.binary(exitPartly, "apply", "--auto-approve", "--json")
	list := l.list()
	if got := sets(list, "incomplete"); len(got) != 1 || len(list.Sets) != 1 || len(list.Sets[0].Backups) != 1 {
		t.Errorf("one node was down, and there is %+v\n%s", list.Sets, o.stdout)
	}
}

func exitGuarded(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	for range 5 {
		l.binary(exitDone, "backup")
	}
	mysql(t, s.ellis, "DELETE FROM ellis.numbers", "DELETE FROM ellis.users")
	l.binary(exitDone, "backup")
	l.binary(exitHeld, "apply", "--auto-approve")
	if got := sets(l.list(), "complete"); len(got) != 6 {
		t.Errorf("%v are left of 6 sets", got)
	}
	s.refillEllis(t)
}

func exitPlanUsed(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	file := filepath.Join(l.dir, "plan.json")
	l.binary(exitDone, "plan", "--out", file)
	altered := filepath.Join(l.dir, "altered.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	layFile(t, altered, strings.Replace(string(text), "subscribers", "subscriberz", 1))
	l.binary(exitStale, "apply", altered)

	var runs []*process
	for range 4 {
		runs = append(runs, l.start("apply", file))
	}
	codes := map[int]int{}
	for _, p := range runs {
		codes[p.end().code]++
	}
	if codes[0] != 1 || codes[int(exitStale)]+codes[int(exitLocked)] != 3 {
		t.Errorf("four at once ended with %v", codes)
	}
	l.binary(exitStale, "apply", file)
	if got := l.list().Sets; len(got) != 1 {
		t.Errorf("a plan of one take made %d sets", len(got))
	}
}

func exitDamagedBackup(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.binary(exitDone, "backup")
	l.binary(exitDone, "verify")
	set := l.list().Sets[0].ID
	for _, f := range l.manifestOf(l.policy.Ellis.SnapshotPath, set).Files {
		path := filepath.Join(l.policy.Ellis.SnapshotPath, set, f.Path)
		flipBit(t, path)
		if o := l.binary(exitProblems, "verify"); !strings.Contains(o.stdout, f.Path) {
			t.Errorf("verify does not name %s:\n%s", f.Path, o.stdout)
		}
		flipBit(t, path)
	}
	l.binary(exitDone, "verify")
}

// exitStatus goes from no backup to enough of them, and to a damaged one and back.
func exitStatus(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.statusSays(exitProblems, "no good backup of it can be seen")
	l.binary(exitDone, "backup")
	set := l.list().Sets[0].ID
	l.statusSays(exitProblems, "the floor (min_good) is 2")
	l.binary(exitDone, "backup")
	l.statusSays(exitDone, "could be restored from "+l.list().Sets[0].ID, "Status: ok.")
	file := filepath.Join(l.policy.Ellis.SnapshotPath, set, l.manifestOf(l.policy.Ellis.SnapshotPath, set).Files[0].Path)
	flipBit(t, file)
	l.statusSays(exitDone, "Status: ok.") // which reads no content
	l.binary(exitProblems, "verify")
	l.statusSays(exitProblems, "CRITICAL  mysql.ellis/"+set, "Status: 1 node with problems, of 1.")
	flipBit(t, file)
	l.binary(exitDone, "verify")
	l.statusSays(exitDone, "Status: ok.")
}

func (l *lab) statusSays(code exitCode, words ...string) {
	l.t.Helper()
	o := l.binary(code, "status")
	for _, w := range words {
		if !strings.Contains(o.stdout, w) {
			l.t.Errorf("status does not say %q:\n%s", w, o.stdout)
		}
	}
}

// flipBit changes the lowest bit of the byte in the middle of a file.
func flipBit(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func exitTwoAtOnce(t *testing.T, s *servers) {
	l, nodetool := slowHomer(t, s)
	nodetool.block(l)
	first := l.start("backup")
	nodetool.reached(l)
	o := l.binary(exitLocked, "backup")
	if !strings.Contains(o.stderr, "pid") || !strings.Contains(o.stderr, `"backup"`) {
		t.Errorf("the one who waits is not told for whom:\n%s", o.stderr)
	}
	l.binary(exitDone, "list") // which takes no lock
	nodetool.release(l)
	first.wants(exitDone)
	l.binary(exitDone, "backup")
}

func slowHomer(t *testing.T, s *servers) (*lab, *slowNodetool) {
	nodetool := newSlowNodetool(t, s.homer.Nodetool)
	return newLab(t, s, withoutHomestead, func(l *lab) { l.policy.Cassandra[0].Nodetool = nodetool.argv }), nodetool
}

func exitWrongCredentials(t *testing.T, s *servers) {
	nodetool := filepath.Join(t.TempDir(), "nodetool")
	layMode(t, nodetool, "#!/bin/sh\necho 'error: Authentication failed! Credentials required' >&2\n"+
		"echo 'java.lang.SecurityException: Authentication failed! Credentials required' >&2\nexit 1\n", 0o755)
	l := newLab(t, s, withoutHomestead, func(l *lab) {
		l.policy.Ellis, l.policy.Cassandra[0].Nodetool = nil, []string{nodetool}
	})
	o := l.binary(exitCredentials, "backup")
	if !strings.Contains(o.stdout, "password file") {
		t.Errorf("it does not tell what to do:\n%s", o.stdout)
	}
	l.binary(exitCredentials, "apply", "--auto-approve")
	if len(l.list().Sets) != 0 {
		t.Error("there is a set")
	}
}

// exitCrash ends the worker as a fault of Go's runtime would, in the middle of a take; then
// a panic in this process, of a kind that no release can have.
func exitCrash(t *testing.T, s *servers) {
	l, nodetool := slowHomer(t, s)
	nodetool.block(l)
	p := l.start("backup")
	nodetool.reached(l)
	crash(t, p)
	p.wants(exitInternal)
	nodetool.release(l)
	l.converges()

	var stdout, stderr bytes.Buffer
	a := &app{
		args: []string{"--policy", l.policyFile(), "plan"}, environ: environment(), stdin: strings.NewReader(""),
		stdout: &stdout, stderr: &stderr, signals: watchSignals(), schedules: unitfiles.Machine{Root: l.root},
	} // without a clock
	if code := run(a); code != int(exitInternal) || !strings.Contains(stderr.String(), "internal fault") {
		t.Errorf("a panic ends with %d:\n%s", code, &stderr)
	}
}

// crash ends the worker as a fault of Go's runtime would.
func crash(t *testing.T, p *process) {
	t.Helper()
	if err := syscall.Kill(p.worker(), syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
}

// exitSignals interrupts takes. The first signal leaves no half backup; the second ends at
// once, and the next apply cleans up.
func exitSignals(t *testing.T, s *servers) {
	l, nodetool := slowHomer(t, s)
	for _, c := range []struct {
		signal syscall.Signal
		want   exitCode
	}{{syscall.SIGINT, exitInterrupted}, {syscall.SIGTERM, exitTerminated}, {syscall.SIGHUP, exitTerminated}} {
		nodetool.block(l)
		p := l.start("backup")
		nodetool.reached(l)
		p.signal(c.signal)
		p.wants(c.want)
		nodetool.release(l)
		if got := summary(l.planNow()); slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "clean") }) {
			t.Errorf("%s left debris: %v", c.signal, got)
		}
		if list := l.list(); len(list.Sets) != 0 {
			t.Errorf("%s left sets: %+v", c.signal, list.Sets)
		}
		l.noSnapshotOfOurs()
	}
	nodetool.block(l)
	p := l.start("backup")
	nodetool.reached(l)
	p.signal(syscall.SIGINT)
	p.signal(syscall.SIGTERM)
	// The kernel promises no order of what is sent at once, and the first to come decides.
	if o := p.end(); o.code != int(exitInterrupted) && o.code != int(exitTerminated) {
		t.Errorf("two signals end it with %d:\n%s", o.code, o.stderr)
	}
	nodetool.release(l)
	l.converges()
}

func (l *lab) noSnapshotOfOurs() {
	l.t.Helper()
	tags, _ := filepath.Glob(filepath.Join(l.policy.Cassandra[0].DataDirs[0], "*", "*", "snapshots", "cwb-*"))
	if len(tags) > 0 {
		l.t.Errorf("snapshots were left: %v", tags)
	}
}

// converges demands that the next apply, of the real binary, leaves nothing to do and only
// good backups.
func (l *lab) converges() {
	l.t.Helper()
	l.binary(exitDone, "apply", "--auto-approve")
	l.binary(exitDone, "plan", "--detailed-exitcode")
	o := l.binary(exitDone, "verify")
	if !regexp.MustCompile(`Verified: [1-9]\d* good, 0 with problems`).MatchString(o.stdout) {
		l.t.Errorf("verify says\n%s", o.stdout)
	}
}
