package testbed

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start starts a shell script in the place of a server.
func start(t *testing.T, script string) *process {
	t.Helper()
	p, err := startProcess("script", filepath.Join(t.TempDir(), "log"), "sh", "-c", script)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.kill(); err != nil {
			t.Error(err)
		}
	})
	return p
}

var errNotReady = errors.New("not ready")

func never(context.Context) error { return errNotReady }

func TestProcessEnds(t *testing.T) {
	stopNow := func(p *process) error { return p.stop(t.Context()) }
	ends := map[string]func(*process) error{
		"by kill":         (*process).kill,
		"by stop":         stopNow,
		"with its parent": func(p *process) error { return p.leash.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			p := start(t, "exec sleep 1000")
			if err := end(p); err != nil {
				t.Fatal(err)
			}
			select {
			case <-p.ended:
			case <-time.After(time.Minute):
				t.Fatal("it goes on")
			}
			if err := syscall.Kill(p.pid, 0); name != "with its parent" && !errors.Is(err, syscall.ESRCH) {
				t.Errorf("process %d is still there: %v", p.pid, err)
			}
		})
	}
}

func TestProcessThatIgnoresStopIsKilled(t *testing.T) {
	p := start(t, "trap '' TERM; echo deaf; while :; do sleep 0.1; done")
	isDeaf := func(context.Context) error {
		if !strings.Contains(p.logTail(), "deaf") {
			return errNotReady
		}
		return nil
	}
	if err := p.await(t.Context(), isDeaf); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	err := p.stop(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "deaf") {
		t.Errorf("got %v; want the deadline and the end of the log", err)
	}
	if p.running() {
		t.Error("it goes on")
	}
}

func TestAwaitTellsTheEndOfTheLog(t *testing.T) {
	p := start(t, "seq 1000; echo no such disk >&2; exit 3")
	err := p.await(t.Context(), never)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"exit status 3", "\n1000\nno such disk"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "\n900\n") {
		t.Errorf("error has more than the end of the log:\n%v", err)
	}
}

func TestAwaitGivesUp(t *testing.T) {
	p := start(t, "exec sleep 1000")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err := p.await(ctx, never)
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errNotReady) {
		t.Errorf("got %v; want the deadline and the last answer", err)
	}
	if p.running() {
		t.Error("it goes on")
	}
}
