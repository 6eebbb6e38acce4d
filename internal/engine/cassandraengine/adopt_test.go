package cassandraengine

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/executor"
	"cwb/internal/backup"
)

func TestProveSnapshot(t *testing.T) {
	f := newFake(t)
	f.engine.connect = nil // it needs no server
	dir := snapshotOf(f, "simservs-"+undashed(idOne), "by-hand")
	writeFile(t, filepath.Join(dir, "schema.cql"), "CREATE TABLE")
	writeSSTable(t, filepath.Join(dir, ".idx"), "nb-1-big", "index")
	writeFile(t, filepath.Join(dir, "manifest.json"), `{"files":["nb-1-big-Data.db",".idx/nb-1-big-Data.db"],"created_at":"2026-11-01T00:00:00Z"}`)
	mkdir(t, filepath.Join(dir, ".bare"))
	writeFile(t, filepath.Join(f.data, "homer", "empty-"+undashed(idTwo), "snapshots", "by-hand", "manifest.json"), `{"files":[]}`)
	snapshotOf(f, "simservs-"+undashed(idOne), "other")
	before := listing(t, f.data)

	var last int64
	var mu sync.Mutex
	x, err := f.engine.Prove(t.Context(), "by-hand", func(done, _ int64) {
		mu.Lock()
		defer mu.Unlock()
		last = max(last, done)
	})
	if err != nil {
		t.Fatal(err)
	}
	if listing(t, f.data) != before {
		t.Error("proving changed something")
	}
	var names []string
	var bytes int64
	for file := range x.Content.Files {
		if file.Root != f.data || file.SHA256 == "" || file.Inode == 0 || file.Hashed.IsZero() || file.Database != "homer" {
			t.Errorf("%+v", file)
		}
		names, bytes = append(names, file.Path), bytes+file.Bytes
	}
	if len(names) != 13 || !slices.Contains(names, "homer/simservs-"+undashed(idOne)+"/snapshots/by-hand/schema.cql") || last != bytes {
		t.Errorf("%d of %d bytes of %q", last, bytes, names)
	}
	simservs := "homer/simservs-" + undashed(idOne) + "/snapshots/by-hand"
	want := []backup.Folder{
		{Root: f.data, Path: "homer/empty-" + undashed(idTwo) + "/snapshots/by-hand"},
		{Root: f.data, Path: simservs}, {Root: f.data, Path: simservs + "/.bare"}, {Root: f.data, Path: simservs + "/.idx"},
	}
	if diff := cmp.Diff(want, x.Folders); diff != "" {
		t.Error(diff)
	}
	if !x.At.Equal(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)) || !x.Content.Identity.IsZero() {
		t.Errorf("at %s of %s", x.At, x.Content.Identity)
	}
	if len(x.Content.Tables) != 2 || x.Content.Tables[1].ID != idOne || x.Content.Totals.Files != 13 || x.Content.Totals.Stored != bytes {
		t.Errorf("%+v %+v", x.Content.Tables, x.Content.Totals)
	}
}

func TestProveRefusesSnapshots(t *testing.T) {
	cases := map[string]struct {
		change func(t *testing.T, dir string)
		want   string
	}{
		"component_missing": {func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "nb-1-big-Index.db")) }, "Index.db"},
		"toc_missing":       {func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "nb-1-big-TOC.txt")) }, "has no TOC.txt"},
		"data_cut": {func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "nb-1-big-Data.db"), "by-han")
		}, "is damaged: its Digest.crc32"},
		"bit_flipped": {func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "nb-1-big-Data.db"), "by-hanf")
		}, "is damaged: its Digest.crc32"},
		"digest_empty": {func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "nb-1-big-Digest.crc32"), "")
		}, "it holds no checksum"},
		"sstable_missing": {func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "manifest.json"), `{"files":["nb-1-big-Data.db","nb-2-big-Data.db"]}`)
		}, "nb-2-big-Data.db"},
		"sstable_not_named": {func(t *testing.T, dir string) { writeSSTable(t, dir, "nb-3-big", "x") }, "is not named in"},
		"expires": {func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "manifest.json"), `{"files":["nb-1-big-Data.db"],"created_at":"2026-11-01T00:00:00Z","expires_at":"2026-12-01T00:00:00Z"}`)
		}, "Cassandra removes it at 2026-12-01T00:00:00Z"},
		"stranger":        {func(t *testing.T, dir string) { writeFile(t, filepath.Join(dir, "notes.txt"), "x") }, "no file that a snapshot has"},
		"stranger_folder": {func(t *testing.T, dir string) { mkdir(t, filepath.Join(dir, "notes")) }, "not the folder of an index"},
		"link":            {func(t *testing.T, dir string) { symlink(t, "/etc/passwd", filepath.Join(dir, "nb-9-big-Data.db")) }, "neither file nor folder"},
		"gone":            {func(t *testing.T, dir string) { remove(t, dir) }, "there is no foreign backup"},
		"no_file": {func(t *testing.T, dir string) {
			remove(t, dir)
			mkdir(t, dir)
		}, "it holds no file"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			c.change(t, snapshotOf(f, "simservs-"+undashed(idOne), "by-hand"))
			_, err := f.engine.Prove(t.Context(), "by-hand", nil)
			if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, not a refusal with %q", err, c.want)
			}
		})
	}
}

