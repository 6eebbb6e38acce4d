package memengine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"cwb/executor"
	"cwb/internal/backup"
)

// The operations of restores. Each may happen several times in one phase.
const (
	OpRestoreExamine Op = "restore_examine"
	OpLoad           Op = "load"
	OpSwap           Op = "swap"
	OpSettle         Op = "settle" // what cannot be part of the swap
	OpTruncate       Op = "truncate"
	OpImport         Op = "import"
	OpUndo           Op = "undo"
	OpConfirm        Op = "confirm"
)

var _ executor.Restorer = (*Engine)(nil)

// Examine implements executor.Restorer.
func (e *Engine) Examine(ctx context.Context, o executor.RestoreOrder) (executor.Examination, error) {
	x := executor.Examination{
		Identity: e.Server.Identity(), FreeBytes: 1 << 30, Method: "tables are loaded aside and renamed",
		Impact: "none to speak of", Undo: "the tables that are replaced, until they are confirmed", Ring: e.Server.hosts(),
		Phases: []executor.RestorePhase{executor.PhaseLoad, executor.PhaseSwap},
	}
	if e.Node.Kind == backup.Cassandra {
		x.Method, x.Undo = "files are staged, the tables truncated, the files imported", "the safety backup"
		x.Phases = []executor.RestorePhase{executor.PhaseLoad, executor.PhaseTruncate, executor.PhaseImport}
	} else {
		x.Ring = nil
	}
	err := e.do(ctx, OpRestoreExamine, func() error { return e.compare(&x, o) })
	return x, err
}

// compare says what is replaced and what stays.
func (e *Engine) compare(x *executor.Examination, o executor.RestoreOrder) error {
	tables, err := e.tablesOf(o)
	if err != nil {
		return err
	}
	live, err := e.Server.moment()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		rows, exists := live[name]
		data := int64(len(encode(tables[name])))
		x.NeedBytes += data
		x.Replaces = append(x.Replaces, executor.RestoreTable{Database: Database, Name: name, Exists: exists,
			Rows: int64(len(tables[name])), LiveRows: int64(len(rows)), Bytes: data})
	}
	for _, name := range slices.Sorted(maps.Keys(live)) {
		if _, ok := tables[name]; !ok && len(o.Selection.Tables) == 0 {
			x.Stays = append(x.Stays, Database+"."+name)
		}
	}
	return nil
}

// tablesOf reads what an order brings back.
func (e *Engine) tablesOf(o executor.RestoreOrder) (map[string]map[string]string, error) {
	tables, err := e.tablesIn(o.Source)
	maps.DeleteFunc(tables, func(name string, _ map[string]string) bool { return !selected(o.Selection, name) })
	return tables, err
}

func selected(s executor.Selection, table string) bool {
	return len(s.Tables) == 0 || slices.Contains(s.Tables, table) || slices.Contains(s.Tables, Database+"."+table)
}

func (e *Engine) tablesIn(src executor.RestoreSource) (map[string]map[string]string, error) {
	if src.Foreign != nil {
		return e.foreignTables(src.Foreign.Name)
	}
	tables := map[string]map[string]string{}
	for _, t := range src.Manifest.Tables {
		tables[t.Name] = map[string]string{}
	}
	for _, f := range src.Manifest.Files {
		if f.Table == "" {
			continue
		}
		rows, err := e.rows(src.Dir, f)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", f.Path, err)
		}
		maps.Copy(tables[f.Table], rows)
	}
	return tables, nil
}

// foreignTables reads a snapshot that somebody else took.
func (e *Engine) foreignTables(tag string) (map[string]map[string]string, error) {
	names, err := e.Outside.List(e.DataDir)
	if err != nil {
		return nil, err
	}
	tables := map[string]map[string]string{}
	for _, name := range names {
		if found, ok := tagOf(name); !ok || found != tag {
			continue
		}
		table := strings.Split(name, "/")[1]
		if tables[table], err = e.rows(nil, backup.File{Root: e.DataDir, Path: name}); err != nil {
			return nil, err
		}
	}
	if len(tables) == 0 {
		return nil, fmt.Errorf("%w: there is nothing to read in %q", executor.ErrRefused, tag)
	}
	return tables, nil
}

// Restore implements executor.Restorer.
func (e *Engine) Restore(ctx context.Context, phase executor.RestorePhase, o executor.RestoreOrder, p executor.Progress) error {
	r := &restore{e: e, ctx: ctx, o: o, progress: p}
	way := map[executor.RestorePhase]func() error{
		executor.PhaseLoad: r.load, executor.PhaseSwap: r.swap, executor.PhaseUndo: r.swapBack, executor.PhaseConfirm: r.forget,
	}
	if e.Node.Kind == backup.Cassandra {
		way = map[executor.RestorePhase]func() error{
			executor.PhaseLoad: r.stage, executor.PhaseTruncate: r.truncate, executor.PhaseImport: r.imports,
			executor.PhaseUndo: r.importBack, executor.PhaseConfirm: r.unstage,
		}
	}
	do, ok := way[phase]
	if !ok {
		return fmt.Errorf("a %s has no phase %q", e.product(), phase)
	}
	return do()
}

// restore is a phase under way.
type restore struct {
	e        *Engine
	ctx      context.Context
	o        executor.RestoreOrder
	progress executor.Progress
}

func (r *restore) do(op Op, f func(s *Server) error) error {
	return r.e.do(r.ctx, op, func() error {
		r.e.Server.mu.Lock()
		defer r.e.Server.mu.Unlock()
		if r.e.Server.down != "" {
			return fmt.Errorf("server %w: %s", executor.ErrUnreachable, r.e.Server.down)
		}
		return f(r.e.Server)
	})
}

// each reads what is brought back, and does f with one table after the other.
func (r *restore) each(op Op, f func(s *Server, table string, rows map[string]string) error) error {
	tables, err := r.e.tablesOf(r.o)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(tables))
	for i, name := range names {
		if err := r.do(op, func(s *Server) error { return f(s, name, tables[name]) }); err != nil {
			return fmt.Errorf("%s %s: %w", op, name, err)
		}
		r.progress(int64(i+1), int64(len(names)))
	}
	return nil
}

// before notes, once, which tables were there before anything changed, and knows it later.
func (r *restore) before() (map[string]bool, error) {
	const note = "before.txt"
	text, err := r.o.Notes.Get(note)
	if errors.Is(err, fs.ErrNotExist) {
		live, liveErr := r.e.Server.moment()
		if liveErr != nil {
			return nil, liveErr
		}
		text = []byte(strings.Join(slices.Sorted(maps.Keys(live)), "\n"))
		err = r.o.Notes.Put(note, text)
	}
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for name := range strings.SplitSeq(string(text), "\n") {
		there[name] = true
	}
	return there, nil
}
