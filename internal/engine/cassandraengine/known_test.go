package cassandraengine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/enginetest"
)

// What is read in a second take when nothing has changed: what is the snapshot's own, the TOC
// and the digest, never the data.
func TestSecondTakeReadsNoData(t *testing.T) {
	f := newFake(t)
	first := f.mustRun(f.spec(0))
	f.now = f.now.Add(time.Hour)
	second := f.mustRun(f.spec(0, first.manifest()))
	before := byName(first)
	for name, file := range byName(second) {
		unread := name == "Data.db" || name == "Index.db" || name == "Statistics.db"
		if unread != (file.Hashed.Equal(before[name].Hashed)) {
			t.Errorf("%s was hashed at %s, before at %s", name, file.Hashed, before[name].Hashed)
		}
		if file.SHA256 != before[name].SHA256 {
			t.Errorf("%s has another hash", name)
		}
	}
	if second.read >= first.read {
		t.Errorf("read %d bytes, the first time %d", second.read, first.read)
	}
}

// byName has the SSTable's files by component.
func byName(m made) map[string]hashedFile {
	all := map[string]hashedFile{}
	for f := range m.content.Files {
		if c, ok := parseComponent(filepath.Base(f.Path)); ok {
			all[c.name] = hashedFile{f.SHA256, f.Hashed}
		}
	}
	return all
}

type hashedFile struct {
	SHA256 string
	Hashed time.Time
}

func TestChangedFilesAreReadAgain(t *testing.T) {
	live := func(f *fake, name string) string {
		return filepath.Join(f.data, "homer", "simservs-"+undashed(idOne), name)
	}
	rewrite := func(f *fake, name, text string) {
		info, _ := os.Stat(live(f, name))
		os.Remove(live(f, name))
		writeFile(f.t, live(f, name), text)
		os.Chtimes(live(f, name), info.ModTime(), info.ModTime())
	}
	cases := map[string]struct {
		change func(*fake)
		reread []string
	}{
		"another inode, equal size and time": {func(f *fake) { rewrite(f, "nb-1-big-Data.db", "two") }, []string{"Data.db"}},
		"another time": {func(f *fake) {
			now := time.Now().Add(time.Minute)
			os.Chtimes(live(f, "nb-1-big-Data.db"), now, now)
		}, []string{"Data.db"}},
		"another digest":  {func(f *fake) { rewrite(f, "nb-1-big-Digest.crc32", "4one") }, []string{"Data.db", "Index.db", "Statistics.db"}},
		"hashed long ago": {func(f *fake) { f.now = f.now.Add(30 * 24 * time.Hour) }, []string{"Data.db", "Index.db", "Statistics.db"}},
		"no digest at all": {func(f *fake) {
			os.Remove(live(f, "nb-1-big-Digest.crc32"))
			rewrite(f, "nb-1-big-TOC.txt", "Data.db\nIndex.db\nStatistics.db\nTOC.txt\n")
		}, []string{"Data.db", "Index.db", "Statistics.db"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			first := f.mustRun(f.spec(0))
			f.now = f.now.Add(time.Hour)
			c.change(f)
			second := byName(f.mustRun(f.spec(0, first.manifest())))
			for _, component := range c.reread {
				if !second[component].Hashed.Equal(f.now) {
					t.Errorf("%s was not read again", component)
				}
			}
		})
	}
}

// A TRUNCATE with a restart makes the numbers begin at 1 again: an equal name, other content.
func TestNumbersBeginAgain(t *testing.T) {
	f := newFake(t)
	first := f.mustRun(f.spec(0))
	remove(t, filepath.Join(f.data, "homer", "simservs-"+undashed(idOne), "nb-1-big-Data.db"))
	f.sstable("homer/simservs-"+undashed(idOne), "nb-1-big", "uno")
	second := f.mustRun(f.spec(1, first.manifest()))
	if byName(first)["Data.db"].SHA256 == byName(second)["Data.db"].SHA256 {
		t.Error("the new file has the old one's hash")
	}
}

