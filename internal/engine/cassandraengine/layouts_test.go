package cassandraengine

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cwb/internal/backup"
)

// layout is which files an SSTable of a version has. Sources: Component.Type and
// SSTableWriter.components of the versions; which digest, of BigFormat.BigVersion: SHA-1 up to
// 2.1, Adler-32 from "la" on, CRC-32 from "ma" on. The names begin with the keyspace and the
// table before "la".
type layout struct {
	server     string
	prefix     string // of the table's SSTable
	index      string // the SSTable of a secondary index: in the table's folder until 2.1, in one below since
	digest     string
	compressed bool
}

var layouts = map[string]layout{
	"2.1":                {"2.1.15", "homer-simservs-ka-7", "homer-simservs.by_v-ka-7", "Digest.sha1", true},
	"2.1 not compressed": {"2.1.15", "homer-simservs-ka-7", "homer-simservs.by_v-ka-7", "Digest.sha1", false},
	"2.2.0":              {"2.2.0", "la-7-big", ".by_v/la-7-big", "Digest.adler32", true},
	"2.2.7":              {"2.2.19", "lb-7-big", ".by_v/lb-7-big", "Digest.adler32", false},
	"3.0.0":              {"3.0.0", "ma-7-big", ".by_v/ma-7-big", "Digest.crc32", true},
	"3.0.7":              {"3.0.7", "mb-7-big", ".by_v/mb-7-big", "Digest.crc32", true},
	"3.0.8":              {"3.0.8", "mc-7-big", ".by_v/mc-7-big", "Digest.crc32", false},
	"3.0.18":             {"3.0.30", "md-7-big", ".by_v/md-7-big", "Digest.crc32", true},
	"3.11":               {"3.11.17", "me-7-big", ".by_v/me-7-big", "Digest.crc32", true},
	"not yet upgraded":   {"3.11.17", "homer-simservs-ka-7", "homer-simservs.by_v-ka-7", "Digest.sha1", true},
}

// components are the names behind the prefix, in the order of nobody: TOC.txt lists a set.
func (l layout) components() []string {
	kind := "CRC.db"
	if l.compressed {
		kind = "CompressionInfo.db"
	}
	return []string{"Statistics.db", l.digest, "Summary.db", "Filter.db", kind, "Index.db", "Data.db", "TOC.txt"}
}

// write makes both SSTables in a folder, and returns what a manifest.json names.
func (l layout) write(t *testing.T, dir string) (data []string) {
	t.Helper()
	for _, prefix := range []string{l.prefix, l.index} {
		at := filepath.Join(dir, path.Dir(prefix))
		writeOld(t, at, path.Base(prefix), l.components()...)
		writeFile(t, filepath.Join(at, path.Base(prefix)+"-TOC.txt"), strings.Join(l.components(), "\n")+"\n")
		writeFile(t, filepath.Join(at, path.Base(prefix)+"-"+l.digest), l.checksum())
		data = append(data, prefix+"-Data.db")
	}
	return data
}

// checksum is that of the content "Data.db", as each digest writes it.
func (l layout) checksum() string {
	switch l.digest {
	case "Digest.crc32":
		return "4055253439"
	case "Digest.adler32":
		return "161809007"
	default:
		return "01b3f79ba9825d645e5766dc4de6081a2c353adb  " + l.prefix + "-Data.db"
	}
}

// linking is a nodetool of these versions: it links the folders below as well, and its
// manifest.json has nothing but the files.
const linking = `
case "$1" in
info) echo "ID                     : $HOST" ;;
snapshot)
	tag=$3; shift 4
	for ks in "$@"; do for t in "$DATA/$ks"/*-*; do
		mkdir -p "$t/snapshots/$tag"
		for f in "$t"/*.* "$t"/.by_v/*; do
			[ -f "$f" ] || continue
			to="$t/snapshots/$tag/${f#"$t"/}"
			mkdir -p "${to%/*}"
			ln "$f" "$to"
		done
		[ -f "$t/named" ] && cp "$t/named" "$t/snapshots/$tag/manifest.json"
	done; done
	echo "Snapshot directory: $tag" ;;
*) echo "nodetool: Found unexpected parameters: [$1]"; exit 1 ;;
esac
`

