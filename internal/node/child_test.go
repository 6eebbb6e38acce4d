package node_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/memengine"
	"cwb/internal/node"
	"cwb/planner"
)

// holdLock is what a child process does: it opens a session and holds it until its standard
// input ends, or it is killed. It says on standard output whether it got the lock.
func holdLock(path string) int {
	s, err := aNode(path).Open(context.Background(), planner.Lock{Who: "child@test", Command: "apply", Since: firstNight})
	if err != nil {
		fmt.Println("refused:", err)
		return 0
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if s.Close() != nil {
		return 1
	}
	return 0
}

func aNode(path string) *node.Node {
	engine := memengine.New(memengine.Config{Node: ellis, Server: memengine.NewServer(backup.Identity{Machine: "m"})})
	cfg := config.Node{Addr: ellis, SnapshotPath: path, MySQL: &config.MySQL{}}
	return node.New(cfg, "site1", engine, node.Options{Now: time.Now})
}

// child is a process that holds, or tries to hold, the lock of a node.
type child struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	said string
}

// startChild starts one and waits until it has said what came of it.
func startChild(path string) (*child, error) {
	c := &child{cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), "CWB_TEST_HOLD="+path)
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	c.in = in
	line, err := bufio.NewReader(out).ReadString('\n')
	c.said = strings.TrimSpace(line)
	return c, err
}

func (c *child) end() {
	c.in.Close()
	_ = c.cmd.Wait()
}

// A lock names its holder, and ends when the holder is killed.
func TestLockEndsWithItsHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "place")
	n := aNode(path)
	c, err := startChild(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.end()
	if c.said != "held" {
		t.Fatalf("the child says %q", c.said)
	}
	_, err = n.Open(context.Background(), planner.Lock{Who: "me"})
	if !errors.Is(err, executor.ErrLocked) || !strings.Contains(err.Error(), "child@test") {
		t.Errorf("opening a locked node: %v", err)
	}
	if err := n.Unlock(context.Background()); !errors.Is(err, executor.ErrLocked) {
		t.Errorf("unlocking a node whose holder is alive: %v", err)
	}
	state, err := n.Observe(context.Background())
	if err != nil || state.Lock == nil || state.Lock.Who != "child@test" {
		t.Errorf("observed lock %+v, %v", state.Lock, err)
	}
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait()
	s, err := n.Open(context.Background(), planner.Lock{Who: "me"})
	if err != nil {
		t.Fatalf("opening after the holder was killed: %v", err)
	}
	defer s.Close()
	if state, err := n.Observe(context.Background()); err != nil || state.Lock != nil {
		t.Errorf("our own lock is observed as %+v, %v", state.Lock, err)
	}
}

// Of many processes at once, one gets the lock.
func TestLockHasOneWinner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "place")
	children, errs := make([]*child, 50), make([]error, 50)
	var wait sync.WaitGroup
	for i := range children {
		wait.Go(func() { children[i], errs[i] = startChild(path) })
	}
	wait.Wait()
	winners := 0
	for i, c := range children {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		if c.said == "held" {
			winners++
		} else if !strings.Contains(c.said, "holds the lock") {
			t.Errorf("a loser says %q", c.said)
		}
	}
	for _, c := range children {
		c.end()
	}
	if winners != 1 {
		t.Errorf("%d winners", winners)
	}
}

// Being looked at never makes a run fail: the look holds the lock shared, for a moment.
func TestLookingDoesNotLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "place")
	n, looker := aNode(path), aNode(path)
	stop := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = looker.Observe(context.Background())
			}
		}
	})
	for range 200 {
		s, err := n.Open(context.Background(), planner.Lock{Who: "me"})
		if err != nil {
			t.Errorf("open: %v", err)
			break
		}
		s.Close()
	}
	close(stop)
	wait.Wait()
}
