package memengine

import (
	"fmt"
	"maps"
	"slices"

	"cwb/executor"
)

// The MySQL way: tables are loaded into a schema of their own, and change places with the
// live ones at once. What was replaced stays in another schema until it is confirmed.

func (r *restore) aside() string { return "load_" + r.o.ID }

func (r *restore) kept() string { return "kept_" + r.o.ID }

func (r *restore) load() error {
	return r.each(OpLoad, func(s *Server, table string, rows map[string]string) error {
		s.schema(r.aside())[table] = maps.Clone(rows)
		return nil
	})
}

// swap does nothing when the loaded schema is gone: it has been swapped then.
func (r *restore) swap() error {
	if _, err := r.before(); err != nil {
		return err
	}
	err := r.do(OpSwap, func(s *Server) error {
		loaded, ok := s.schemas[r.aside()]
		if !ok {
			return nil
		}
		kept := s.schema(r.kept())
		for name := range s.tables {
			if _, replaced := loaded[name]; replaced || r.o.Exact && len(r.o.Selection.Tables) == 0 {
				kept[name] = s.tables[name]
				delete(s.tables, name)
			}
		}
		maps.Copy(s.tables, loaded)
		delete(s.schemas, r.aside())
		return nil
	})
	if err != nil {
		return err
	}
	return r.do(OpSettle, func(s *Server) error {
		s.settled = append(s.settled, r.o.ID)
		return nil
	})
}

// swapBack puts back what was kept, and lets go what was not there before.
func (r *restore) swapBack() error {
	there, err := r.before()
	if err != nil {
		return err
	}
	return r.do(OpUndo, func(s *Server) error {
		if kept, swapped := s.schemas[r.kept()]; swapped {
			maps.DeleteFunc(s.tables, func(name string, _ map[string]string) bool { return !there[name] })
			maps.Copy(s.tables, kept)
		}
		delete(s.schemas, r.kept())
		delete(s.schemas, r.aside())
		return nil
	})
}

func (r *restore) forget() error {
	return r.do(OpConfirm, func(s *Server) error {
		if !slices.Contains(s.settled, r.o.ID) {
			return fmt.Errorf("%w: it was never settled", executor.ErrRefused)
		}
		delete(s.schemas, r.kept())
		delete(s.schemas, r.aside())
		return nil
	})
}
