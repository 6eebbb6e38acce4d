package cassandraengine

import (
	"os"
	"path/filepath"
	"testing"
	"time"
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
	for _, f := range m.content.Files {
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
