package planner_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// large is a deployment of 200 nodes with 400 backups each, in blocks of ten nodes.
func large(nodesInBlock int) (*config.Policy, planner.State, time.Time) {
	now := time.Date(2026, 11, 24, 0, 0, 5, 0, time.UTC)
	p := &config.Policy{Deployment: "large", Timezone: "Europe/London", Scheduler: config.NoScheduler}
	p.Retentions = []config.Retention{{Name: "r", KeepLast: 300, KeepDaily: 365, KeepWeekly: 52, KeepMonthly: 12, MinGood: 2, MaxRemove: 25, MaxShrink: 50}}
	s := planner.State{At: now, Host: "h", Deployment: "large"}
	var block config.Backup
	for i := range 200 {
		addr := backup.NodeAddr{Kind: backup.Cassandra, Name: fmt.Sprintf("node%03d", i)}
		p.Nodes = append(p.Nodes, config.Node{Addr: addr, SnapshotPath: "/b/" + addr.Name})
		block.Nodes = append(block.Nodes, addr)
		if len(block.Nodes) == nodesInBlock {
			block.Name, block.Schedule, block.Retention = fmt.Sprintf("block%03d", i), "0 0 * * *", "r"
			p.Backups, block = append(p.Backups, block), config.Backup{}
		}
	}
	for i, node := range p.Nodes {
		s.Nodes = append(s.Nodes, largeNode(node.Addr, p.Backups[i/nodesInBlock], now))
	}
	return p, s, now
}

func largeNode(addr backup.NodeAddr, block config.Backup, now time.Time) planner.NodeState {
	n := planner.NodeState{Node: addr, Server: planner.Server{Identity: identity(addr, "one")}}
	for day := 400; day > 0; day-- {
		id := backup.NewSetID(now.AddDate(0, 0, -day))
		n.Backups = append(n.Backups, planner.Backup{
			Set: id, Block: block.Name, Purpose: backup.ForPolicy, Status: planner.Good, Members: block.Nodes, Identity: identity(addr, "one"), Began: id.Time(),
			Captured: id.Time(), Finished: id.Time(), Record: fmt.Sprintf("%064d", day), VerifiedAt: now.AddDate(0, 0, -day%30), Totals: backup.Totals{Tables: 3, Rows: 1000, Bytes: 1 << 30},
		})
	}
	return n
}

// TestLargeDeploymentIsPlannedSoon bounds time and memory generously: shared machines are
// slow. The benchmark has the figures.
func TestLargeDeploymentIsPlannedSoon(t *testing.T) {
	for _, size := range []int{10, 200} {
		p, s, now := large(size)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		plan, err := planner.Diff(p, s, now, planner.Request{Verb: planner.VerbReconcile})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		total := (after.TotalAlloc - before.TotalAlloc) >> 20
		t.Logf("%d nodes in a block: %d steps in %v, %d MiB allocated in all, %d MiB of state before", size, len(plan.Steps), took, total, before.HeapAlloc>>20)
		if took > 40*time.Second {
			t.Errorf("it took %v", took)
		}
		if heap := after.HeapAlloc; heap > 300<<20 {
			t.Errorf("the heap grew to %d MiB", heap>>20)
		}
	}
}

func BenchmarkDiffLarge(b *testing.B) {
	p, s, now := large(10)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := planner.Diff(p, s, now, planner.Request{Verb: planner.VerbReconcile}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPlanFileLarge(b *testing.B) {
	p, s, now := large(10)
	plan, err := planner.Diff(p, s, now, planner.Request{Verb: planner.VerbReconcile})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		data, err := planner.EncodePlan(plan)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(data)>>20), "MiB")
		if _, err := planner.DecodePlan(data); err != nil {
			b.Fatal(err)
		}
	}
}
