package cassandraengine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"cwb/executor"
	"cwb/internal/subprocess"
)

// nodetool runs the policy's argument vector. What it prints is judged, not how it exits
// (thelastpickle/cassandra-medusa issue 824 is one of many where the status lied).
type nodetool struct {
	argv  []string // program and first arguments; may name a password file
	env   []string // what may be passed on is taken from here
	limit time.Duration
}

// outputLimit is far above what any command used here prints.
const outputLimit = 1 << 20

// passedOn are the variables that nodetool and its java need; all others stay here.
var passedOn = map[string]bool{
	"PATH": true, "HOME": true, "JAVA_HOME": true, "CASSANDRA_HOME": true, "CASSANDRA_CONF": true, "CASSANDRA_INCLUDE": true,
}

// run returns what nodetool printed on its standard output. Errors name the command but never
// the first arguments, which could hold a password.
func (n nodetool) run(ctx context.Context, command string, args ...string) (string, error) {
	program, err := n.find()
	if err != nil {
		return "", err
	}
	outer := ctx
	ctx, timedOut := context.WithTimeout(outer, n.limit)
	defer timedOut()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	stdout, stderr := limited{full: stop}, limited{full: stop}
	cmd := exec.CommandContext(ctx, program, append(append(n.argv[1:len(n.argv):len(n.argv)], command), args...)...)
	cmd.Dir = "/"
	cmd.Env = n.environment()
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = subprocess.RunGroup(cmd, 2*time.Second) // the packaged nodetool is a script that waits for its java
	if cause := context.Cause(ctx); cause != nil {
		return "", n.killed(outer, cause, command)
	}
	return stdout.String(), judge(command, stdout.String(), stderr.String(), err)
}

// killed tells an impatient caller from a nodetool that hangs.
func (n nodetool) killed(outer context.Context, cause error, command string) error {
	if errors.Is(cause, errTooMuch) {
		return fmt.Errorf("nodetool %s was killed: %w", command, cause)
	}
	if err := outer.Err(); err != nil {
		return fmt.Errorf("nodetool %s was killed before it ended: %w", command, err)
	}
	return fmt.Errorf("nodetool %s did not end within %s and was killed: see whether the server is overloaded: %w", command, n.limit, context.DeadlineExceeded)
}

// judge finds the failures that nodetool reports in its text, whatever its status.
func judge(command, stdout, stderr string, err error) error {
	complaint := failureText(stdout + "\n" + stderr)
	switch {
	case strings.Contains(complaint, "SecurityException") || strings.Contains(complaint, "Credentials required") || strings.Contains(complaint, "Invalid username or password"):
		return fmt.Errorf("nodetool %s: %w: %s: give nodetool a password file (-u USER -pwf FILE) in the policy", command, executor.ErrCredentials, complaint)
	case strings.Contains(complaint, "rmi://["):
		// Since the updates of April 2022 Java reads RMI addresses strictly, which the nodetool of
		// older servers does not expect.
		return fmt.Errorf("nodetool %s: %w: %s: this Java is newer than nodetool knows: add \"-Dcom.sun.jndi.rmiURLParsing=legacy\" right after the program in the policy's nodetool", command, executor.ErrUnreachable, complaint)
	case strings.Contains(complaint, "Failed to connect") || strings.Contains(complaint, "ConnectException"):
		return fmt.Errorf("nodetool %s: %w: %s: check nodetool's -h and -p in the policy, and that JMX listens", command, executor.ErrUnreachable, complaint)
	case complaint != "":
		return fmt.Errorf("nodetool %s: %s", command, complaint)
	case err != nil:
		return fmt.Errorf("nodetool %s: %w: %s", command, err, lastLine(stderr))
	}
	return nil
}

// find resolves the program with the PATH that nodetool will run with.
func (n nodetool) find() (string, error) {
	if len(n.argv) == 0 || n.argv[0] == "" {
		return "", fmt.Errorf("%w: the policy's nodetool is empty", executor.ErrRefused)
	}
	name := n.argv[0]
	if found, ok := subprocess.Find(name, n.path()); ok {
		return found, nil
	}
	return "", fmt.Errorf("%w: there is no program %q: install Cassandra's tools, or set nodetool in the policy", executor.ErrRefused, name)
}

func (n nodetool) path() string {
	for _, v := range n.env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok && path != "" {
			return path
		}
	}
	return subprocess.UsualPath
}

// environment is small and in English, so that the output can be parsed.
func (n nodetool) environment() []string {
	env := []string{"PATH=" + n.path(), "LC_ALL=C"}
	for _, v := range n.env {
		name, _, _ := strings.Cut(v, "=")
		if passedOn[name] && name != "PATH" {
			env = append(env, v)
		}
	}
	return env
}

// limited stops a program that prints more than outputLimit. It does not embed its buffer,
// whose ReadFrom would bypass Write.
type limited struct {
	buffer bytes.Buffer
	full   context.CancelCauseFunc
}

var errTooMuch = errors.New("it prints without end")

func (l *limited) Write(p []byte) (int, error) {
	if l.buffer.Len()+len(p) > outputLimit {
		l.full(errTooMuch)
		return len(p), nil
	}
	return l.buffer.Write(p)
}

func (l *limited) String() string { return l.buffer.String() }
