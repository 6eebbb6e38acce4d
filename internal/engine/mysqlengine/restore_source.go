package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"cwb/executor"
	"cwb/internal/backup"
)

// content is what a restore brings back, narrowed to its selection.
type content struct {
	schema *schema
	chunks map[[2]string][]backup.File // by source database and table
	dir    executor.Dir
	dump   *dumpFile // instead of chunks
	server backup.Server
	lacks  []string // what was selected and is not there
}

// openContent reads what the backup holds. Of a dump that needs reading it to its end.
func (e *Engine) openContent(ctx context.Context, o executor.RestoreOrder) (*content, error) {
	switch src := o.Source; {
	case src.Foreign != nil:
		return e.openDump(ctx, o, dumpPath(src.Foreign))
	case src.Manifest == nil || src.Dir == nil || src.Record == nil:
		return nil, errors.New("the backup is not there any more")
	case adoptedDump(src.Manifest) != "":
		return e.openDump(ctx, o, adoptedDump(src.Manifest))
	}
	return openBackup(o)
}

// openBackup reads the schema of a backup of ours.
func openBackup(o executor.RestoreOrder) (*content, error) {
	x, err := newExport(o.Source.Dir, *o.Source.Manifest, io.Discard)
	if err != nil {
		return nil, err
	}
	defer x.dec.Close()
	c := &content{chunks: x.chunks, dir: o.Source.Dir, server: o.Source.Record.Server}
	c.schema, c.lacks = selectFrom(x.schema, o.Selection)
	return c, nil
}

// selectFrom is the selected part of a schema, and what of the selection it has not.
func selectFrom(s *schema, what executor.Selection) (*schema, []string) {
	out := *s
	out.Databases = nil
	var lacks []string
	for _, name := range what.Databases {
		if !slices.ContainsFunc(s.Databases, func(d database) bool { return string(d.Name) == name }) {
			lacks = append(lacks, "database "+quoteName(name))
		}
	}
	used := map[string]bool{}
	for _, d := range s.Databases {
		if len(what.Databases) > 0 && !slices.Contains(what.Databases, string(d.Name)) {
			continue
		}
		some := true
		if len(what.Tables) > 0 {
			d, some = d.only(what.Tables, used)
		}
		if some {
			out.Databases = append(out.Databases, d)
		}
	}
	for _, name := range what.Tables {
		if !used[name] {
			lacks = append(lacks, "table "+quoteName(name))
		}
	}
	return &out, lacks
}

// whole reports whether a database is restored with everything in it.
func whole(o executor.RestoreOrder) bool { return len(o.Selection.Tables) == 0 }

// elsewhere reports whether the restore goes to another node or beside the live database:
// then events must not run.
func (e *Engine) elsewhere(o executor.RestoreOrder) bool {
	switch {
	case o.As != "":
		return true
	case o.Source.Record != nil:
		return o.Source.Record.Node != e.node.Addr
	case o.Source.Foreign != nil:
		return o.Source.Foreign.Node != e.node.Addr
	}
	return false
}

// retarget rewrites what a schema says of its databases to the names they get, and its
// definers, and, where they shall not run, its events.
func (s *schema) retarget(places []restorePlace, d definerChange) {
	s.eachProgram(func(create *text) { *create = d.apply(*create) })
	for i := range s.Databases {
		db := &s.Databases[i]
		from, to := places[i].Source, places[i].Target
		if from == to {
			continue
		}
		names := db.names()
		s.eachProgram(func(create *text) { *create = renameDatabase(*create, from, to, names) })
		for j := range db.Tables {
			db.Tables[j].Create = renameDatabase(db.Tables[j].Create, from, to, names)
		}
		db.Create = text(strings.Replace(string(db.Create), quoteName(string(from)), quoteName(string(to)), 1))
		db.Name = to
	}
}

// names are those of everything that a text can name with its database before it.
func (d database) names() map[string]bool {
	out := map[string]bool{}
	for _, t := range d.Tables {
		out[string(t.Name)] = true
		for _, trg := range t.Triggers {
			out[string(trg.Name)] = true
		}
	}
	for _, v := range d.Views {
		out[string(v.Name)] = true
	}
	for _, q := range d.Sequences {
		out[string(q.Name)] = true
	}
	for _, r := range d.Routines {
		out[string(r.Name)] = true
	}
	return out
}

// renameDatabase replaces the qualifier of names that the database has. Anything else that
// looks like it (an alias of the same name) stays.
func renameDatabase(create, from, to text, names map[string]bool) text {
	sql, words := string(create), tokens(string(create))
	var out strings.Builder
	done := 0
	for i, t := range words {
		if i+2 >= len(words) || !words[i+1].is(sql, ".") || i > 0 && words[i-1].is(sql, ".") {
			continue
		}
		name, _ := t.name(sql)
		object, _ := words[i+2].name(sql)
		if name != string(from) || !names[object] {
			continue
		}
		out.WriteString(sql[done:t.begin] + quoteName(string(to)))
		done = t.end
	}
	return text(out.String() + sql[done:])
}

// disableEvents makes every event's definition one that does not run.
func (s *schema) disableEvents() error {
	for i := range s.Databases {
		for j := range s.Databases[i].Events {
			e := &s.Databases[i].Events[j]
			create, err := disabledEvent(string(e.Create))
			if err != nil {
				return fmt.Errorf("event %s: %w", quoteName(string(e.Name)), err)
			}
			e.Create = text(create)
		}
	}
	return nil
}

// disabledEvent sets the status in CREATE … EVENT … [ENABLE|DISABLE [ON SLAVE|REPLICA]]
// [COMMENT …] DO …: SHOW CREATE EVENT always prints one.
func disabledEvent(create string) (string, error) {
	words := tokens(create)
	for i, t := range words {
		switch {
		case t.is(create, "DO"):
			return create[:t.begin] + "DISABLE " + create[t.begin:], nil
		case t.is(create, "ENABLE"):
			return create[:t.begin] + "DISABLE" + create[t.end:], nil
		case t.is(create, "DISABLE"):
			end := t.end
			if i+2 < len(words) && words[i+1].is(create, "ON") {
				end = words[i+2].end
			}
			return create[:t.begin] + "DISABLE" + create[end:], nil
		}
	}
	return "", errors.New("its definition has no DO")
}
