package backup

import "time"

// FormatVersion is the version of every record that this release writes. A higher one is
// refused by [Decode].
const FormatVersion = 1

// Purpose says why a set was taken.
type Purpose string

// The purposes of a set.
const (
	ForPolicy Purpose = "policy" // a slot of a schedule was due
	Manual    Purpose = "manual" // cwb backup
	Safety    Purpose = "safety" // taken by a restore before it changes anything
)

// Origin says who made a backup's data.
type Origin string

// The origins of a backup. The zero value is cwb itself.
const (
	Own     Origin = ""
	Adopted Origin = "adopted" // made by something else, read strictly and adopted by name
)

// Begun is begun.json: the first file of a backup, created exclusively. It proves that what
// lies in its directory, and the snapshot of its tag, is of this deployment and node.
type Begun struct {
	Deployment string     `json:"deployment"`
	Node       NodeAddr   `json:"node"`
	Block      string     `json:"backup"` // the backup block
	Set        SetID      `json:"set"`
	Purpose    Purpose    `json:"purpose"`
	Members    []NodeAddr `json:"members"` // all nodes the set was planned for, this one included
	Identity   Identity   `json:"identity"`
	Tag        string     `json:"tag,omitempty"`       // Cassandra's snapshot tag
	Keyspaces  []string   `json:"keyspaces,omitempty"` // what the tag may be cleared in
	DataDirs   []string   `json:"data_dirs,omitempty"` // where the tag's files lie
	Began      time.Time  `json:"began"`
	Tool       string     `json:"tool"` // version of cwb
}

// Record is backup.json: the small record, written last and atomically. A directory without
// a valid one is no backup.
type Record struct {
	Deployment  string            `json:"deployment"`
	Node        NodeAddr          `json:"node"`
	Block       string            `json:"backup"`
	Set         SetID             `json:"set"`
	Purpose     Purpose           `json:"purpose"`
	Origin      Origin            `json:"origin,omitempty"`
	Members     []NodeAddr        `json:"members"`
	Identity    Identity          `json:"identity"`
	Server      Server            `json:"server"`
	Began       time.Time         `json:"began"`    // UTC, when the set began
	Captured    time.Time         `json:"captured"` // UTC, the moment whose content this is
	Finished    time.Time         `json:"finished"` // UTC, after verification
	Consistency string            `json:"consistency"`
	Position    map[string]string `json:"position,omitempty"`  // binlog coordinates, tokens: the product's own words
	WaitedMS    int64             `json:"waited_ms,omitempty"` // the longest that others could have been made to wait for the take
	Totals      Totals            `json:"totals"`
	Manifest    Digest            `json:"manifest"` // of manifest.json as it lies on disk
	Tool        string            `json:"tool"`
}

// Server is what the server said about itself.
type Server struct {
	Product string `json:"product"` // "MariaDB", "MySQL", "Cassandra"
	Version string `json:"version"` // as the server spells it
}

// Totals are the sums that retention compares ([Totals.Smaller]) and lists show.
type Totals struct {
	Tables int64 `json:"tables"`
	Rows   int64 `json:"rows"`   // 0 where the product does not count them (Cassandra)
	Bytes  int64 `json:"bytes"`  // of content, before compression
	Stored int64 `json:"stored"` // on disk
	Files  int64 `json:"files"`
}

// Digest names a file's content.
type Digest struct {
	SHA256 string `json:"sha256"` // lower-case hex
	Bytes  int64  `json:"bytes"`
}

// Manifest is manifest.json: everything a backup consists of.
type Manifest struct {
	Node   NodeAddr `json:"node"`
	Set    SetID    `json:"set"`
	Tables []Table  `json:"tables"`
	Files  []File   `json:"files"`
	// Folders are those of an adopted backup that go with its files.
	Folders []Folder `json:"folders,omitempty"`
}

// Folder is a directory outside of the backup's own that holds nothing but its files.
type Folder struct {
	Root string `json:"root"` // as [File] has it
	Path string `json:"path"`
}

// Table is one table, view or other object with a name of its own. An empty table is an
// explicit entry.
type Table struct {
	Database string `json:"database"` // or keyspace
	Name     string `json:"name"`
	ID       string `json:"id,omitempty"` // Cassandra's table id
	Type     string `json:"type"`         // "table", "view", "sequence", …
	Rows     int64  `json:"rows"`
	Bytes    int64  `json:"bytes"`
}

// File is one file of a backup.
type File struct {
	// Root is empty for a file in the backup's own directory, else the absolute data
	// directory that Path is relative to (Cassandra's snapshots stay where they are).
	Root     string `json:"root,omitempty"`
	Path     string `json:"path"` // slash-separated, relative, clean
	Database string `json:"database,omitempty"`
	Table    string `json:"table,omitempty"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"` // of the file as it lies
	Rows     int64  `json:"rows,omitempty"`
	Content  Digest `json:"content,omitzero"` // of what the file holds, uncompressed

	// What the file was on disk when it was hashed: unchanged values spare hashing again.
	Device   uint64    `json:"device,omitempty"`
	Inode    uint64    `json:"inode,omitempty"`
	Modified int64     `json:"mtime_ns,omitempty"` // nanoseconds since 1970
	Hashed   time.Time `json:"hashed,omitzero"`    // when its bytes were last read
}
