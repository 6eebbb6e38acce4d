package memengine

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"cwb/executor"
)

// The Cassandra way: files are staged beside the live ones, the tables of the whole ring are
// emptied, and every member imports what is its own. What was there before is in the safety
// backup.

func (r *restore) staged(table string) string {
	return Database + "/" + table + "/restore-" + r.o.ID + "/rows.db"
}

func (r *restore) stage() error {
	if _, err := r.before(); err != nil {
		return err
	}
	return r.each(OpLoad, func(_ *Server, table string, rows map[string]string) error {
		data := encode(rows)
		if err := r.e.Outside.WriteFile(r.e.DataDir, r.staged(table), data); err != nil {
			return err
		}
		back, err := r.e.Outside.ReadFile(r.e.DataDir, r.staged(table))
		if err == nil && !bytes.Equal(back, data) {
			err = fmt.Errorf("%s is not what was staged", r.staged(table))
		}
		return err
	})
}

// truncate empties the selected tables on all hosts.
func (r *restore) truncate() error {
	tables, err := r.e.tablesOf(r.o)
	if err != nil {
		return err
	}
	return r.empty(OpTruncate, tables)
}

func (r *restore) empty(op Op, tables map[string]map[string]string) error {
	return r.e.do(r.ctx, op, func() error {
		for _, s := range r.e.Server.all() {
			if err := s.empty(slices.Collect(maps.Keys(tables))); err != nil {
				return err
			}
		}
		return nil
	})
}

// imports adds what was staged; rows that are there stay.
func (r *restore) imports() error {
	return r.each(OpImport, func(s *Server, table string, rows map[string]string) error {
		data, err := r.e.Outside.ReadFile(r.e.DataDir, r.staged(table))
		if err != nil {
			return err
		}
		if !bytes.Equal(data, encode(rows)) {
			return fmt.Errorf("%s is not what was staged", r.staged(table))
		}
		s.add(table, rows)
		if !r.o.Adds && len(s.tables[table]) != len(rows) {
			return fmt.Errorf("%s has %d rows instead of %d", table, len(s.tables[table]), len(rows))
		}
		return nil
	})
}

// importBack empties the tables once more, on the member that truncates, and gives every
// member what its safety backup has.
func (r *restore) importBack() error {
	if r.o.Adds {
		return fmt.Errorf("%w: what was added to a part of a ring cannot be taken back", executor.ErrRefused)
	}
	if r.o.Emptied {
		if err := r.giveBack(); err != nil {
			return err
		}
	}
	return r.unstage()
}

func (r *restore) giveBack() error {
	there, err := r.before()
	if err != nil {
		return err
	}
	was := map[string]map[string]string{}
	if r.o.Safety != nil {
		if was, err = r.e.tablesIn(*r.o.Safety); err != nil {
			return err
		}
	} else if len(there) > 0 && !there[""] {
		return fmt.Errorf("%w: the safety backup is gone", executor.ErrRefused)
	}
	maps.DeleteFunc(was, func(name string, _ map[string]string) bool { return !selected(r.o.Selection, name) })
	if slices.Contains(r.o.Phases, executor.PhaseTruncate) {
		if err := r.empty(OpUndo, was); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if err := r.do(OpUndo, func(s *Server) error { s.add(name, was[name]); return nil }); err != nil {
			return err
		}
	}
	return r.do(OpUndo, func(s *Server) error {
		maps.DeleteFunc(s.tables, func(name string, _ map[string]string) bool { return !there[name] })
		return nil
	})
}

// unstage removes what was staged.
func (r *restore) unstage() error {
	return r.e.do(r.ctx, OpConfirm, func() error {
		names, err := r.e.Outside.List(r.e.DataDir)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !strings.Contains(name, "/restore-"+r.o.ID+"/") {
				continue
			}
			if err := r.e.Outside.RemoveFile(r.e.DataDir, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return nil
	})
}
