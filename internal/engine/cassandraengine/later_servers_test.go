//go:build servers

package cassandraengine

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"cwb/executor"
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
