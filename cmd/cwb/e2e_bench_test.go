//go:build servers && bench

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// benchRounds is how often each contender runs; they take turns, and medians are compared.
const benchRounds = 5

// TestBench prints how cwb compares with what operators would use instead, on the same data,
// in the same run. Only what the limits of memory and time say can fail.
func TestBench(t *testing.T) {
	s := &servers{binary: filepath.Join(t.TempDir(), "cwb")}
	if err := s.build(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Run("plan", func(t *testing.T) { benchPlan(t, s) })
	t.Run("mysql", func(t *testing.T) { benchMySQL(t, s) })
	t.Run("cassandra", func(t *testing.T) { benchCassandra(t, s) })
}

// cost is what a run took.
type cost struct {
	wall   time.Duration
	memory int64 // largest resident size of one process, bytes
}

// contender is one way to do the same thing.
type contender struct {
	name string
	run  func(round int) cost
	aim  float64 // how much of its time the first contender shall need at most; 0: none
}

// race runs the contenders in turn and gives their medians. Every other round goes backwards,
// and what others left to be written is written first, so that none pays for another.
func race(contenders []contender) []cost {
	all := make([][]cost, len(contenders))
	for round := range benchRounds {
		for i := range contenders {
			if round%2 == 1 {
				i = len(contenders) - 1 - i
			}
			syscall.Sync()
			all[i] = append(all[i], contenders[i].run(round))
		}
	}
	medians := make([]cost, len(contenders))
	for i, costs := range all {
		slices.SortFunc(costs, func(a, b cost) int { return int(a.wall - b.wall) })
		medians[i] = costs[len(costs)/2]
		for _, c := range costs {
			medians[i].memory = max(medians[i].memory, c.memory)
		}
	}
	return medians
}

// compare prints the first contender's median as a ratio to each other one's.
func compare(what string, contenders []contender, medians []cost) {
	for i := 1; i < len(contenders); i++ {
		aim := ""
		if contenders[i].aim > 0 {
			aim = fmt.Sprintf(" (the aim is %.2f)", contenders[i].aim)
		}
		fmt.Printf("bench: %s: %s takes %.2f × the time of %s%s (%.2f s, %.2f s), and %d MB of memory (%d MB)\n", what, contenders[0].name,
			medians[0].wall.Seconds()/medians[i].wall.Seconds(), contenders[i].name, aim,
			medians[0].wall.Seconds(), medians[i].wall.Seconds(), medians[0].memory>>20, medians[i].memory>>20)
	}
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("bench: %s: load averages are now %s\n", what, strings.TrimSpace(string(load)))
}

// timed runs a command to its end.
func timed(t *testing.T, argv ...string) cost {
	t.Helper()
	command := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	command.Env = environment()
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	began := time.Now()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended, memory := make(chan struct{}), make(chan int64)
	go func() { memory <- watchMemory(command.Process.Pid, ended) }()
	err := command.Wait()
	wall := time.Since(began)
	close(ended)
	if err != nil {
		t.Fatalf("%q: %v\n%.2000s", argv, err, &output)
	}
	return cost{wall, <-memory}
}

// watchMemory gives the largest resident size that a process, or one that it started, has
// had. What the kernel tells after its end is not it: that includes its parent's, from
// before the program was loaded.
func watchMemory(pid int, ended <-chan struct{}) (most int64) {
	for {
		for _, p := range append(children(pid), pid) {
			most = max(most, peakOf(p))
		}
		select {
		case <-ended:
			return most
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// peakOf reads the largest resident size of a process from proc(5).
func peakOf(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kilobytes int64
	_, _ = fmt.Sscan(rest, &kilobytes)
	return kilobytes << 10
}

// benchPlan plans 200 nodes with 400 backups each: the planner alone, for which the limits
// are, and the real binary, which has to read all that from a recorded state first.
func benchPlan(t *testing.T, s *servers) {
	file, recorded := filepath.Join(t.TempDir(), "large.hcl"), filepath.Join(t.TempDir(), "state.json")
	layFile(t, file, largePolicy())
	policy, diags := config.Load(file, config.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	state := largeState()
	alone := race([]contender{{"planner", func(int) cost { return planned(t, policy, state) }, 0}})[0]
	fmt.Printf("bench: plan: the planner needs %.2f of 5 s and %d of 300 MB for %d nodes × %d backups\n",
		alone.wall.Seconds(), alone.memory>>20, largeNodes, largeBackups)
	if alone.wall > 5*time.Second || alone.memory > 300<<20 {
		t.Errorf("planning took %v and %d bytes", alone.wall, alone.memory)
	}
	data, err := planner.EncodeState(state)
	if err != nil {
		t.Fatal(err)
	}
	layFile(t, recorded, string(data))
	binary := race([]contender{{"cwb", func(int) cost { return timed(t, s.binary, "--policy", file, "plan", "--state", recorded) }, 0}})[0]
	fmt.Printf("bench: plan: cwb plan --state takes %.2f s and %d MB with %d MB of recorded state\n", binary.wall.Seconds(), binary.memory>>20, len(data)>>20)
}

// planned plans once. Its memory is that of all live objects at their most, the state's
// included.
func planned(t *testing.T, p *config.Policy, s planner.State) cost {
	t.Helper()
	runtime.GC()
	ended, memory := make(chan struct{}), make(chan int64)
	go func() { memory <- watchHeap(ended) }()
	began := time.Now()
	_, err := planner.Diff(p, s, s.At, planner.Request{Verb: planner.VerbReconcile})
	wall := time.Since(began)
	close(ended)
	if err != nil {
		t.Fatal(err)
	}
	return cost{wall, <-memory}
}

// watchHeap gives the most bytes that the heap has held.
func watchHeap(ended <-chan struct{}) (most int64) {
	for {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		most = max(most, int64(stats.HeapAlloc))
		select {
		case <-ended:
			return most
		case <-time.After(50 * time.Millisecond):
		}
	}
}

const (
	largeNodes, largeBackups, largeBlock = 200, 400, 10
)

func largeAddr(i int) backup.NodeAddr {
	return backup.NodeAddr{Kind: backup.MySQL, Name: fmt.Sprintf("ellis%03d", i)}
}

func largePolicy() string {
	var text strings.Builder
	text.WriteString("cwb {\n  deployment = \"large\"\n  scheduler  = \"none\"\n}\nretention \"years\" {\n  keep_last    = 300\n  keep_daily   = 365\n  keep_weekly  = 52\n  keep_monthly = 12\n}\n")
	for i := range largeNodes {
		fmt.Fprintf(&text, "node \"mysql\" %[1]q {\n  socket        = \"/run/%[1]s/mysqld.sock\"\n  databases     = [%[1]q]\n  snapshot_path = \"/var/backups/cwb/%[1]s\"\n}\n", largeAddr(i).Name)
	}
	for first := 0; first < largeNodes; first += largeBlock {
		var members []string
		for i := first; i < first+largeBlock; i++ {
			members = append(members, largeAddr(i).Address())
		}
		fmt.Fprintf(&text, "backup \"block%03d\" {\n  nodes     = [%s]\n  schedule  = \"0 0 * * *\"\n  retention = retention.years\n}\n", first, strings.Join(members, ", "))
	}
	return text.String()
}

func largeState() planner.State {
	at := time.Date(2026, 11, 24, 0, 5, 0, 0, time.UTC)
	s := planner.State{At: at, Host: "ops", Deployment: "large"}
	for i := range largeNodes {
		identity := backup.Identity{Machine: fmt.Sprintf("machine-%d", i), DataDir: "/var/lib/mysql"}
		n := planner.NodeState{Node: largeAddr(i), Server: planner.Server{Identity: identity, Product: "MariaDB", Version: "10.11.14"}}
		var members []backup.NodeAddr
		for first, k := i/largeBlock*largeBlock, 0; k < largeBlock; k++ {
			members = append(members, largeAddr(first+k))
		}
		for day := largeBackups; day > 0; day-- {
			id := backup.NewSetID(at.AddDate(0, 0, -day))
			n.Backups = append(n.Backups, planner.Backup{
				Set: id, Block: fmt.Sprintf("block%03d", i/largeBlock*largeBlock), Purpose: backup.ForPolicy, Status: planner.Good, Members: members,
				Identity: identity, Began: id.Time(), Captured: id.Time(), Finished: id.Time(), Record: fmt.Sprintf("%064d", day),
				VerifiedAt: at.AddDate(0, 0, -day%30), Totals: backup.Totals{Tables: 3, Rows: 1000, Bytes: 1 << 30},
			})
		}
		s.Nodes = append(s.Nodes, n)
	}
	return s
}
