package cassandraengine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/enginetest"
)

// record is what a node keeps of a take.
func (m made) record() backup.Record {
	return backup.Record{Node: m.begun.Node, Set: m.begun.Set, Identity: m.content.Identity, Position: m.content.Position}
}

// after is the spec of a take n seconds after midnight that earlier ones went before.
func (f *fake) after(n int, earlier ...made) executor.TakeSpec {
	spec := f.spec(n)
	for _, m := range earlier {
		b := enginetest.Earlier(m.manifest())[0]
		b.Record = m.record()
		spec.Earlier = append(spec.Earlier, b)
	}
	return spec
}

// later is another process on the same node.
func (f *fake) later() {
	f.engine.memory = memory{}
	f.now = f.now.Add(24 * time.Hour)
	_ = os.Remove(f.logFile())
}

func TestOneCallOfNodetoolWhereTheWiringIsProven(t *testing.T) {
	f := newFake(t)
	first := f.mustRun(f.spec(0))
	f.later()
	second := f.mustRun(f.after(1, first))
	f.later()
	f.mustRun(f.after(2, second)) // the proof is handed on
	if calls := f.calls(); strings.Contains(calls, "info") || strings.Count(calls, "\n") != 1 {
		t.Errorf("calls:\n%s", calls)
	}
}

func TestNodetoolIsAskedWhomItReaches(t *testing.T) {
	for name, change := range map[string]func(f *fake, m *made){
		"another command": func(f *fake, _ *made) { f.engine.node.Nodetool = append(f.engine.node.Nodetool, "-p", "7200") },
		"another address": func(f *fake, _ *made) { f.engine.node.Address = "127.0.0.2:9042" },
		"another program under its name": func(f *fake, _ *made) {
			writeFile(f.t, f.engine.node.Nodetool[0], "#!/bin/sh\n. '"+filepath.Join(f.dir, "nodetool.does")+"' # elsewhere\n")
		},
		"a program that was written again": func(f *fake, _ *made) {
			if err := os.Chtimes(f.engine.node.Nodetool[0], f.now, f.now); err != nil {
				f.t.Fatal(err)
			}
		},
		"more data directories": func(f *fake, _ *made) {
			f.engine.node.DataDirs = append(f.engine.node.DataDirs, f.t.TempDir())
			f.server.dirs = f.engine.node.DataDirs
		},
		"another host": func(_ *fake, m *made) { m.content.Identity.HostID = idOther },
		"an older cwb": func(_ *fake, m *made) { delete(m.content.Position, provenKey) },
		"nothing to appear": func(f *fake, _ *made) {
			f.server.schemas["homer"] = keyspaceSchema{Name: "homer"}
			f.nodetool(elsewhere + honest)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			m := f.mustRun(f.spec(0))
			f.later()
			change(f, &m)
			f.mustRun(f.after(1, m))
			if calls := f.calls(); !strings.HasPrefix(calls, "info\nsnapshot") {
				t.Errorf("calls:\n%s", calls)
			}
		})
	}
}

// elsewhere begins a nodetool whose snapshots do not come to this node.
const elsewhere = `[ $1 = snapshot ] && { echo "Snapshot directory: $3"; exit 0; }` + "\n"

// A nodetool that has come to reach another host since, or does nothing, is found out by the
// snapshot that does not appear.
func TestSnapshotMustAppear(t *testing.T) {
	for name, c := range map[string]struct{ script, says string }{
		"another host": {elsewhere + "HOST=" + idOther + honest, "clear it with nodetool clearsnapshot -t cwb-20261123T000001Z-homer -- homer on that host"},
		"nothing done": {elsewhere + honest, "has no folder"},
		"cannot tell":  {elsewhere + `[ $1 = info ] && exit 0` + honest, "did not say the host id"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			first := f.mustRun(f.spec(0))
			f.later()
			f.nodetool(c.script)
			_, err := f.run(f.after(1, first), nil)
			if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %q", err, c.says)
			}
			if strings.Contains(f.calls(), "clearsnapshot") {
				t.Errorf("it cleared at a host that is not its own:\n%s", f.calls())
			}
		})
	}
}
