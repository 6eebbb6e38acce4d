package mysqlengine

import (
	"fmt"
	"slices"
	"strings"

	"cwb/executor"
)

// narrow is the part of a schema that a selection names. Tables named alone come with their
// triggers, and without the database's routines and events.
func narrow(s *schema, what executor.Selection) (*schema, error) {
	out := *s
	out.Databases = nil
	for _, name := range what.Databases {
		if !slices.ContainsFunc(s.Databases, func(d database) bool { return string(d.Name) == name }) {
			return nil, fmt.Errorf("the backup has no database %q; it has %s", name, s.databaseNames())
		}
	}
	used := map[string]bool{}
	for _, d := range s.Databases {
		if len(what.Databases) > 0 && !slices.Contains(what.Databases, string(d.Name)) {
			continue
		}
		if len(what.Tables) == 0 {
			out.Databases = append(out.Databases, d)
			continue
		}
		if d, ok := d.only(what.Tables, used); ok {
			out.Databases = append(out.Databases, d)
		}
	}
	for _, name := range what.Tables {
		if !used[name] {
			return nil, fmt.Errorf("the backup has no table %q in the selected databases; cwb list shows what it has", name)
		}
	}
	return &out, nil
}

// only keeps the named tables, views and sequences, and notes which names were found.
func (d database) only(names []string, used map[string]bool) (database, bool) {
	keep := func(name text) bool {
		found := false
		for _, want := range names {
			if want == string(name) || want == string(d.Name)+"."+string(name) {
				used[want], found = true, true
			}
		}
		return found
	}
	d.Routines, d.Events = nil, nil
	d.Tables = filter(d.Tables, func(t table) bool { return keep(t.Name) })
	d.Views = filter(d.Views, func(v view) bool { return keep(v.Name) })
	d.Sequences = filter(d.Sequences, func(q sequence) bool { return keep(q.Name) })
	return d, len(d.Tables)+len(d.Views)+len(d.Sequences) > 0
}

func filter[T any](all []T, keep func(T) bool) []T {
	var out []T
	for _, v := range all {
		if keep(v) {
			out = append(out, v)
		}
	}
	return out
}

func (s *schema) databaseNames() string {
	var names []string
	for _, d := range s.Databases {
		names = append(names, quoteName(string(d.Name)))
	}
	return strings.Join(names, ", ")
}
