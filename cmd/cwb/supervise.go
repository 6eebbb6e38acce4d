package main

import (
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
)

// workerEnv marks the process that does the work.
const workerEnv = "CWB_WORKER"

// supervise runs work in a child process, and is there only for the exit status: a Go
// program that dies of a panic in some library's goroutine, of a fatal runtime error or of
// an exhausted stack ends with status 2, which here means "steps present". The supervisor
// turns such an end into 70. When the supervisor is killed, the kernel kills the child.
func supervise(args, environ []string, work func() int) int {
	if slices.Contains(environ, workerEnv+"=1") {
		os.Unsetenv(workerEnv) // not for nodetool and other children
		if code := work(); code != int(exitChanges) {
			return code
		}
		return workerChanges
	}
	self, err := os.Executable()
	if err != nil {
		return work()
	}
	return superviseCommand(childCommand(self, args, environ))
}

func childCommand(self string, args, environ []string) *exec.Cmd {
	cmd := exec.Command(self)
	cmd.Args = args
	cmd.Env = append(slices.Clone(environ), workerEnv+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// superviseCommand starts the worker, passes signals on and translates its end.
func superviseCommand(cmd *exec.Cmd) int {
	runtime.LockOSThread() // Pdeathsig goes by the thread that started the child
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	if err := cmd.Start(); err != nil {
		os.Stderr.WriteString("cwb: cannot start its own worker process: " + err.Error() + "\n")
		return int(exitInternal)
	}
	go passOn(signals, cmd.Process)
	return translate(cmd.Wait(), cmd.ProcessState)
}

// passOn forwards signals. What a terminal sends reaches the whole process group, so the
// worker gets it twice; it takes two of a kind within doubleSignal for one.
func passOn(signals <-chan os.Signal, worker *os.Process) {
	for sig := range signals {
		_ = worker.Signal(sig)
	}
}

func translate(err error, state *os.ProcessState) int {
	if state == nil {
		os.Stderr.WriteString("cwb: lost its worker process: " + err.Error() + "\n")
		return int(exitInternal)
	}
	status, _ := state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	if state.ExitCode() == goCrash {
		return int(exitInternal)
	}
	if state.ExitCode() == workerChanges {
		return int(exitChanges)
	}
	return state.ExitCode()
}

// goCrash is the status of every Go program that ends in a panic; the worker therefore says
// "steps present" with another one.
const (
	goCrash       = 2
	workerChanges = 102
)
