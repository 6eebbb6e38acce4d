// Package subprocess finds and runs programs of the machine in the one way that nothing of them
// is left behind: in a process group of their own, which is killed as a whole.
package subprocess

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// UsualPath is where programs are looked for when there is no PATH.
const UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Find resolves a program, an absolute path or a plain name, with the PATH that it will run
// with.
func Find(name, path string) (program string, ok bool) {
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
			return c, true
		}
	}
	return "", false
}

// RunGroup runs cmd in a process group of its own, which is killed as a whole when its context
// ends; the kernel kills the command when this process dies. The error is that of
// [exec.Cmd.Run]; delay is how long to wait for output once the command has ended or was
// killed, since what it left in the background may hold its output for ever.
func RunGroup(cmd *exec.Cmd, delay time.Duration) error {
	// The kernel kills the child when the thread that made it ends, so the thread must stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = delay
	return cmd.Run()
}
