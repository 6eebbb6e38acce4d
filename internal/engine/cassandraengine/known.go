package cassandraengine

import (
	"path"
	"strings"
	"time"

	"cwb/internal/backup"
)

// known is what earlier manifests say about files, so that a file that has not changed need not
// be read again: an SSTable that is in two snapshots is one file with two names.
type known struct {
	files  map[fileKey]backup.File
	oldest time.Time // what was hashed before is not believed any more
}

// fileKey names a file independently of the snapshot it is in.
type fileKey struct {
	root, table, name string // table: "ks/table-id"
	device, inode     uint64
}

// newKnown takes manifests newest first; the newest entry of a file wins.
func newKnown(previous []backup.Manifest, oldest time.Time) known {
	k := known{files: map[fileKey]backup.File{}, oldest: oldest}
	for _, m := range previous {
		for _, f := range m.Files {
			table, name, ok := splitSnapshotPath(f.Path)
			key := fileKey{f.Root, table, name, f.Device, f.Inode}
			if _, seen := k.files[key]; ok && !seen && f.Root != "" {
				k.files[key] = f
			}
		}
	}
	return k
}

// splitSnapshotPath takes "ks/table-id/snapshots/tag/name" apart, leaving out the tag.
func splitSnapshotPath(p string) (table, name string, ok bool) {
	table, rest, ok := strings.Cut(p, "/snapshots/")
	_, name, ok2 := strings.Cut(rest, "/")
	return table, name, ok && ok2
}

// same is the earlier entry of a file that has the same place, device, inode, size and time.
func (k known) same(f found) (backup.File, bool) {
	table, name, _ := splitSnapshotPath(f.rel())
	old, ok := k.files[fileKey{f.root, table, name, f.device, f.inode}]
	if !ok || old.Bytes != f.size || old.Modified != f.mtime || old.SHA256 == "" {
		return backup.File{}, false
	}
	return old, true
}

// vouch fills in the hashes of files that need not be read. An SSTable's files are vouched for
// only when its digest component, read just now, has the content it had; its own files without
// a digest, and all others, are read.
func (k known) vouch(files []found, results []backup.File) {
	digests := k.provenDigests(files, results)
	for i, f := range files {
		c, ok := parseComponent(path.Base(f.name))
		if !ok || results[i].SHA256 != "" || c.name == "TOC.txt" || !digests[sstableKey(f, c)] {
			continue
		}
		if old, same := k.same(f); same && old.Hashed.After(k.oldest) {
			results[i].SHA256, results[i].Hashed = old.SHA256, old.Hashed
		}
	}
}

// provenDigests are the SSTables whose digest component is as it was. results hold the hashes
// of the digests already.
func (k known) provenDigests(files []found, results []backup.File) map[string]bool {
	proven := map[string]bool{}
	for i, f := range files {
		c, ok := parseComponent(path.Base(f.name))
		if !ok || !c.isDigest() {
			continue
		}
		if old, same := k.same(f); same && old.SHA256 == results[i].SHA256 {
			proven[sstableKey(f, c)] = true
		}
	}
	return proven
}

func sstableKey(f found, c component) string {
	return f.root + "\x00" + path.Join(f.folder, path.Dir(f.name), c.sstable)
}
