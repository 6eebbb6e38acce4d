package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// waiting is a supervised process that waits for signals.
type waiting struct {
	t      *testing.T
	cmd    *exec.Cmd
	input  io.Closer
	lines  *bufio.Scanner
	worker int
}

func startWaiting(t *testing.T) *waiting {
	t.Helper()
	w := &waiting{t: t, cmd: exec.Command("cwb-wait")}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if w.input, err = w.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	w.cmd.Stderr = os.Stderr
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.lines = bufio.NewScanner(out)
	if _, err := fmt.Sscanf(w.line(), "ready %d", &w.worker); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *waiting) line() string {
	w.lines.Scan()
	return w.lines.Text()
}

// says takes the next line.
func (w *waiting) says(want string) {
	w.t.Helper()
	if got := w.line(); got != want {
		w.t.Errorf("it says %q, want %q", got, want)
	}
}

func (w *waiting) signal(sig os.Signal) {
	w.t.Helper()
	if err := w.cmd.Process.Signal(sig); err != nil {
		w.t.Fatal(err)
	}
}

// ends checks that nothing more is printed until the end, and the status.
func (w *waiting) ends(code int) {
	w.t.Helper()
	w.says("")
	var exit *exec.ExitError
	if err := w.cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != code {
		w.t.Errorf("it ends with %v, want exit status %d", err, code)
	}
}

func TestSignals(t *testing.T) {
	for name, c := range map[string]struct {
		sig  os.Signal
		code int
	}{
		"interrupt": {os.Interrupt, 130}, "terminate": {syscall.SIGTERM, 143}, "hang up": {syscall.SIGHUP, 143},
	} {
		t.Run(name+" stops at the next safe point", func(t *testing.T) {
			t.Parallel()
			w := startWaiting(t)
			w.signal(c.sig)
			w.says("soft")
			_ = w.input.Close()
			w.ends(c.code)
		})
	}
	t.Run("the second stops at once", func(t *testing.T) {
		t.Parallel()
		w := startWaiting(t)
		w.signal(os.Interrupt)
		w.says("soft")
		time.Sleep(2 * doubleSignal)
		w.signal(os.Interrupt)
		w.says("hard")
		w.ends(130)
	})
	t.Run("what a terminal sends to both processes counts once", func(t *testing.T) {
		t.Parallel()
		w := startWaiting(t)
		w.signal(os.Interrupt)
		if err := syscall.Kill(w.worker, syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		w.says("soft")
		time.Sleep(2 * doubleSignal) // a second one that counted would be told by now
		_ = w.input.Close()
		w.ends(130)
	})
	t.Run("a killed supervisor takes its worker along", func(t *testing.T) {
		t.Parallel()
		w := startWaiting(t)
		w.signal(os.Kill)
		late := time.AfterFunc(time.Minute, func() {
			t.Error("the worker lives on")
			_ = syscall.Kill(w.worker, syscall.SIGKILL)
		})
		w.ends(-1) // the pipe ends only when the worker has ended too
		late.Stop()
	})
}
