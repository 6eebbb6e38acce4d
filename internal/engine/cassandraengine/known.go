package cassandraengine

import (
	"cmp"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"cwb/executor"
	"cwb/internal/backup"
)

// known is what earlier manifests say about the files of a list, so that a file that has not
// changed need not be read again: an SSTable that is in two snapshots is one file with two
// names. Manifests are gone through one at a time, and only what they say of these files is kept.
type known struct {
	*fileList
	order []int32 // of the files, by their keys
	open  int     // how many SSTable files no manifest has named yet
}

// fileKey names a file independently of the snapshot it is in.
type fileKey struct {
	inode, device     uint64
	root, table, name string // table: "ks/table-id"
}

func (k fileKey) compare(o fileKey) int {
	return cmp.Or(cmp.Compare(k.inode, o.inode), cmp.Compare(k.device, o.device),
		cmp.Compare(k.name, o.name), cmp.Compare(k.table, o.table), cmp.Compare(k.root, o.root))
}

func (f *found) key() fileKey {
	table, _, _ := strings.Cut(f.folder, "/snapshots/")
	return fileKey{f.inode, f.device, f.root, table, f.name}
}

func newKnown(l *fileList) *known {
	k := &known{fileList: l, order: make([]int32, len(l.files))}
	for i, f := range l.files {
		k.order[i] = int32(i)
		if f.vouchable() {
			k.open++
		}
	}
	slices.SortFunc(k.order, func(a, b int32) int { return l.files[a].key().compare(l.files[b].key()) })
	return k
}

// vouchable reports whether a file may be left unread: one of an SSTable, but TOC.txt, which
// the server changes in place.
func (f *found) vouchable() bool {
	c, ok := parseComponent(path.Base(f.name))
	return ok && c.name != "TOC.txt"
}

// ask goes through the manifests of earlier backups, newest first; the newest entry of a file
// wins. One that cannot be read to its end says nothing.
func (k *known) ask(earlier []executor.Earlier) {
	for n, e := range earlier {
		if k.open == 0 {
			return
		}
		from := uint8(n + 1)
		err := e.Files(func(f backup.File) error {
			k.claim(f, from)
			return nil
		})
		if err != nil {
			k.forget(from)
		}
	}
}

// claim takes in what a manifest says about a file.
func (k *known) claim(old backup.File, from uint8) {
	at, ok := k.find(old)
	if !ok || k.hashes[at].basis != unread {
		return
	}
	f, h := k.files[at], &k.hashes[at]
	h.basis, h.from = refuted, from
	if f.vouchable() {
		k.open--
	}
	sum, err := hex.DecodeString(old.SHA256)
	if err == nil && len(sum) == len(h.sum) && old.Bytes == f.size && old.Modified == f.mtime && !old.Hashed.IsZero() {
		h.basis, h.at = claimed, old.Hashed.UnixNano()
		copy(h.sum[:], sum)
	}
}

// find is where the file of the same place, device and inode stands in the list.
func (k *known) find(old backup.File) (at int32, ok bool) {
	table, name, ok := splitSnapshotPath(old.Path)
	if !ok || old.Root == "" {
		return 0, false
	}
	key := fileKey{old.Inode, old.Device, old.Root, table, name}
	n, ok := slices.BinarySearchFunc(k.order, key, func(i int32, key fileKey) int { return k.files[i].key().compare(key) })
	if !ok {
		return 0, false
	}
	return k.order[n], true
}

// splitSnapshotPath takes "ks/table-id/snapshots/tag/name" apart, leaving out the tag.
func splitSnapshotPath(p string) (table, name string, ok bool) {
	table, rest, ok := strings.Cut(p, "/snapshots/")
	_, name, ok2 := strings.Cut(rest, "/")
	return table, name, ok && ok2
}

// forget takes back what one manifest said.
func (k *known) forget(from uint8) {
	for i := range k.hashes {
		if k.hashes[i].from != from {
			continue
		}
		k.hashes[i] = hashed{}
		if k.files[i].vouchable() {
			k.open++
		}
	}
}

// vouch decides which claims are believed. An SSTable's files are vouched for only when its
// digest component, read just now, has the content it had; its own files without a digest, and
// all others, are read, and so is what was last read at oldest or before.
func (l *fileList) vouch(oldest int64) {
	for from, to := range l.sstables() {
		proven := slices.ContainsFunc(l.hashes[from:to], func(h hashed) bool { return h.basis == confirmed })
		for i := from; i < to; i++ {
			if h := &l.hashes[i]; h.basis == claimed && proven && h.at > oldest && l.files[i].vouchable() {
				h.basis = vouched
			}
		}
	}
}
