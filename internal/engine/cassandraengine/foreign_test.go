package cassandraengine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cwb/internal/backup"
)

func TestClassify(t *testing.T) {
	at := time.UnixMilli(1372333275341).UTC()
	for name, want := range map[string]madeBy{
		"1372333275341":                       {backup.ForeignSnapshot, at},          // nodetool snapshot without -t
		"1372333275341-simservs":              {backup.ForeignTruncated, at},         // TRUNCATE until 2.2
		"1372333275341-before-truncate":       {backup.ForeignTruncated, at},         // 0.8
		"1372333275341-homer":                 {backup.ForeignDropped, at},           // DROP KEYSPACE until 2.2
		"truncated-1372333275341-simservs":    {backup.ForeignTruncated, at},         // 3.0 on
		"dropped-1372333275341-simservs":      {backup.ForeignDropped, at},           // 3.0 on
		"1372333275341-upgrade-2.1.15-3.11.4": {backup.ForeignOther, at},             // 2.2 on, at the first start
		"1372333275341-compact-simservs":      {backup.ForeignOther, at},             // snapshot_before_compaction
		"pre-scrub-1372333275341":             {backup.ForeignOther, at},             // nodetool scrub
		"cwb-20261122T000000Z-homer":          {backup.ForeignOther, time.Time{}},    // another policy's
		"DiagnosticSnapshot-REPAIRED-2026":    {backup.ForeignOther, time.Time{}},    // 4.0 on
		"before-upgrade":                      {backup.ForeignSnapshot, time.Time{}}, // nodetool snapshot -t
		"137233327534":                        {backup.ForeignSnapshot, time.Time{}}, // no time
		"dropped-table":                       {backup.ForeignSnapshot, time.Time{}}, // an operator's
		"*":                                   {backup.ForeignSnapshot, time.Time{}}, // an old script's mistake
	} {
		if got := classify(name, "homer"); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

// snapshotOf makes a snapshot of a table with one SSTable.
func snapshotOf(f *fake, folder, tag string) string {
	dir := filepath.Join(f.data, "homer", folder, "snapshots", tag)
	writeSSTable(f.t, dir, "nb-1-big", tag)
	writeFile(f.t, filepath.Join(dir, "manifest.json"), `{"files":["nb-1-big-Data.db"],"created_at":"2026-11-01T00:00:00Z","ephemeral":false}`)
	return dir
}

func TestForeign(t *testing.T) {
	f := newFake(t)
	own := f.mustRun(f.spec(0))
	other := f.mustRun(f.spec(1))
	snapshotOf(f, "simservs-"+undashed(idOne), "by-hand")
	snapshotOf(f, "empty-"+undashed(idTwo), "by-hand")
	snapshotOf(f, "gone-"+undashed(idOther), "dropped-1372333275341-gone")
	snapshotOf(f, "old", "1372333275341-old")
	broken := snapshotOf(f, "simservs-"+undashed(idOne), "truncated-1372333275341-simservs")
	remove(t, filepath.Join(broken, "nb-1-big-Index.db"))
	writeFile(t, filepath.Join(snapshotOf(f, "simservs-"+undashed(idOne), "00000000-1111"), "manifest.json"), `{"files":[],"ephemeral":true}`)
	writeFile(t, filepath.Join(snapshotOf(f, "simservs-"+undashed(idOne), "repair"), "ephemeral.snapshot"), "")
	later := snapshotOf(f, "simservs-"+undashed(idOne), "indexed-later")
	writeFile(t, filepath.Join(later, "nb-1-big-TOC.txt"), "Data.db\nTOC.txt\nSAI+aa+GroupMeta.db\n")
	writeFile(t, filepath.Join(snapshotOf(f, "simservs-"+undashed(idOne), "touched"), "nb-1-big-Data.db~"), "an editor's")
	outside := t.TempDir()
	writeSSTable(t, outside, "nb-1-big", "x")
	symlink(t, outside, filepath.Join(f.data, "homer", "simservs-"+undashed(idOne), "snapshots", "linked"))
	before := listing(t, f.data)

	all, err := f.engine.Foreign(t.Context(), map[string]bool{own.begun.Tag: true})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	want := []string{"1372333275341-old", "by-hand", other.begun.Tag, "dropped-1372333275341-gone", "indexed-later", "touched", "truncated-1372333275341-simservs"}
	if !slices.Equal(names, want) {
		t.Fatalf("names %q, want %q", names, want)
	}
	hand := all[1]
	if len(hand.Tables) != 2 || hand.Kind != backup.ForeignSnapshot || !hand.Restorable || hand.Time != time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) || hand.Path != filepath.Join(f.data, "homer/*/snapshots/by-hand") {
		t.Errorf("by hand: %+v", hand)
	}
	if dropped := all[3]; dropped.Tables[0] != (backup.ForeignRef{Database: "homer", Table: "gone"}) || !dropped.Restorable || dropped.Bytes == 0 {
		t.Errorf("dropped: %+v", dropped)
	}
	if !all[4].Restorable {
		t.Errorf("indexed later: %+v", all[4])
	}
	if !all[5].Restorable {
		t.Errorf("with a file that belongs to nothing: %+v", all[5])
	}
	if truncated := all[6]; truncated.Restorable || truncated.Reason != "homer.simservs: nb-1-big-Index.db is missing" {
		t.Errorf("truncated: %+v", truncated)
	}
	if after := listing(t, f.data); after != before {
		t.Error("reading changed something")
	}
}

// listing is all names, modes, sizes and times below dir.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		b.WriteString(path + info.Mode().String() + info.ModTime().String() + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestForeignNeedsNoServer(t *testing.T) {
	f := newFake(t)
	snapshotOf(f, "simservs-"+undashed(idOne), "by-hand")
	f.engine.connect = nil
	if all, err := f.engine.Foreign(t.Context(), nil); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
	remove(t, f.data)
	if all, err := f.engine.Foreign(t.Context(), nil); err != nil || len(all) != 0 {
		t.Errorf("without a data directory: %v, %v", all, err)
	}
}
