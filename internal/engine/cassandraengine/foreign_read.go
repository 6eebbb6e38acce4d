package cassandraengine

import (
	"fmt"
	"path"
	"time"
)

// foreignTable is what the files of one table in a foreign backup tell.
type foreignTable struct {
	bytes     int64
	created   time.Time // by manifest.json; zero when it does not say
	expires   time.Time // likewise
	newest    time.Time // of the files
	ephemeral bool
	reason    string // why it could not be restored; empty when it could
}

// readForeign reads a snapshot as far as it can be read. What is wrong with it becomes the
// reason, since a broken snapshot is listed like any other.
func readForeign(folders []where, tag string) foreignTable {
	var files []found
	var s foreignTable
	for _, w := range folders {
		some, err := snapshotFiles(w, tag)
		if err != nil {
			s.reason = err.Error()
		}
		files = append(files, some...)
	}
	s.judge(files)
	return s
}

func (s *foreignTable) judge(files []found) {
	for _, f := range files {
		s.bytes += f.size
		s.newest = later(s.newest, time.Unix(0, f.mtime).UTC())
		s.ephemeral = s.ephemeral || f.name == "ephemeral.snapshot" // until 4.1; manifest.json says it since (CASSANDRA-16911)
	}
	for _, f := range files {
		if f.name == "manifest.json" {
			s.readManifest(f, files)
		}
	}
	if s.reason == "" {
		s.reason = missingComponent(files)
	}
}

func (s *foreignTable) readManifest(f found, files []found) {
	m, err := readManifest(f)
	if err != nil {
		s.reason = err.Error()
		return
	}
	s.created, s.expires, s.ephemeral = m.Created, m.Expires, s.ephemeral || m.Ephemeral
	present := make(map[string]bool, len(files))
	for _, f := range files {
		present[f.name] = true
	}
	for _, name := range m.Files {
		if !present[name] {
			s.reason = fmt.Sprintf("%s is missing, which manifest.json names", name)
		}
	}
}

// missingComponent names a file that an SSTable lacks. Files that belong to none do no harm:
// restored are SSTables only.
func missingComponent(files []found) string {
	for parts := range partsOf(files) {
		if missing := missingOf(parts); missing != "" {
			f := anyOf(parts)
			return path.Join(path.Dir(f.name), f.sstable().prefix) + "-" + missing + " is missing"
		}
	}
	return ""
}

func missingOf(parts map[string]found) string {
	needed := []string{"Data.db"}
	if toc, ok := parts["TOC.txt"]; ok {
		listed, err := readTOC(toc)
		if err != nil {
			return "TOC.txt cannot be read, so a part"
		}
		needed = append(needed, listed...)
	}
	for _, name := range needed {
		if _, ok := parts[name]; !ok && !(component{name: name}).isAttachedIndex() {
			return name
		}
	}
	return ""
}
