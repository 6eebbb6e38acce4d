package cassandraengine

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"time"

	"cwb/internal/backup"
)

// fileList is the files of all tables of a backup, and what is known of the content of each. A
// large node has hundreds of thousands, so an entry of the manifest is made only when it is
// asked for.
type fileList struct {
	tables []tableFiles
	files  []*found // of the tables, in their order
	hashes []hashed // of the files
}

// hashed is the content of a file.
type hashed struct {
	sum   [sha256.Size]byte
	at    int64 // nanoseconds since 1970: when it was last read
	basis basis
	from  uint8 // which of the earlier manifests says so, for claims
}

// basis is why a hash is believed.
type basis uint8

const (
	unread  basis = iota
	claimed       // an earlier manifest says so; not believed before something else vouches for it
	refuted       // the file is not the one that the newest earlier manifest means; no older one counts
	vouched
	read
	confirmed // read, and as an earlier manifest says
)

func (h hashed) known() bool { return h.basis >= vouched }

func newFileList(tables []tableFiles) *fileList {
	l := &fileList{tables: tables}
	n := 0
	for _, t := range tables {
		n += len(t.files)
	}
	l.files, l.hashes = make([]*found, 0, n), make([]hashed, n)
	for _, t := range tables {
		for i := range t.files {
			l.files = append(l.files, &t.files[i])
		}
	}
	return l
}

func (l *fileList) size() int64 {
	var sum int64
	for _, f := range l.files {
		sum += f.size
	}
	return sum
}

// entries are the files as the manifest has them, once all are hashed.
func (l *fileList) entries() iter.Seq[backup.File] {
	return func(yield func(backup.File) bool) {
		n := 0
		for _, t := range l.tables {
			for i := range t.files {
				if !yield(entryOf(t.table, t.files[i], l.hashes[n])) {
					return
				}
				n++
			}
		}
	}
}

func entryOf(t tableName, f found, h hashed) backup.File {
	return backup.File{
		Root: f.root, Path: f.rel(), Database: t.Keyspace, Table: t.Table,
		Bytes: f.size, Device: f.device, Inode: f.inode, Modified: f.mtime,
		SHA256: hex.EncodeToString(h.sum[:]), Hashed: time.Unix(0, h.at).UTC(),
	}
}

// sstables gives each SSTable as the range of its files.
func (l *fileList) sstables() iter.Seq2[int, int] {
	return sstables(len(l.files), func(i int) *found { return l.files[i] })
}
