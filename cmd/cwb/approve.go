package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// approve asks the operator; only "yes" goes on. Where nobody can be asked it ends with 64,
// after the caller has shown what it would do.
func (a *app) approve(ctx context.Context, question string, auto bool) error {
	if auto {
		return nil
	}
	if a.flags.json || !a.interactive() {
		return &failure{
			code: exitUsage, summary: "approval is missing", detail: "nobody can be asked here, and nothing was changed",
			remedy: "to go on without a question: --auto-approve",
		}
	}
	fmt.Fprintf(a.stderr, "\n%s\nOnly \"yes\" goes on: ", question)
	answer, err := a.readLine(ctx)
	if err != nil {
		return err
	}
	if strings.TrimSpace(answer) != "yes" {
		return &failure{code: exitError, summary: "not approved", detail: "nothing was changed"}
	}
	return nil
}

// interactive reports whether stdin is a terminal.
func (a *app) interactive() bool {
	f, ok := a.stdin.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// readLine reads a line, and gives up when a signal comes.
func (a *app) readLine(ctx context.Context) (string, error) {
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.stdin).ReadString('\n')
		lines <- line
	}()
	select {
	case line := <-lines:
		return line, nil
	case <-a.signals.soft:
		return "", fmt.Errorf("%w before anything was changed", errInterrupted)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
