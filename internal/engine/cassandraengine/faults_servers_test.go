//go:build servers

package cassandraengine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cwb/executor"
)

// badTake is a way in which a take goes wrong.
type badTake struct {
	name     string
	nodetool string        // what it does when asked for a snapshot, with the real one as real
	limit    time.Duration // of nodetool; zero: as usual
	between  string        // of the snapshot of table b, removed after the capture
	reading  string        // … when something has been read
	says     string
}

// Whatever goes wrong with a real server's snapshot, no backup comes of it, nothing of it is
// left when it has been discarded, and the earlier backup is as it was.
func TestRealFaults(t *testing.T) {
	r := newReal(t, "faulty")
	r.engine.options.SettleWait = 500 * time.Millisecond
	r.exec(`CREATE TABLE faulty.a (k int PRIMARY KEY, v text)`, `CREATE TABLE faulty.b (k int PRIMARY KEY, v text)`,
		`INSERT INTO faulty.a (k, v) VALUES (1, 'a')`, `INSERT INTO faulty.b (k, v) VALUES (1, 'b')`)
	earlier := r.take()
	honest := r.engine.tool
	for _, bad := range []badTake{
		{name: "nodetool hangs", nodetool: `exec sleep 600`, limit: time.Second, says: "was killed"},
		{name: "nodetool works and then hangs", nodetool: `real "$@" && touch "$0.done"; exec sleep 600`, says: "was killed"},
		{name: "nodetool is silent", nodetool: `exit 0`, says: "snapshot"},
		{name: "nodetool tells a failure and exits with 0", nodetool: `echo "error: No space left"; echo "-- StackTrace --"; exit 0`, says: "No space left"},
		{name: "nodetool boasts", nodetool: `while [ "$1" != -t ]; do shift; done; echo "Snapshot directory: $2"; exit 0`, says: "snapshot"},
		{name: "a table's folder vanishes", between: "", says: "faulty.b"},
		{name: "a file vanishes", between: "nb-*-Index.db", says: "missing"},
		{name: "files vanish while others are read", reading: "nb-*-Data.db", says: "no such file"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			r.t = t
			if bad.nodetool != "" {
				r.engine.tool = badNodetool(t, honest, bad)
			}
			k, err := r.takeBadly(bad)
			if err == nil || !strings.Contains(err.Error(), bad.says) {
				t.Errorf("the take says %v, want an error with %q", err, bad.says)
			}
			r.engine.tool = honest
			if err := r.engine.Discard(t.Context(), k.begun); err != nil {
				t.Errorf("discard: %v", err)
			}
			if got := snapshotNames(t, r.server.DataDirs, r.keyspace); !slices.Equal(got, []string{earlier.begun.Tag}) {
				t.Errorf("snapshots %v are left", got)
			}
			verify(t, earlier)
		})
	}
	r.t = t
	verify(t, r.take(earlier))
}

// badNodetool stands before the real one.
func badNodetool(t *testing.T, honest nodetool, bad badTake) nodetool {
	t.Helper()
	script := filepath.Join(t.TempDir(), "nodetool")
	writeFile(t, script, fmt.Sprintf("#!/bin/sh\nreal() { '%s' \"$@\"; }\ncase \" $* \" in *' snapshot '*) %s ;; esac\nreal \"$@\"\n", honest.argv[0], bad.nodetool))
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	tool := honest
	tool.argv = append([]string{script}, honest.argv[1:]...)
	if bad.limit > 0 {
		tool.limit = bad.limit
	}
	return tool
}

// takeBadly takes; a nodetool that has done its work is waited for no longer.
func (r *real) takeBadly(bad badTake) (taken, error) {
	r.t.Helper()
	k := taken{begun: r.begun(), dir: memDir{}}
	p, err := r.engine.Prepare(r.t.Context(), executor.TakeSpec{Begun: k.begun})
	if err != nil {
		return k, err
	}
	defer p.Close()
	f := p.Footprint()
	k.begun.Tag, k.begun.Keyspaces, k.begun.DataDirs = f.Tag, f.Keyspaces, f.DataDirs
	ctx, cancel := context.WithCancel(r.t.Context())
	defer cancel()
	go cancelWhenThere(ctx, cancel, r.engine.tool.argv[0]+".done")
	if _, err := p.Capture(ctx); err != nil {
		return k, err
	}
	remove := func(pattern string) {
		if err := r.removeOf("b", f.Tag, pattern); err != nil {
			r.t.Error(err)
		}
	}
	if bad.reading == "" {
		remove(bad.between)
	}
	var once sync.Once
	k.content, err = p.ReadOut(r.t.Context(), k.dir, func(int64, int64) {
		if bad.reading != "" {
			once.Do(func() { remove(bad.reading) })
		}
	})
	return k, err
}

// cancelWhenThere cancels when a file has appeared.
func cancelWhenThere(ctx context.Context, cancel context.CancelFunc, file string) {
	for ctx.Err() == nil {
		if _, err := os.Stat(file); err == nil {
			cancel()
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// removeOf removes what the pattern matches of a table's snapshot, or all of it.
func (r *real) removeOf(table, tag, pattern string) error {
	for _, dir := range r.server.DataDirs {
		found, err := filepath.Glob(filepath.Join(dir, r.keyspace, table+"-*", "snapshots", tag, pattern))
		if err != nil {
			return err
		}
		for _, path := range found {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}
