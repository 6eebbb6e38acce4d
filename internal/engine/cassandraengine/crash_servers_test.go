//go:build servers

package cassandraengine

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/testbed"
)

// A server of its own, on a small disk: what takes do when that is full, and when the server
// stops at each of their stages.
func TestRealCrashes(t *testing.T) {
	dir, err := os.MkdirTemp("", "cwb-crash-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	data := filepath.Join(dir, "data")
	mkdir(t, data)
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=96m,mode=0755"); err != nil {
		t.Fatalf("mount a small file system, which needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	server := testbed.CassandraForTest(t, testbed.CassandraOptions{Dir: dir, Settings: map[string]string{
		"disk_failure_policy": "stop", "snapshot_before_compaction": "true", // the first as in the packaged cassandra.yaml
	}})
	t.Run("foreign", func(t *testing.T) { testForeign(t, server) })
	r := newRealOn(t, server, "restart")
	r.exec(`CREATE TABLE restart.t (k int PRIMARY KEY, v text)`, `INSERT INTO restart.t (k, v) VALUES (1, 'one')`)
	first := r.take()
	r.exec(`TRUNCATE restart.t`)
	t.Run("full disk", func(t *testing.T) { r.t = t; testFullDisk(r, data, first) })
	t.Run("stops", func(t *testing.T) { r.t = t; testStops(r, first) })
	r.t = t
}

// testFullDisk takes on a disk without a free byte: what is new cannot be flushed, and with
// nothing new the snapshot's own files cannot be written.
func testFullDisk(r *real, data string, first taken) {
	t := r.t
	ballast := filepath.Join(data, "ballast")
	for i, change := range []string{"", `INSERT INTO restart.t (k, v) VALUES (2, 'two')`} {
		fill(t, ballast)
		if change != "" {
			r.exec(change)
		}
		k, err := r.takeBadly(badTake{between: "none"})
		t.Logf("a take on a full disk: %v", err)
		if err == nil {
			t.Errorf("take %d is called good: %+v", i, k.content.Tables)
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		verify(t, first)
		// The server may have stopped serving; what is left of the snapshot goes at once or later.
		if err := r.engine.Discard(t.Context(), k.begun); err != nil && !errors.Is(err, executor.ErrUnreachable) {
			t.Errorf("discard: %v", err)
		}
	}
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, size := range []int{1 << 20, 1} {
		for block := make([]byte, size); err == nil; {
			_, err = file.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		err = nil
	}
}

// testStops stops the server before the preparation of a take, before its capture, and before
// it is read out. After TRUNCATE and the restart the SSTables are numbered from 1 again, and the
// old backup and the new one are both right.
func testStops(r *real, first taken) {
	t := r.t
	r.restart()
	r.exec(`INSERT INTO restart.t (k, v) VALUES (3, 'three')`)
	captured, begun := r.prepared()
	if _, err := captured.Capture(t.Context()); err != nil {
		t.Fatal(err)
	}
	prepared, _ := r.prepared()
	if err := r.server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := prepared.Capture(t.Context()); !errors.Is(err, executor.ErrUnreachable) {
		t.Errorf("capture: %v", err)
	}
	if _, err := r.engine.Prepare(t.Context(), executor.TakeSpec{Begun: r.begun()}); !errors.Is(err, executor.ErrUnreachable) {
		t.Errorf("prepare: %v", err)
	}
	if state, err := r.engine.Inspect(t.Context()); err != nil || !strings.Contains(state.Down, "start the server") {
		t.Errorf("inspect: %+v, %v", state, err)
	}
	if err := r.engine.Discard(t.Context(), first.begun); !errors.Is(err, executor.ErrUnreachable) {
		t.Errorf("discard: %v", err)
	}
	// What was captured is there, whole, whether the server is or not.
	second := taken{begun: begun, dir: memDir{}}
	var err error
	if second.content, err = captured.ReadOut(t.Context(), second.dir, nil); err != nil {
		t.Errorf("read out: %v", err)
	}
	r.start()
	third := r.take(second, first)
	if names(first) != "nb-1-big-Data.db" || !strings.HasPrefix(names(second), names(first)) {
		t.Errorf("data files %q, then %q: the test shows nothing", names(first), names(second))
	}
	if got := len(r.rows(`SELECT k FROM restart.t`)); got != 2 {
		t.Errorf("%d rows, want what was written on the full disk and what was written after", got)
	}
	for _, k := range []taken{first, second, third} {
		verify(t, k)
	}
}

// testNumbers restarts a server after TRUNCATE: SSTables are numbered from 1 again, and the
// backups of before and after have files of one name and other content, side by side.
func testNumbers(t *testing.T, server *testbed.Cassandra) {
	r := newRealOn(t, server, "numbers")
	r.exec(`CREATE TABLE numbers.t (k int PRIMARY KEY, v text)`, `INSERT INTO numbers.t (k, v) VALUES (1, 'one')`)
	first := r.take()
	r.exec(`TRUNCATE numbers.t`)
	r.restart()
	r.exec(`INSERT INTO numbers.t (k, v) VALUES (2, 'two')`)
	second := r.take(first)
	if names(first) != "nb-1-big-Data.db" || names(second) != names(first) {
		t.Errorf("data files %q, then %q: the test shows nothing", names(first), names(second))
	}
	third := r.take(second, first)
	if when := dataHashed(third); when.IsZero() || !when.Equal(dataHashed(second)) || when.Equal(dataHashed(first)) {
		t.Errorf("the data of the third was read at %s, of the second at %s, of the first at %s", when, dataHashed(second), dataHashed(first))
	}
	for _, k := range []taken{first, second, third} {
		verify(t, k)
	}
	o := r.restore(r.order(first.source()))
	if got := r.rows(`SELECT k, v FROM numbers.t`); len(got) != 1 || got[0] != "k=1 v=one" {
		t.Errorf("the first brings back %q", got)
	}
	r.phase(executor.PhaseConfirm, o)
}

// dataHashed is when the only data file was read.
func dataHashed(k taken) time.Time {
	for f := range k.content.Files {
		if strings.HasSuffix(f.Path, "-Data.db") {
			return f.Hashed
		}
	}
	return time.Time{}
}

// prepared is a take that has been prepared, with its begun-record.
func (r *real) prepared() (executor.Prepared, backup.Begun) {
	r.t.Helper()
	begun := r.begun()
	p, err := r.engine.Prepare(r.t.Context(), executor.TakeSpec{Begun: begun})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { p.Close() })
	f := p.Footprint()
	begun.Tag, begun.Keyspaces, begun.DataDirs = f.Tag, f.Keyspaces, f.DataDirs
	return p, begun
}

func (r *real) restart() {
	r.t.Helper()
	if err := r.server.Stop(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	r.start()
}

// start starts the server again and connects anew.
func (r *real) start() {
	r.t.Helper()
	r.session.Close()
	err := r.server.Start(r.t.Context())
	if err == nil {
		r.session, err = r.server.Session("")
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// names are those of the data files.
func names(k taken) string {
	var all []string
	for f := range k.content.Files {
		if strings.HasSuffix(f.Path, "-Data.db") {
			all = append(all, filepath.Base(f.Path))
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}
