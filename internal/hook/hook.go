// Package hook runs the commands of hook blocks: argument vectors, never a shell's text, in a
// process group of their own, with a small environment and a bounded memory of what they
// print. It knows nothing of what they are run for. Start at [Runner.Run].
package hook

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"cwb/executor"
)

// Runner runs commands on this machine, as the user that cwb runs as.
type Runner struct {
	Path string // PATH of the commands, in which they are found too; empty: the usual directories
}

var _ executor.Hooks = Runner{}

// keptOutput is how much of the end of what a command prints is kept.
const keptOutput = 4 << 10

// pipeDelay is how long to wait for output once a command has ended or was killed. What it
// left in the background may hold its output for ever.
const pipeDelay = time.Second

const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Run runs a command in / without input. When ctx ends, its whole process group is killed, and
// the kernel kills the command when cwb dies. What it leaves in the background when it ends by
// itself goes on.
func (r Runner) Run(ctx context.Context, c executor.HookCommand) (string, error) {
	path := r.Path
	if path == "" {
		path = usualPath
	}
	program, err := find(c.Command, path)
	if err != nil {
		return "", err
	}
	var output tail
	cmd := exec.CommandContext(ctx, program)
	cmd.Args = c.Command
	cmd.Dir = "/"
	cmd.Env = append([]string{"PATH=" + path}, c.Environment...)
	cmd.Stdout, cmd.Stderr = &output, &output
	err = runGroup(cmd)
	return output.String(), err
}

// runGroup runs cmd in a process group of its own.
func runGroup(cmd *exec.Cmd) error {
	// The kernel kills the child when the thread that made it ends, so the thread must stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = pipeDelay
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		return nil // it ended with 0, and something that it started still holds its output
	}
	return err
}

// find resolves the program with the PATH that it will run with.
func find(command []string, path string) (string, error) {
	if len(command) == 0 || command[0] == "" {
		return "", errors.New("the command is empty")
	}
	name := command[0]
	candidates := []string{name}
	if !strings.Contains(name, "/") {
		candidates = nil
		for _, dir := range filepath.SplitList(path) {
			candidates = append(candidates, filepath.Join(dir, name))
		}
	}
	for _, c := range candidates {
		info, err := os.Stat(c)
		if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 && filepath.IsAbs(c) {
			return c, nil
		}
	}
	return "", fmt.Errorf("there is no program %q", name)
}

// tail keeps the end of what is written to it. It does not embed a buffer, whose ReadFrom
// would bypass Write.
type tail struct {
	kept []byte
	more bool // something was dropped
}

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - keptOutput; over > 0 {
		t.kept, t.more = append(t.kept[:0], t.kept[over:]...), true
	}
	return len(p), nil
}

// String is what was kept, as text.
func (t *tail) String() string {
	text := strings.TrimSpace(strings.ToValidUTF8(string(t.kept), "\uFFFD"))
	if t.more {
		return "… " + text
	}
	return text
}
