package mysqlengine

import (
	"cmp"

	"cwb/internal/backup"
)

// others lists a database's views and sequences, for the manifest. Triggers, routines and
// events are in the schema alone.
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
	return out
}

func compareTables(a, b backup.Table) int {
	return cmp.Or(cmp.Compare(a.Database, b.Database), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
}
