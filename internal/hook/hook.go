// Package hook runs the commands of hook blocks: argument vectors, never a shell's text, in a
// process group of their own, with a small environment and a bounded memory of what they
// print. It knows nothing of what they are run for. Start at [Runner.Run].
package hook

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"cwb/executor"
	"cwb/internal/subprocess"
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

// Run runs a command in / without input. When ctx ends, its whole process group is killed, and
// the kernel kills the command when cwb dies. What it leaves in the background when it ends by
// itself goes on.
func (r Runner) Run(ctx context.Context, c executor.HookCommand) (string, error) {
	path := r.Path
	if path == "" {
		path = subprocess.UsualPath
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
	err = subprocess.RunGroup(cmd, pipeDelay)
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // it ended with 0, and something that it started still holds its output
	}
	return output.String(), err
}

// find resolves the program with the PATH that it will run with.
func find(argv []string, path string) (string, error) {
	if len(argv) == 0 || argv[0] == "" {
		return "", errors.New("the command is empty")
	}
	if program, ok := subprocess.Find(argv[0], path); ok {
		return program, nil
	}
	return "", fmt.Errorf("there is no program %q", argv[0])
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