func TestProveRefusesSnapshotsOfOtherPolicies(t *testing.T) {
	f := newFake(t)
	own := f.mustRun(f.spec(0))
	if _, err := f.engine.Prove(t.Context(), own.begun.Tag, nil); !errors.Is(err, executor.ErrRefused) {
		t.Errorf("%v", err)
	}
}

func TestProveLegacyLayouts(t *testing.T) {
	base := t.TempDir()
	whole := func(dir, prefix string) {
		t.Helper()
		writeOld(t, dir, prefix, "Data.db", "Index.db", "Digest.sha1")
		writeFile(t, filepath.Join(dir, prefix+"-TOC.txt"), "Data.db\nIndex.db\nTOC.txt\nDigest.sha1\n")
	}
	b := filepath.Join(base, "homestead/backup/backups")
	whole(filepath.Join(b, "1372812963174/sip_digests"), "homestead-sip_digests-ic-1")
	mkdir(t, filepath.Join(b, "1372812963174/empty"))
	d := filepath.Join(base, "homer/backup/backups")
	table := "homer/1500000000000/simservs-" + undashed(idOne)
	writeSSTable(t, filepath.Join(d, table), "nb-1-big", "x")
	writeFile(t, filepath.Join(d, table, "manifest.json"), `{"files":["nb-1-big-Data.db"]}`)
	whole(filepath.Join(d, "homer/1500000000001/simservs"), "homer-simservs-ka-1")
	writeFile(t, filepath.Join(d, "homer/1500000000001/notes"), "x")
	short := filepath.Join(base, "short")
	whole(filepath.Join(short, "simservs/snapshots/1372300000000"), "homer-simservs-ic-1")
	writeOld(t, filepath.Join(short, "simservs/snapshots/1372300000001"), "homer-simservs-ic-1", "Data.db") // no TOC.txt

	f := newFake(t)
	f.engine.legacy = []string{b, d, short}
	for name, want := range map[string]string{
		"backup-1372812963174": b + ": 4 files of homestead.sip_digests; 1372812963174/sip_digests 1372812963174/empty 1372812963174",
		"homer-1500000000000":  d + ": 6 files of homer.simservs; " + table + " homer/1500000000000",
		"homer-1500000000001":  d + ": 4 files of homer.simservs; homer/1500000000001/simservs", // something else lies there
		"backup-1372300000000": short + ": 4 files of homer.simservs; simservs/snapshots/1372300000000",
	} {
		x, err := f.engine.Prove(t.Context(), name, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		files := slices.Collect(x.Content.Files)
		got := fmt.Sprintf("%s: %d files of %s.%s;", files[0].Root, len(files), files[0].Database, x.Content.Tables[0].Name)
		for _, folder := range x.Folders {
			got += " " + folder.Path
		}
		if got != want {
			t.Errorf("%s:\n%s, want\n%s", name, got, want)
		}
	}
	if _, err := f.engine.Prove(t.Context(), "backup-1372300000001", nil); !errors.Is(err, executor.ErrRefused) {
		t.Errorf("without TOC.txt: %v", err)
	}
}
