package node_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"cwb/internal/soak"
)

// At every operation of an evening in turn, everything that can go wrong does (with SOAK set,
// also what differs in name only). Then planning and applying converge, and the invariants
// hold before and after.
func TestSimulationEveryOperationFails(t *testing.T) {
	w := newWorld(t)
	quiet := w.trial(t)
	l, p := quiet.process(0, noFault)
	result, err := quiet.evening(l)
	quiet.checkExit(result, err)
	quiet.recover()
	quiet.checkRecovered()
	if t.Failed() {
		t.Fatal("without a fault already")
	}
	var pairs atomic.Int64
	inShards(t, p.ops, func(t *testing.T, k int) {
		faults := faultsOf(k, p.names[k])
		if soak.Of(false, true) {
			faults = allFaults()
		}
		for _, f := range faults {
			if w.trial(t).once(k+1, f) {
				pairs.Add(1)
			}
		}
	})
	soak.Figures(t, "%d operations of an apply, %d pairs of operation and fault", p.ops, pairs.Load())
	if pairs.Load() < 500 && !underRace {
		t.Errorf("only %d pairs", pairs.Load())
	}
}

// inShards calls f for 0…n-1 on all processors, until the first failure.
func inShards(t *testing.T, n int, f func(*testing.T, int)) {
	shards := runtime.GOMAXPROCS(0)
	stride := shards
	if underRace {
		stride *= 10
	}
	t.Run("shards", func(t *testing.T) {
		for shard := range shards {
			t.Run(strconv.Itoa(shard), func(t *testing.T) {
				t.Parallel()
				for i := shard; i < n && !t.Failed(); i += stride {
					f(t, i)
				}
			})
		}
	})
}

// once is a trial with one fault; it reports whether the fault came to happen.
func (tr *trial) once(k int, f fault) bool {
	before := tr.disk.files()
	l, p := tr.process(k, f)
	result, err := tr.evening(l)
	if p.hit == "" {
		return false
	}
	tr.log = append(tr.log, fmt.Sprintf("operation %d, %s: %s", k, p.hit, f))
	tr.after(p, f, 0)
	if !p.killed() {
		tr.checkExit(result, err)
	}
	tr.checkAlways()
	if f != powerCut && f != lostReply {
		tr.checkJournal(before, result)
	}
	tr.recover()
	tr.checkRecovered()
	return true
}

// after lets the end of a process show on the disk.
func (tr *trial) after(p *process, f fault, survivors int) {
	if !p.killed() {
		return
	}
	if f == powerCut {
		tr.disk.cut(survivors)
	}
}

// A thousand random evenings, each with several faults one after the other.
func TestSimulationRandomSchedules(t *testing.T) {
	w := newWorld(t)
	first, runs := soak.Seed(t), soak.Of(1000, 10000)
	soak.Figures(t, "%d random evenings, of that seed and those after it", runs)
	inShards(t, runs, func(t *testing.T, i int) {
		w.trial(t).schedule(first + uint64(i))
		if t.Failed() {
			t.Logf("this first with SEED=%d", first+uint64(i))
		}
	})
}

func (tr *trial) schedule(seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range 1 + r.IntN(3) {
		f := allFaults()[r.IntN(len(allFaults()))]
		k := 1 + r.IntN(500)
		l, p := tr.process(k, f)
		result, err := tr.evening(l)
		tr.log = append(tr.log, fmt.Sprintf("operation %d, %s: %s", k, p.hit, f))
		tr.after(p, f, r.IntN(4))
		if !p.killed() {
			tr.checkExit(result, err)
		}
		tr.checkAlways()
		tr.now = tr.now.Add(time.Duration(r.IntN(600)) * time.Second)
	}
	tr.recover()
	tr.checkRecovered()
}

func parse(text string) map[string]string {
	rows := map[string]string{}
	if json.Unmarshal([]byte(text), &rows) != nil {
		return nil
	}
	return rows
}
