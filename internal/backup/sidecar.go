package backup

import "time"

// Hold keeps a backup whatever retention says: hold.json.
type Hold struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Check is the outcome of a verification: verified-<time>.json or damaged-<time>.json.
type Check struct {
	At       time.Time `json:"at"`
	Good     bool      `json:"good"`
	Bytes    int64     `json:"bytes"`              // that were read
	Problems []string  `json:"problems,omitempty"` // one line each
}

// Acceptance lifts max_shrink for the set it lies beside: accepted.json.
type Acceptance struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Succession names the server that a node's backups go on with after its identity changed:
// identity.json under .cwb.
type Succession struct {
	Identity Identity   `json:"identity"` // the present server
	Former   []Identity `json:"former"`   // whose backups lie here too
	At       time.Time  `json:"at"`
	By       string     `json:"by"`
}

// Foreign is a backup that cwb did not make. It is listed and never removed.
type Foreign struct {
	Node       NodeAddr     `json:"node"`
	Name       string       `json:"name"` // unique on its node
	Kind       ForeignKind  `json:"kind"`
	Path       string       `json:"path"`
	Tables     []ForeignRef `json:"tables,omitempty"`
	Bytes      int64        `json:"bytes"`
	Time       time.Time    `json:"time"`             // by its name, else its newest file
	Expires    time.Time    `json:"expires,omitzero"` // when what made it removes it by itself; zero: never, as far as is known
	Restorable bool         `json:"restorable"`
	Reason     string       `json:"reason,omitempty"` // why it could not be restored
}

// ForeignRef names a table that a foreign backup holds.
type ForeignRef struct {
	Database string `json:"database"`
	Table    string `json:"table"`
}

// ForeignKind says what made a foreign backup.
type ForeignKind string

// The kinds of foreign backup.
const (
	ForeignDump      ForeignKind = "mysqldump"
	ForeignSnapshot  ForeignKind = "snapshot"  // taken by hand with nodetool
	ForeignTruncated ForeignKind = "truncated" // automatic, before TRUNCATE
	ForeignDropped   ForeignKind = "dropped"   // automatic, before DROP
	ForeignScript    ForeignKind = "script"    // an old script's
	ForeignOther     ForeignKind = "other"
)
