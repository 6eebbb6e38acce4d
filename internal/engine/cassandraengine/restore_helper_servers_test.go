//go:build servers

package cassandraengine

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

// memNotes are the notes of a restore, in memory.
type memNotes map[string][]byte

func (n memNotes) Put(name string, content []byte) error {
	n[name] = content
	return nil
}

func (n memNotes) Get(name string) ([]byte, error) {
	content, ok := n[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return content, nil
}

// source is a finished backup as a restore is given it.
func (k taken) source() executor.RestoreSource {
	manifest := k.manifest()
	return executor.RestoreSource{
		Record: &backup.Record{Node: k.begun.Node, Set: k.begun.Set, Identity: k.content.Identity, Server: k.content.Server, Captured: time.Now()},
		Begun:  &k.begun, Manifest: &manifest, Dir: k.dir,
	}
}

// order is that of a restore from the node's own name for it.
func (r *real) order(from executor.RestoreSource) executor.RestoreOrder {
	r.sets++
	return executor.RestoreOrder{ID: string(r.begun().Set), Source: from, Notes: memNotes{}, Definer: "keep"}
}

// foreign finds the newest foreign backup of a table whose name begins so.
func (r *real) foreign(prefix, table string) executor.RestoreSource {
	r.t.Helper()
	all, err := r.engine.Foreign(r.t.Context(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	var newest *backup.Foreign
	for i, f := range all {
		if strings.HasPrefix(f.Name, prefix) && f.Tables[0].Table == table && (newest == nil || f.Time.After(newest.Time)) {
			newest = &all[i]
		}
	}
	if newest == nil {
		r.t.Fatalf("no %s of %s among %v", prefix, table, all)
	}
	return executor.RestoreSource{Foreign: newest}
}

// plan examines an order, wants no refusal, and says what of it the node would do.
func (r *real) plan(o executor.RestoreOrder) executor.RestoreOrder {
	r.t.Helper()
	x, err := r.engine.Examine(r.t.Context(), o)
	if err != nil || len(x.Refusals) > 0 {
		r.t.Fatalf("examine: %+v, %v", x.Refusals, err)
	}
	if len(o.Notes.(memNotes)) > 0 {
		r.t.Error("an examination has written notes")
	}
	for _, table := range x.Replaces {
		if table.Exists && o.Safety == nil {
			safety := r.take().source()
			o.Safety = &safety
		}
	}
	o.Phases = x.Phases
	return o
}

// restore does all phases.
func (r *real) restore(o executor.RestoreOrder) executor.RestoreOrder {
	r.t.Helper()
	o = r.plan(o)
	for _, phase := range o.Phases {
		r.phase(phase, o)
	}
	return o
}

func (r *real) phase(phase executor.RestorePhase, o executor.RestoreOrder) {
	r.t.Helper()
	began := time.Now()
	if err := r.engine.Restore(r.t.Context(), phase, o, nil); err != nil {
		r.t.Fatal(err)
	}
	r.t.Logf("%s took %s", phase, time.Since(began).Round(10*time.Millisecond))
}

// checkClean wants nothing of any restore left in the data directories, but for what a
// finished one keeps.
func (r *real) checkClean() {
	r.t.Helper()
	for _, root := range r.server.DataDirs {
		entries, err := os.ReadDir(root)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() == stagingDir || strings.HasPrefix(e.Name(), "cwb_") {
				r.t.Errorf("%s is left", filepath.Join(root, e.Name()))
			}
		}
	}
}

// checkWhole wants every file of a backup as it was taken.
func (r *real) checkWhole(k taken) {
	r.t.Helper()
	for f := range k.content.Files {
		if f.Root == "" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(f.Root, f.Path))
		if err != nil || sumOf(data) != f.SHA256 {
			r.t.Errorf("%s is not what it was: %v", f.Path, err)
		}
	}
}
