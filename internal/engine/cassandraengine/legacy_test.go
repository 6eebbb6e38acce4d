package cassandraengine

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cwb/internal/backup"
)

// writeOld makes the files of an SSTable as 1.x and 2.x name them.
func writeOld(t *testing.T, dir, prefix string, names ...string) {
	t.Helper()
	for _, name := range names {
		writeFile(t, filepath.Join(dir, prefix+"-"+name), name)
	}
}

func TestLegacyLayouts(t *testing.T) {
	base := t.TempDir()
	eraB := filepath.Join(base, "homestead/backup/backups")
	writeOld(t, filepath.Join(eraB, "1372812963174/sip_digests"), "homestead-sip_digests-ic-1", "Data.db", "Index.db")
	writeOld(t, filepath.Join(eraB, "1372812963174/filter_criteria"), "homestead-filter_criteria-ic-1", "Data.db", "Index.db")
	writeOld(t, filepath.Join(eraB, "1372812963175/sip_digests"), "homestead-sip_digests-ic-2", "Index.db")
	writeOld(t, filepath.Join(eraB, "*/sip_digests"), "homestead-sip_digests-ic-3", "Data.db")
	eraC := filepath.Join(base, "cache/homestead/backup/backups")
	writeOld(t, filepath.Join(eraC, "cache/1400000000000/impi"), "la-1-big", "Data.db", "Index.db")
	eraD := filepath.Join(base, "homer/backup/backups")
	table := filepath.Join(eraD, "homer/1500000000000/simservs-"+undashed(idOne))
	writeOld(t, table, "homer-simservs-ka-1", "Data.db", "Index.db")
	writeFile(t, filepath.Join(table, "homer-simservs-ka-1-TOC.txt"), "Data.db\nIndex.db\nTOC.txt\nDigest.sha1\n")
	short := filepath.Join(base, "short")
	writeOld(t, filepath.Join(short, "simservs/snapshots/1372300000000"), "homer-simservs-ic-1", "Data.db")
	symlink(t, "/etc", filepath.Join(short, "1372300000001"))
	writeFile(t, filepath.Join(short, "README"), "not a backup")

	f := newFake(t)
	f.engine.legacy = []string{eraB, eraC, eraD, short, filepath.Join(base, "missing")}
	f.engine.node.Keyspaces = []string{"homer", "homestead", "homestead_cache"}
	all, err := f.engine.Foreign(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range all {
		if b.Kind != backup.ForeignScript || b.Bytes == 0 {
			t.Errorf("%+v", b)
		}
		path, _ := filepath.Rel(base, b.Path)
		got = append(got, fmt.Sprintf("%s %s %v %t %s", b.Name, path, b.Tables, b.Restorable, b.Reason))
	}
	want := []string{
		"backup-* homestead/backup/backups/* [{homestead sip_digests}] true ",
		"backup-1372300000000 short/simservs/snapshots/1372300000000 [{homer simservs}] true ",
		"backup-1372812963174 homestead/backup/backups/1372812963174 [{homestead filter_criteria} {homestead sip_digests}] true ",
		"backup-1372812963175 homestead/backup/backups/1372812963175 [{homestead sip_digests}] false homestead.sip_digests: homestead-sip_digests-ic-2-Data.db is missing",
		"cache-1400000000000 cache/homestead/backup/backups/cache/1400000000000 [{homestead_cache impi}] true ",
		"homer-1500000000000 homer/backup/backups/homer/1500000000000 [{homer simservs}] false homer.simservs: homer-simservs-ka-1-Digest.sha1 is missing",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(all) == 6 && all[5].Time != time.UnixMilli(1500000000000).UTC() {
		t.Errorf("time %s", all[5].Time)
	}
}

// Two old paths may hold backups of one name; restore and adopt go by names.
func TestLegacyNamesDiffer(t *testing.T) {
	base := t.TempDir()
	f := newFake(t)
	for _, root := range []string{"a", "b", "c"} {
		writeOld(t, filepath.Join(base, root, "1372812963174/t"), "homer-t-ic-1", "Data.db")
		f.engine.legacy = append(f.engine.legacy, filepath.Join(base, root))
	}
	all, err := f.engine.Foreign(t.Context(), nil)
	if err != nil || len(all) != 3 || all[0].Name != "backup-1372812963174" || all[1].Name != "backup-1372812963174~2" || all[2].Name != "backup-1372812963174~3" {
		t.Errorf("%+v, %v", all, err)
	}
}
