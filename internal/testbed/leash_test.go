//go:build servers

package testbed_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"cwb/internal/testbed"
)

// directoryOfVictim makes the test program start a server there and wait to be killed.
const directoryOfVictim = "CWB_TESTBED_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(directoryOfVictim); dir != "" {
		server, err := testbed.StartMariaDB(context.Background(), testbed.MariaDBOptions{Dir: dir})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(server.Pid())
		select {}
	}
	os.Exit(m.Run())
}

func TestServerDiesWithItsProcess(t *testing.T) {
	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), directoryOfVictim+"="+t.TempDir())
	victim.Stderr = os.Stderr
	stdout, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("read the server's process id: %v", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || !alive(pid) {
		t.Fatalf("server %q: %v; want a running process", line, err)
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	victim.Wait() // it was killed; what it says about that is known
	for deadline := time.Now().Add(time.Minute); alive(pid); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("server %d outlives the process that started it", pid)
		}
	}
}

// alive tells whether a process is there and has not ended yet; one that ended may stay as a
// zombie where nobody collects it.
func alive(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && !strings.Contains(string(status), "State:\tZ")
}
