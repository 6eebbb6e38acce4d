package enginetest

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

// limit ends a case that hangs; real servers need seconds for what the fake does at once.
const limit = 2 * time.Minute

// suite is a harness with the running number that keeps cases apart.
type suite struct {
	Harness
	next backup.SetID
}

// unique is a set id that no other case has used.
func (s *suite) unique() backup.SetID {
	id := s.next
	s.next = id.Next()
	return id
}

// taken is a backup that a case made.
type taken struct {
	begun    backup.Begun
	dir      *Dir
	captured time.Time
	content  executor.Content
}

func (b taken) manifest() backup.Manifest {
	return backup.Manifest{Node: b.begun.Node, Set: b.begun.Set, Tables: b.content.Tables, Files: slices.Collect(b.content.Files)}
}

// Earlier is how a node shows an engine backups with these manifests, newest first.
func Earlier(manifests ...backup.Manifest) []executor.Earlier {
	var all []executor.Earlier
	for _, m := range manifests {
		var stored int64
		for _, f := range m.Files {
			stored += f.Bytes
		}
		all = append(all, executor.Earlier{
			Record: backup.Record{Node: m.Node, Set: m.Set, Totals: backup.Totals{Stored: stored}},
			Files: func(each func(backup.File) error) error {
				for _, f := range m.Files {
					if err := each(f); err != nil {
						return err
					}
				}
				return nil
			},
		})
	}
	return all
}

func timeout(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

func (s *suite) begun() backup.Begun {
	id := s.unique()
	return backup.Begun{
		Deployment: "conformance", Node: s.Node, Block: "suite", Set: id, Purpose: backup.Manual,
		Members: []backup.NodeAddr{s.Node}, Began: id.Time(), Tool: "test",
	}
}

// prepare makes a take ready; its begun record is completed as a node does it. Whatever the
// case does, connections are closed and nothing is left on the server.
func (s *suite) prepare(t *testing.T, e executor.Engine, previous ...backup.Manifest) (executor.Prepared, backup.Begun) {
	t.Helper()
	begun := s.begun()
	p, err := e.Prepare(timeout(t), executor.TakeSpec{Begun: begun, Earlier: Earlier(previous...)})
	if err != nil {
		t.Fatalf("prepare: %v", err)
	}
	print := p.Footprint()
	begun.Tag, begun.Keyspaces, begun.DataDirs = print.Tag, print.Keyspaces, print.DataDirs
	t.Cleanup(func() {
		p.Close()
		if err := e.Discard(context.Background(), begun); err != nil {
			t.Errorf("discard at the end of the case: %v", err)
		}
	})
	return p, begun
}

func capture(t *testing.T, p executor.Prepared) time.Time {
	t.Helper()
	before := time.Now()
	at, err := p.Capture(timeout(t))
	if err != nil {
		t.Fatalf("capture: %v", err)
	}
	if at.Before(before.Add(-time.Minute)) || at.After(time.Now().Add(time.Minute)) {
		t.Errorf("captured at %s, which is not now (%s)", at, before)
	}
	return at
}

func readOut(t *testing.T, p executor.Prepared, dir executor.Dir) executor.Content {
	t.Helper()
	c, err := p.ReadOut(timeout(t), dir, forward(t))
	if err != nil {
		t.Fatalf("read out: %v", err)
	}
	return c
}

// take makes a whole backup.
func (s *suite) take(t *testing.T, e executor.Engine, previous ...backup.Manifest) taken {
	t.Helper()
	p, begun := s.prepare(t, e, previous...)
	b := taken{begun: begun, dir: NewDir(t)}
	b.captured = capture(t, p)
	b.content = readOut(t, p, b.dir)
	if err := p.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	return b
}

// forward is a progress that complains when it is told nonsense.
func forward(t *testing.T) executor.Progress {
	return func(done, total int64) {
		if done < 0 || total < 0 || (total > 0 && done > total) {
			t.Errorf("progress says %d of %d", done, total)
		}
	}
}

// rows are n rows that no other case has written.
func (s *suite) rows(n int) map[string]string {
	rows, mark := map[string]string{}, s.unique()
	for i := range n {
		rows[fmt.Sprintf("%s-%06d", mark, i)] = fmt.Sprintf("value %d of %s\twith a tab, a \\ and a\nline", i, mark)
	}
	return rows
}

// expect compares rows that must be in a backup with what is in it.
func (s *suite) expect(t *testing.T, b taken, want map[string]string) {
	t.Helper()
	if s.Content == nil {
		return
	}
	got := s.Content(t, b.dir, b.manifest())
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			t.Fatalf("row %q is %q in the backup, not %q (%d rows there)", key, got[key], want[key], len(got))
		}
	}
}

func (s *suite) snapshots(t *testing.T) []string {
	t.Helper()
	if s.Snapshots == nil {
		return nil
	}
	return slices.Sorted(slices.Values(s.Snapshots(t)))
}

func same(t *testing.T, what string, before, after []string) {
	t.Helper()
	if !slices.Equal(before, after) {
		t.Errorf("%s:\nbefore %v\nafter  %v", what, before, after)
	}
}

// path is where a file of a backup lies.
func (b taken) path(f backup.File) string {
	if f.Root != "" {
		return f.Root + string(os.PathSeparator) + f.Path
	}
	return b.dir.Path(f.Path)
}
