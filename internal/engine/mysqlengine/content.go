package mysqlengine

import (
	"cmp"
	"strings"

	"cwb/internal/backup"
)

// others lists a database's objects that are no tables, for the manifest.
func (d database) others() []backup.Table {
	var out []backup.Table
	add := func(name text, kind string) {
		out = append(out, backup.Table{Database: string(d.Name), Name: string(name), Type: kind})
	}
	for _, v := range d.Views {
		add(v.Name, "view")
	}
	for _, q := range d.Sequences {
		add(q.Name, "sequence")
	}
	for _, t := range d.Tables {
		for _, trg := range t.Triggers {
			add(trg.Name, "trigger")
		}
	}
	for _, r := range d.Routines {
		add(r.Name, strings.ToLower(r.Type))
	}
	for _, e := range d.Events {
		add(e.Name, "event")
	}
	return out
}

func compareTables(a, b backup.Table) int {
	return cmp.Or(cmp.Compare(a.Database, b.Database), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
}
