//go:build servers

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a run of the real binary.
type process struct {
	l      *lab
	args   []string
	cmd    *exec.Cmd
	stdout lockedBuffer
	stderr lockedBuffer
	ended  chan struct{}
}

// lockedBuffer can be read while a process writes into it.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// start starts the real binary, in a mount namespace where /etc/cron.d is the lab's own.
// Its standard input is no terminal.
func (l *lab) start(args ...string) *process {
	l.t.Helper()
	return l.startTo(nil, args...)
}

// ownCronDir is what a new mount namespace begins with. Below a chroot, / is no mount point
// and has no propagation to change.
const ownCronDir = `mount --make-rprivate / 2>/dev/null
[ -d /etc/cron.d ] || mkdir /etc/cron.d
mount --bind "$0" /etc/cron.d && exec "$@"`

// startTo also passes the standard output on to a writer.
func (l *lab) startTo(also io.Writer, args ...string) *process {
	l.t.Helper()
	if err := os.MkdirAll(l.cronDir(), 0o755); err != nil {
		l.t.Fatal(err)
	}
	p := &process{l: l, args: args, ended: make(chan struct{})}
	argv := append([]string{l.s.binary, "--policy", l.policyFile()}, args...)
	p.cmd = exec.Command("sh", append([]string{"-c", ownCronDir, l.cronDir()}, argv...)...)
	p.cmd.Env, p.cmd.Dir = append(environment(), l.environ...), "/"
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if also != nil {
		p.cmd.Stdout = io.MultiWriter(&p.stdout, also)
	}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.ended) }()
	l.t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.ended })
	return p
}

func (l *lab) cronDir() string { return filepath.Join(l.root, "etc/cron.d") }

// end waits for the process, and gives how it ended.
func (p *process) end() outcome {
	p.l.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(15 * time.Minute):
		p.l.t.Fatalf("cwb %v hangs:\n%s%s", p.args, &p.stdout, &p.stderr)
	}
	return outcome{code: p.cmd.ProcessState.ExitCode(), stdout: p.stdout.String(), stderr: p.stderr.String()}
}

// wants waits for the process and demands its exit status.
func (p *process) wants(want exitCode) outcome {
	p.l.t.Helper()
	o := p.end()
	p.l.demand(want, o, p.args)
	return o
}

// binary runs the real binary to its end.
func (l *lab) binary(want exitCode, args ...string) outcome {
	l.t.Helper()
	return l.start(args...).wants(want)
}

// signal sends one to the supervisor, as a service manager does.
func (p *process) signal(s syscall.Signal) {
	p.l.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.l.t.Fatal(err)
	}
}

// worker is the process id of the child that does the work.
func (p *process) worker() int {
	p.l.t.Helper()
	var pids []int
	p.l.eventually("cwb has its worker", func() bool {
		pids = children(p.cmd.Process.Pid)
		return len(pids) > 0
	})
	return pids[0]
}

// children are the processes that a process started.
func children(pid int) []int {
	var pids []int
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, f := range files {
		text, _ := os.ReadFile(f)
		var child, parent int
		var state string
		_, rest, _ := strings.Cut(string(text), ") ") // the name before may hold anything
		if _, err := fmt.Sscan(string(text), &child); err != nil {
			continue
		}
		if _, err := fmt.Sscan(rest, &state, &parent); err == nil && parent == pid {
			pids = append(pids, child)
		}
	}
	return pids
}

// eventually waits for something that must come soon.
func (l *lab) eventually(what string, f func() bool) {
	l.t.Helper()
	for deadline := time.Now().Add(time.Minute); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.t.Fatalf("it does not happen that %s", what)
		}
	}
}

// slowNodetool is a nodetool whose snapshots wait while a file exists.
type slowNodetool struct {
	argv          []string
	hold, waiting string
}

func newSlowNodetool(t *testing.T, real []string) *slowNodetool {
	t.Helper()
	dir := t.TempDir()
	n := &slowNodetool{hold: filepath.Join(dir, "hold"), waiting: filepath.Join(dir, "waiting")}
	n.argv = append([]string{filepath.Join(dir, "nodetool")}, real...)
	layMode(t, n.argv[0], fmt.Sprintf(`#!/bin/sh
case "$*" in
*" snapshot "*)
	while [ -e %[1]s ]; do
		: >%[2]s
		sleep 0.05
	done
	rm -f %[2]s ;;
esac
exec "$@"
`, n.hold, n.waiting), 0o755)
	return n
}

// block makes snapshots wait from now on.
func (n *slowNodetool) block(l *lab) {
	layFile(l.t, n.hold, "")
	if err := os.Remove(n.waiting); err != nil && !errors.Is(err, os.ErrNotExist) {
		l.t.Fatal(err)
	}
}

// reached waits until a take is in the middle of its snapshot.
func (n *slowNodetool) reached(l *lab) {
	l.t.Helper()
	l.eventually("a snapshot begins", func() bool { _, err := os.Stat(n.waiting); return err == nil })
}

// release lets snapshots go on.
func (n *slowNodetool) release(l *lab) {
	l.t.Helper()
	if err := os.Remove(n.hold); err != nil && !errors.Is(err, os.ErrNotExist) {
		l.t.Fatal(err)
	}
}
