package cassandraengine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cwb/executor"
)

// twoDisks is the snapshot "tag" of ks.t over two data directories, as 5.0.5 makes it:
// manifest.json on one of them, SSTables and an index's folder on either.
func twoDisks(t *testing.T) (dirs []string, folder func(disk int) string) {
	root := t.TempDir()
	dirs = []string{filepath.Join(root, "a"), filepath.Join(root, "b")}
	folder = func(disk int) string {
		return filepath.Join(dirs[disk], "ks", "t-"+undashed(idOne), "snapshots", "tag")
	}
	writeSSTable(t, folder(0), "nb-1-big", "one")
	writeSSTable(t, filepath.Join(folder(0), ".idx"), "nb-1-big", "index")
	writeSSTable(t, folder(1), "oa-3g8e_0x5t_0n9xs2v1k5x9a1xqba-big", "two")
	writeFile(t, filepath.Join(folder(1), "manifest.json"),
		`{"files":["nb-1-big-Data.db",".idx/nb-1-big-Data.db","oa-3g8e_0x5t_0n9xs2v1k5x9a1xqba-big-Data.db"]}`)
	writeFile(t, filepath.Join(folder(0), "schema.cql"), "CREATE TABLE")
	return dirs, folder
}

var justT = []tableName{{Keyspace: "ks", Table: "t", ID: idOne}}

func TestCollectSeveralDisks(t *testing.T) {
	dirs, _ := twoDisks(t)
	got, err := collect(dirs, []string{"ks"}, "tag", justT)
	if err != nil || len(got) != 1 || len(got[0].files) != 17 {
		t.Fatalf("%d, %v", len(got), err)
	}
}

// A folder without an id is that of a table from before 2.1.
func TestCollectOldFolder(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "homer/simservs/snapshots/tag")
	writeSSTable(t, dir, "homer-simservs-ka-1", "one")
	writeFile(t, filepath.Join(dir, "manifest.json"), `{"files":["homer-simservs-ka-1-Data.db"]}`)
	got, err := collect([]string{root}, []string{"homer"}, "tag", []tableName{{Keyspace: "homer", Table: "simservs", ID: idTwo}})
	if err != nil || len(got[0].files) != 6 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestCollectRefusesWhatIsIncomplete(t *testing.T) {
	const uuid = "oa-3g8e_0x5t_0n9xs2v1k5x9a1xqba-big"
	cases := map[string]struct {
		spoil func(t *testing.T, folder func(int) string)
		says  string
	}{
		"no folder at all":       {func(t *testing.T, f func(int) string) { remove(t, f(0)); remove(t, f(1)) }, "has no folder"},
		"one disk's folder gone": {func(t *testing.T, f func(int) string) { remove(t, f(0)) }, `names "nb-1-big-Data.db", which is missing`},
		"data gone":              {func(t *testing.T, f func(int) string) { remove(t, f(0)+"/nb-1-big-Data.db") }, `lists "Data.db", which is missing`},
		"index component gone":   {func(t *testing.T, f func(int) string) { remove(t, f(1)+"/"+uuid+"-Index.db") }, `lists "Index.db", which is missing`},
		"digest gone":            {func(t *testing.T, f func(int) string) { remove(t, f(0)+"/nb-1-big-Digest.crc32") }, `lists "Digest.crc32"`},
		"toc gone":               {func(t *testing.T, f func(int) string) { remove(t, f(0)+"/nb-1-big-TOC.txt") }, "has no TOC.txt"},
		"toc empty":              {func(t *testing.T, f func(int) string) { writeFile(t, f(0)+"/nb-1-big-TOC.txt", "") }, "lists no Data.db"},
		"toc short":              {func(t *testing.T, f func(int) string) { writeFile(t, f(0)+"/nb-1-big-TOC.txt", "Data.db\nTOC.txt\n") }, "is not listed"},
		"manifest gone":          {func(t *testing.T, f func(int) string) { remove(t, f(1)+"/manifest.json") }, "0 files manifest.json"},
		"manifest twice":         {func(t *testing.T, f func(int) string) { writeFile(t, f(0)+"/manifest.json", "{}") }, "2 files manifest.json"},
		"manifest cut":           {func(t *testing.T, f func(int) string) { writeFile(t, f(1)+"/manifest.json", `{"files":[`) }, "manifest.json"},
		"manifest short":         {func(t *testing.T, f func(int) string) { writeFile(t, f(1)+"/manifest.json", `{"files":[]}`) }, "is not named in"},
		"whole sstable gone":     {func(t *testing.T, f func(int) string) { remove(t, f(0)+"/.idx") }, `names ".idx/nb-1-big-Data.db"`},
		"a stray file":           {func(t *testing.T, f func(int) string) { writeFile(t, f(0)+"/core", "x") }, "is no file that a snapshot has"},
		"a stray component":      {func(t *testing.T, f func(int) string) { writeFile(t, f(0)+"/nb-1-big-Extra.db", "x") }, "is not listed"},
		"a stray folder":         {func(t *testing.T, f func(int) string) { mkdir(t, f(0)+"/more") }, "is not the folder of an index"},
		"a deep folder":          {func(t *testing.T, f func(int) string) { mkdir(t, f(0)+"/.idx/more") }, "no such folder"},
		"a link for a file": {func(t *testing.T, f func(int) string) {
			remove(t, f(0)+"/nb-1-big-Data.db")
			symlink(t, "/etc/passwd", f(0)+"/nb-1-big-Data.db")
		}, "neither file nor folder"},
		"a link for the folder": {func(t *testing.T, f func(int) string) {
			if err := os.Rename(f(0), f(0)+"-moved"); err != nil {
				t.Fatal(err)
			}
			symlink(t, f(0)+"-moved", f(0))
		}, "which is missing"},
		"an unknown table": {func(t *testing.T, f func(int) string) {
			mkdir(t, strings.Replace(f(0), "/t-"+undashed(idOne), "/t-"+undashed(idOther), 1))
		}, "the schema does not have"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dirs, folder := twoDisks(t)
			c.spoil(t, folder)
			_, err := collect(dirs, []string{"ks"}, "tag", justT)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one with %q", err, c.says)
			}
			if !errors.Is(err, executor.ErrRefused) {
				t.Errorf("error %v is no refusal", err)
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func symlink(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}
