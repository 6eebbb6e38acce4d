package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cwb/internal/unitfiles"
)

// TestMain lets the scripts start the real command; the same with unit and cron files in a
// directory of the script; and some that end as no verb should.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"cwb":                main,
		"cwb-rooted":         rooted,
		"cwb-panic":          func() { supervised(func() int { panic("in main") }) },
		"cwb-goroutine":      func() { supervised(crashElsewhere) },
		"cwb-stack-overflow": func() { supervised(overflow) },
		"cwb-wait":           func() { supervised(wait) },
		"cwb-usual":          func() { supervised(func() int { return int(exitChanges) }) },
	})
}

// rootEnv names the directory that stands for / where cwb-rooted looks for cron files.
const rootEnv = "CWB_TEST_ROOT"

// rooted is main with schedules of its own, so that scripts can apply without touching the
// machine they run on.
func rooted() {
	supervised(func() int {
		return run(&app{
			args: os.Args[1:], environ: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
			now: time.Now, signals: watchSignals(), schedules: unitfiles.Machine{Root: os.Getenv(rootEnv)},
		})
	})
}

func supervised(work func() int) { os.Exit(supervise(os.Args, os.Environ(), work)) }

// crashElsewhere dies of a panic that nobody can recover.
func crashElsewhere() int {
	go func() { panic("in a goroutine") }()
	time.Sleep(time.Minute)
	return 0
}

// wait shows what the first and the second signal do, until its input ends.
func wait() int {
	s := watchSignals()
	fmt.Println("ready", os.Getpid())
	<-s.soft
	fmt.Println("soft")
	select {
	case <-s.hard.Done():
		fmt.Println("hard")
	case <-inputEnds():
	}
	code, _ := s.code()
	return int(code)
}

func inputEnds() <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	return ended
}

// overflow ends as endless recursion does, and sooner.
func overflow() int {
	debug.SetMaxStack(1 << 20)
	return endless(0)
}

func endless(n int) int {
	if n < 0 {
		return 0 // never
	}
	return endless(n+1) + 1
}

// The tests below start the scripts of testdata/script, which are named after what they show.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               setup,
		Cmds:                scriptCommands(),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}
