package testbed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// supervisor is the shell program around a server: it prints the server's process id, waits
// for it, and ends with its status. Its standard input is a pipe whose other end only this
// process holds: end of file there means that this process is gone, by whatever means, and
// then the whole process group (the server, its children and the supervisor) is killed.
const supervisor = `
exec 3<&0
"$@" 3<&- </dev/null >>"$0" 2>&1 &
server=$!
echo "$server"
{ read -r _ <&3; kill -9 0; } >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$server"
status=$?
kill "$watcher"
exit "$status"
`

// How long a server may take to be gone.
const (
	killPatience = 20 * time.Second
	stopPatience = 60 * time.Second
)

// process is one running server under its supervisor.
type process struct {
	name  string // for errors: "mariadb", "cassandra"
	log   string
	pid   int           // of the server itself, not of the supervisor
	leash io.Closer     // the pipe's end that keeps the server alive
	ended chan struct{} // closed when the server is gone
	err   error         // how it ended; read it only after ended is closed
}

// startProcess starts the program with args under a supervisor. Its output is appended to the
// file log.
func startProcess(name, log string, argv ...string) (*process, error) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	command := exec.Command(shell, append([]string{"-c", supervisor, log}, argv...)...)
	command.Dir = filepath.Dir(log)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	leash, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	line, readErr := bufio.NewReader(stdout).ReadString('\n')
	pid, convErr := strconv.Atoi(strings.TrimSpace(line))
	p := &process{name: name, log: log, pid: pid, leash: leash, ended: make(chan struct{})}
	go func() {
		p.err = command.Wait()
		close(p.ended)
	}()
	if err := errors.Join(readErr, convErr); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: its supervisor told no process id: %w", name, err), leash.Close())
	}
	return p, nil
}

// running tells whether the server has not ended yet.
func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// kill ends the server at once, as a crash would, and waits until it is gone.
func (p *process) kill() error {
	if !p.running() {
		return nil
	}
	// Only the server: its supervisor then collects it, so that it is really gone, its ports
	// with it, when the supervisor has ended.
	err := syscall.Kill(p.pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		err = nil
	}
	select {
	case <-p.ended:
	case <-time.After(killPatience):
		err = errors.Join(err, fmt.Errorf("process %d is still there after %s", p.pid, killPatience), p.leash.Close())
	}
	if err != nil {
		return fmt.Errorf("kill %s: %w", p.name, err)
	}
	return nil
}

// stop asks the server to shut down and waits until it has; one that takes too long is killed.
func (p *process) stop(ctx context.Context) error {
	if !p.running() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stopPatience)
	defer cancel()
	if err := syscall.Kill(p.pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("stop %s: %w%s", p.name, ctx.Err(), p.logTail()), p.kill())
	}
}

// await calls ready until it gives no error. When the server ends or ctx does, it fails with
// the end of the server's log, and the server is gone.
func (p *process) await(ctx context.Context, ready func(context.Context) error) error {
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("start %s: %w: %v%s", p.name, errEnded, p.err, p.logTail())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("start %s: %w: %w%s", p.name, ctx.Err(), err, p.logTail()), p.kill())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// errEnded is in the chain of the error about a server that ended by itself.
var errEnded = errors.New("it ended")

// logTail gives the errors in the server's log and its last lines, for an error.
func (p *process) logTail() string {
	const lines, bytes = 25, 64 << 10
	file, err := os.Open(p.log)
	if err != nil {
		return fmt.Sprintf("\n(no log: %v)", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > bytes {
		if _, err := file.Seek(-bytes, io.SeekEnd); err != nil {
			return fmt.Sprintf("\n(no log: %v)", err)
		}
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return fmt.Sprintf("\n(no log: %v)", err)
	}
	all := strings.Split(strings.TrimSpace(string(data)), "\n")
	last := max(0, len(all)-lines)
	tail := slices.DeleteFunc(all[:last:last], func(line string) bool {
		return !strings.Contains(line, "ERROR") && !strings.Contains(line, "Exception")
	})
	return fmt.Sprintf("\nend of %s:\n%s", p.log, strings.Join(append(tail, all[last:]...), "\n"))
}