// earlierOf is the backup as a node shows it, with other entries of its Data.db and, so that
// older ones are asked too, none of its Index.db.
func earlierOf(m made, change func(*backup.File)) executor.Earlier {
	manifest := m.manifest()
	manifest.Files = slices.DeleteFunc(manifest.Files, func(f backup.File) bool { return strings.HasSuffix(f.Path, "-Index.db") })
	for i := range manifest.Files {
		if strings.HasSuffix(manifest.Files[i].Path, "-Data.db") {
			change(&manifest.Files[i])
		}
	}
	return enginetest.Earlier(manifest)[0]
}

// damaged is a backup whose manifest turns out at its end to be damaged.
func damaged(b executor.Earlier) executor.Earlier {
	return executor.Earlier{Record: b.Record, Files: func(each func(backup.File) error) error {
		return errors.Join(b.Files(each), backup.ErrDamaged)
	}}
}

func TestEarlierManifestsAreAskedNewestFirst(t *testing.T) {
	type earlier = func(made) executor.Earlier
	whole := func(m made) executor.Earlier { return enginetest.Earlier(m.manifest())[0] }
	most := func(m made) executor.Earlier { return earlierOf(m, func(*backup.File) {}) }
	lying := func(m made) executor.Earlier {
		return earlierOf(m, func(f *backup.File) { f.SHA256 = strings.Repeat("0", 64) })
	}
	stale := func(m made) executor.Earlier { return earlierOf(m, func(f *backup.File) { f.Bytes++ }) }
	cut := func(m made) executor.Earlier { return damaged(whole(m)) }
	forged := func(m made) executor.Earlier { return damaged(lying(m)) }
	for name, c := range map[string]struct {
		earlier []earlier
		reread  bool
	}{
		"none":                             {nil, true},
		"one that is damaged":              {[]earlier{cut}, true},
		"an older one after a damaged one": {[]earlier{forged, whole}, false},
		"only the newest that names it":    {[]earlier{most, lying}, false},
		"no older one of a changed file":   {[]earlier{stale, whole}, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			first := f.mustRun(f.spec(0))
			f.now = f.now.Add(time.Hour)
			spec := f.spec(0)
			for _, earlier := range c.earlier {
				spec.Earlier = append(spec.Earlier, earlier(first))
			}
			second := byName(f.mustRun(spec))
			for name, was := range byName(first) {
				if second[name].SHA256 != was.SHA256 {
					t.Errorf("%s has the hash %s, not %s", name, second[name].SHA256, was.SHA256)
				}
			}
			if got := second["Data.db"].Hashed.Equal(f.now); got != c.reread {
				t.Errorf("read again: %v", got)
			}
		})
	}
}

// Files that are links to one another are told apart by their names.
func TestFilesOfOneInodeAreToldApart(t *testing.T) {
	f := newFake(t)
	folder := filepath.Join(f.data, "homer", "simservs-"+undashed(idOne))
	for n := range 200 {
		for _, name := range []string{"Data.db", "Index.db", "Statistics.db", "Digest.crc32", "TOC.txt"} {
			if err := os.Link(filepath.Join(folder, "nb-1-big-"+name), filepath.Join(folder, fmt.Sprintf("nb-%d-big-%s", n+2, name))); err != nil {
				t.Fatal(err)
			}
		}
	}
	first := f.mustRun(f.spec(0))
	f.now = f.now.Add(time.Hour)
	hashed := map[string]time.Time{}
	for file := range f.mustRun(f.spec(0, first.manifest())).content.Files {
		hashed[filepath.Base(file.Path)] = file.Hashed
	}
	for n := range 201 {
		if name := fmt.Sprintf("nb-%d-big-Data.db", n+1); hashed[name].IsZero() || hashed[name].Equal(f.now) {
			t.Errorf("%s was hashed at %v", name, hashed[name])
		}
	}
}
