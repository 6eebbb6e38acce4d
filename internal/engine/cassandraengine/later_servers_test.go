//go:build servers

package cassandraengine

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/testbed"
)

// A second take reads what is new and no more.
func TestRealIncremental(t *testing.T) {
	r := newReal(t, "incremental")
	r.exec(`CREATE TABLE incremental.t (k int PRIMARY KEY, v blob) WITH compression = {'enabled': false}`)
	for i := range 200 {
		r.exec(fmt.Sprintf(`INSERT INTO incremental.t (k, v) VALUES (%d, textAsBlob('%s'))`, i, strings.Repeat("x", 10000)))
	}
	first := r.take()
	second := r.take(first)
	if first.read < 2_000_000 || second.read > 20_000 {
		t.Errorf("read %d bytes, then %d", first.read, second.read)
	}
	r.exec(`INSERT INTO incremental.t (k, v) VALUES (1000, 0x00)`)
	third := r.take(second, first)
	if third.read <= second.read || third.read > 50_000 {
		t.Errorf("read %d bytes after one row more", third.read)
	}
	for _, k := range []taken{first, second, third} {
		verify(t, k)
	}
}

// TRUNCATE, DROP TABLE and making a table again, between takes: no backup changes, and what
// Cassandra leaves is listed, and stays when backups go.
func TestRealTruncateAndDrop(t *testing.T) { testTruncateAndDrop(t, realServer) }

func testTruncateAndDrop(t *testing.T, server *testbed.Cassandra) {
	r := newRealOn(t, server, "dropping")
	fill := func(table string, n int) {
		for i := range n {
			r.exec(fmt.Sprintf(`INSERT INTO dropping.%s (k, v) VALUES (%d, 'v')`, table, i))
		}
	}
	r.exec(`CREATE TABLE dropping.t (k int PRIMARY KEY, v text)`, `CREATE TABLE dropping.u (k int PRIMARY KEY, v text)`)
	fill("t", 20)
	fill("u", 20)
	first := r.take()
	r.exec(`TRUNCATE dropping.t`, `DROP TABLE dropping.u`, `CREATE TABLE dropping.u (k int PRIMARY KEY, v text)`)
	fill("u", 5)
	second := r.take(first)
	if first.content.Tables[1].ID == second.content.Tables[1].ID {
		t.Error("the table that was made again has its old id")
	}
	check := func(ours map[string]bool) {
		t.Helper()
		all, err := r.engine.Foreign(t.Context(), ours)
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		for i, kind := range []backup.ForeignKind{backup.ForeignDropped, backup.ForeignTruncated} {
			table := []string{"u", "t"}[i]
			f := all[i]
			if f.Kind != kind || !f.Restorable || f.Reason != "" || f.Bytes == 0 || f.Tables[0].Table != table || f.Time.Year() < 2020 {
				t.Errorf("%+v", f)
			}
		}
	}
	check(map[string]bool{first.begun.Tag: true, second.begun.Tag: true})
	verify(t, first)
	verify(t, second)
	if err := r.engine.Discard(t.Context(), first.begun); err != nil {
		t.Fatal(err)
	}
	check(map[string]bool{second.begun.Tag: true})
	verify(t, second)
}

// With the server stopped nothing hangs or lies; after TRUNCATE and a restart the SSTables are
// numbered from 1 again, and the old backup and the new one are both right.
func TestRealRestart(t *testing.T) {
	r := newReal(t, "restart")
	r.exec(`CREATE TABLE restart.t (k int PRIMARY KEY, v text)`, `INSERT INTO restart.t (k, v) VALUES (1, 'one')`)
	first := r.take()
	r.exec(`TRUNCATE restart.t`)
	r.session.Close()
	prepared, err := r.engine.Prepare(t.Context(), executor.TakeSpec{Begun: r.begun()})
	if err != nil {
		t.Fatal(err)
	}
	defer prepared.Close()
	if err := realServer.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := prepared.Capture(t.Context()); !errors.Is(err, executor.ErrUnreachable) {
		t.Errorf("capture: %v", err)
	}
	if state, err := r.engine.Inspect(t.Context()); err != nil || !strings.Contains(state.Down, "start the server") {
		t.Errorf("inspect: %+v, %v", state, err)
	}
	if _, err := r.engine.Prepare(t.Context(), executor.TakeSpec{Begun: r.begun()}); !errors.Is(err, executor.ErrUnreachable) {
		t.Errorf("prepare: %v", err)
	}
	if err := r.engine.Discard(t.Context(), first.begun); !errors.Is(err, executor.ErrUnreachable) {
		t.Errorf("discard: %v", err)
	}
	verify(t, first)
	if err := realServer.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.session, err = realServer.Session(""); err != nil {
		t.Fatal(err)
	}
	r.exec(`INSERT INTO restart.t (k, v) VALUES (1, 'two')`)
	second := r.take(first)
	if names(first) != "nb-1-big-Data.db" || names(second) != names(first) {
		t.Errorf("data files %q, then %q: the test shows nothing", names(first), names(second))
	}
	verify(t, first)
	verify(t, second)
}

// names are those of the data files.
func names(k taken) string {
	var all []string
	for _, f := range k.content.Files {
		if strings.HasSuffix(f.Path, "-Data.db") {
			all = append(all, filepath.Base(f.Path))
		}
	}
	return strings.Join(all, " ")
}

func TestRealRefusals(t *testing.T) {
	r := newReal(t, "refusals")
	r.exec(`CREATE TABLE refusals.t (k int PRIMARY KEY)`)
	cases := map[string]struct {
		change func(*Engine)
		is     error
		says   string
	}{
		"keyspace missing":            {func(e *Engine) { e.node.Keyspaces = []string{"refusals", "Refusals"} }, executor.ErrRefused, `"Refusals"`},
		"one of two data directories": {func(e *Engine) { e.node.DataDirs = e.node.DataDirs[:1] }, executor.ErrRefused, "correct the policy"},
		"JMX on another port":         {func(e *Engine) { e.tool.argv = append(e.tool.argv[:len(e.tool.argv)-1:len(e.tool.argv)-1], "1") }, executor.ErrUnreachable, "Failed to connect"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e := New(r.node(), Options{})
			c.change(e)
			_, err := e.Prepare(t.Context(), executor.TakeSpec{Begun: r.begun()})
			if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v", err)
			}
		})
	}
	t.Run("tables made and dropped after the capture", func(t *testing.T) {
		k, err := r.tryTake(func() {
			r.exec(`CREATE TABLE refusals.late (k int PRIMARY KEY)`, `DROP TABLE refusals.t`)
		})
		if err != nil || len(k.content.Tables) != 1 || k.content.Tables[0].Name != "t" {
			t.Errorf("%+v, %v", k.content.Tables, err)
		}
	})
	t.Run("tag is there already", func(t *testing.T) {
		k := r.take()
		_, err := r.engine.Prepare(t.Context(), executor.TakeSpec{Begun: k.begun})
		if !errors.Is(err, errTagUsed) {
			t.Errorf("error %v", err)
		}
	})
}
