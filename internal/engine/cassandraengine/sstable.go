package cassandraengine

import (
	"iter"
	"path"
	"regexp"
	"strings"
)

// component is one file of an SSTable, by its name.
type component struct {
	sstable string // what all files of one SSTable begin with: "nb-1-big"
	name    string // "Data.db", "TOC.txt", "SAI+aa+idx+Meta.db"
}

// The names of SSTable files (org.apache.cassandra.io.sstable.Descriptor):
//
//	nb-1-big-Data.db, oa-3g8e_0x5t_0n9xs2v1k5x9a1xqba-big-Data.db, da-7-bti-Rows.db   since 2.2
//	homer-simservs-ka-1-Data.db                                                       1.0 to 2.1
//
// Before 2.2 a secondary index's table is named "table.index".
var (
	newName = regexp.MustCompile(`^([a-z]{2}-(?:[0-9]+|[0-9a-z]{4}_[0-9a-z]{4}_[0-9a-z]{18})-[a-z]+)-([A-Z][A-Za-z0-9_+.]*)$`)
	oldName = regexp.MustCompile(`^([A-Za-z0-9_]+-[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)?-[a-z]{2}-[0-9]+)-([A-Z][A-Za-z0-9_+.]*)$`)
)

// parseComponent reports ok = false for a file that belongs to no SSTable.
func parseComponent(file string) (component, bool) {
	for _, form := range []*regexp.Regexp{newName, oldName} {
		if m := form.FindStringSubmatch(file); m != nil {
			return component{sstable: m[1], name: m[2]}, true
		}
	}
	return component{}, false
}

// sstableID tells SSTables apart; one without a prefix is none.
type sstableID struct{ root, folder, index, prefix string }

// sstable is the one that a file belongs to.
func (f *found) sstable() sstableID {
	c, ok := parseComponent(path.Base(f.name))
	if !ok {
		return sstableID{}
	}
	return sstableID{f.root, f.folder, path.Dir(f.name), c.sstable}
}

// sstables gives each SSTable among n files as the range of its own. They lie side by side, since
// [filesIn] lists folders in order of name; files that belong to none may lie among them.
func sstables(n int, at func(int) *found) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		var last sstableID
		from := 0
		for i := range n {
			id := at(i).sstable()
			if id == last || id.prefix == "" {
				continue
			}
			if last.prefix != "" && !yield(from, i) {
				return
			}
			last, from = id, i
		}
		if last.prefix != "" {
			yield(from, n)
		}
	}
}

// partsOf gives the files of each SSTable by component. The map is valid until the next.
func partsOf(files []found) iter.Seq[map[string]found] {
	return func(yield func(map[string]found) bool) {
		parts := map[string]found{}
		for from, to := range sstables(len(files), func(i int) *found { return &files[i] }) {
			clear(parts)
			for _, f := range files[from:to] {
				if c, ok := parseComponent(path.Base(f.name)); ok {
					parts[c.name] = f
				}
			}
			if !yield(parts) {
				return
			}
		}
	}
}

// isDigest recognizes the component that holds a checksum of Data.db: Digest.crc32 since 2.2,
// Digest.adler32 in between, Digest.sha1 before.
func (c component) isDigest() bool {
	return c.name == "Digest.crc32" || c.name == "Digest.adler32" || c.name == "Digest.sha1"
}

// isAttachedIndex recognizes the parts of an index that lie beside the data (SAI, SASI). A
// TOC.txt may list ones that are not there: Cassandra 5.0.5 writes no SAI+…+Meta.db for an
// SSTable without a value to index, but lists it, and appends to the TOC.txt of a snapshot when
// an index is made later. The server makes missing ones again when it loads an SSTable.
func (c component) isAttachedIndex() bool {
	return strings.HasPrefix(c.name, "SAI+") || strings.HasPrefix(c.name, "SI_")
}

// isIncidental recognizes the files of a snapshot that are about it, not in it.
func isIncidental(file string) bool {
	return file == "manifest.json" || file == "schema.cql"
}