// newLayout has a table with a secondary index, as the version stores it.
func newLayout(t *testing.T, l layout) (f *fake, table string) {
	t.Helper()
	f = newFake(t)
	remove(t, filepath.Join(f.data, "homer"))
	f.server.dirs, f.server.row.version = nil, l.server
	k := f.server.schemas["homer"]
	k.Tables = []tableSchema{{Name: "simservs", ID: idOne}}
	f.server.schemas["homer"] = k
	table = filepath.Join(f.data, "homer", "simservs-"+undashed(idOne))
	data := l.write(t, table)
	writeFile(t, filepath.Join(table, "named"), `{"files":["`+strings.Join(data, `","`)+`"]}`)
	f.nodetool(linking)
	return f, table
}

// Every file of each layout is taken, and none is read twice unless its digest has changed.
func TestTakeOfLayouts(t *testing.T) {
	for name, l := range layouts {
		t.Run(name, func(t *testing.T) {
			f, table := newLayout(t, l)
			first := f.mustRun(f.spec(0))
			var got, want []string
			for file := range first.content.Files {
				if _, rel, ok := splitSnapshotPath(file.Path); ok && rel != "manifest.json" {
					got = append(got, rel)
				}
			}
			for _, prefix := range []string{l.prefix, l.index} {
				for _, c := range l.components() {
					want = append(want, prefix+"-"+c)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("taken are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			f.now = f.now.Add(time.Hour)
			second := f.mustRun(f.spec(1, first.manifest()))
			if !hashedWhen(second, l.prefix+"-Data.db").Equal(hashedWhen(first, l.prefix+"-Data.db")) {
				t.Error("Data.db was read again")
			}
			f.now = f.now.Add(time.Hour)
			remove(t, filepath.Join(table, l.prefix+"-"+l.digest))
			writeFile(t, filepath.Join(table, l.prefix+"-"+l.digest), "7")
			third := f.mustRun(f.spec(2, second.manifest()))
			if !hashedWhen(third, l.prefix+"-Data.db").Equal(f.now) || hashedWhen(third, l.index+"-Data.db").Equal(f.now) {
				t.Error("what the changed digest is of was not read again, or what it is not of was")
			}
		})
	}
}

// hashedWhen is when the content of a file was last read.
func hashedWhen(m made, name string) time.Time {
	for f := range m.content.Files {
		if strings.HasSuffix(f.Path, "/"+name) {
			return f.Hashed
		}
	}
	return time.Time{}
}

// A snapshot of each layout that an operator made is restorable, and is not as soon as any file
// that TOC.txt lists is gone.
func TestLayoutsWithoutAComponent(t *testing.T) {
	for name, l := range layouts {
		t.Run(name, func(t *testing.T) {
			for _, prefix := range []string{l.prefix, l.index} {
				for _, c := range append(l.components(), "") {
					missing := prefix + "-" + c
					f, table := newLayout(t, l)
					dir := filepath.Join(table, "snapshots", "by-hand")
					data := l.write(t, dir)
					writeFile(t, filepath.Join(dir, "manifest.json"), `{"files":["`+strings.Join(data, `","`)+`"]}`)
					if c != "" {
						remove(t, filepath.Join(dir, missing))
					}
					all, err := f.engine.Foreign(t.Context(), nil)
					if err != nil || len(all) != 1 || len(all[0].Tables) != 1 {
						t.Fatalf("%+v, %v", all, err)
					}
					checkWithout(t, all[0], c, missing)
				}
			}
		})
	}
}

func checkWithout(t *testing.T, f backup.Foreign, component, missing string) {
	t.Helper()
	whole := component == "" || component == "TOC.txt" // which no server needs, and 4.0 on does not always have
	if f.Restorable != whole || whole != (f.Reason == "") {
		t.Errorf("without %q: %+v", missing, f)
	}
	if !whole && !strings.Contains(f.Reason, fmt.Sprintf("%s is missing", missing)) {
		t.Errorf("without %q the reason is %q", missing, f.Reason)
	}
}
