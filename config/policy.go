package config

import (
	"time"

	"cwb/internal/backup"
)

// Policy is what one deployment wants, resolved: references followed, units parsed,
// defaults filled in. Its JSON form is deterministic; see [Policy.Digest].
type Policy struct {
	Deployment string      `json:"deployment"`
	Timezone   string      `json:"timezone"` // IANA name; "UTC" unless the policy says otherwise
	Scheduler  Scheduler   `json:"scheduler"`
	Nodes      []Node      `json:"nodes"`           // in order of address
	Retentions []Retention `json:"retentions"`      // in order of name
	Backups    []Backup    `json:"backups"`         // in order of name
	Removed    []Removed   `json:"removed"`         // in order of name
	Hooks      []Hook      `json:"hooks,omitempty"` // in order of name
	Source     string      `json:"-"`               // the directory or file it was read from, absolute
}

// Scheduler says who starts the due backups.
type Scheduler string

// The schedulers.
const (
	NoScheduler Scheduler = "none" // the default: the operator's own
	Systemd     Scheduler = "systemd"
	Cron        Scheduler = "cron"
)

// Node is one database server. Exactly one of MySQL and Cassandra is set, by Addr.Kind.
type Node struct {
	Addr         backup.NodeAddr `json:"addr"`
	Formerly     []string        `json:"formerly,omitempty"` // names this node had in earlier policies
	SnapshotPath string          `json:"snapshot_path"`      // absolute and clean
	LegacyPaths  []string        `json:"legacy_paths"`       // only ever read
	MinFree      int64           `json:"min_free"`           // bytes that a take must leave free; default 0
	MySQL        *MySQL          `json:"mysql,omitempty"`
	Cassandra    *Cassandra      `json:"cassandra,omitempty"`
}

// MySQL is how to reach a MySQL or MariaDB server, and what of it to back up.
type MySQL struct {
	Socket       string        `json:"socket,omitempty"`        // absolute path; exactly one of Socket and Address
	Address      string        `json:"address,omitempty"`       // host:port
	DefaultsFile string        `json:"defaults_file,omitempty"` // option file with user and password; default user: root, no password
	Databases    []string      `json:"databases"`               // at least one, exact names
	Lock         MySQLLock     `json:"lock"`
	LockWait     time.Duration `json:"lock_wait"`          // how long a statement of others may wait for us; default 5 s
	MaxRate      int64         `json:"max_rate,omitempty"` // bytes of content that a take reads in a second at most; 0: no limit
}

// MySQLLock is the rung that a policy allows.
type MySQLLock string

// The allowed rungs.
const (
	LockNone   MySQLLock = "none"   // the default: one consistent snapshot, tables without transactions are refused
	LockTables MySQLLock = "tables" // LOCK TABLES … READ for old MyISAM sites
)

// Cassandra is how to reach a Cassandra node, and what of it to back up.
type Cassandra struct {
	Address   string   `json:"address"`   // host:port of CQL; default 127.0.0.1:9042
	Nodetool  []string `json:"nodetool"`  // argument vector prefix; default ["nodetool"]
	DataDirs  []string `json:"data_dirs"` // absolute; default /var/lib/cassandra/data
	Keyspaces []string `json:"keyspaces"` // at least one, exact names

	// CredentialsFile names a file with user and password for CQL, as cqlsh reads it; empty:
	// the server asks for none.
	CredentialsFile string        `json:"credentials_file,omitempty"`
	TLS             *CassandraTLS `json:"tls,omitempty"` // nil: CQL in clear text
}

// CassandraTLS says how CQL is encrypted. The server is always verified. All files are PEM.
type CassandraTLS struct {
	CAFile     string `json:"ca_file,omitempty"`     // who vouches for the server; empty: whom the system trusts
	CertFile   string `json:"cert_file,omitempty"`   // shown to the server, where it wants one
	KeyFile    string `json:"key_file,omitempty"`    // of CertFile; both are set or neither
	ServerName string `json:"server_name,omitempty"` // that the server's certificate is for; empty: the host of Address
}

// Retention says how many complete sets stay at a place. At least one rule is positive.
type Retention struct {
	Name         string        `json:"name"`
	KeepLast     int           `json:"keep_last"`
	KeepHourly   int           `json:"keep_hourly"`
	KeepDaily    int           `json:"keep_daily"`
	KeepWeekly   int           `json:"keep_weekly"` // ISO weeks
	KeepMonthly  int           `json:"keep_monthly"`
	KeepYearly   int           `json:"keep_yearly"`
	KeepWithin   time.Duration `json:"keep_within"`   // measured back from the plan's time; units h, d, w
	MinGood      int           `json:"min_good"`      // default 2
	MaxRemove    Percent       `json:"max_remove"`    // of the complete sets at a place, and at least 2; default 25
	MaxShrink    Percent       `json:"max_shrink"`    // default 50
	HoldUncopied int           `json:"hold_uncopied"` // default 14
}

// Percent is a share from 0 to 100.
type Percent int

// Backup is a backup block: nodes that are taken together.
type Backup struct {
	Name           string            `json:"name"`
	Nodes          []backup.NodeAddr `json:"nodes"`              // in order of address, at least one
	Schedule       string            `json:"schedule,omitempty"` // cron expression; empty: only cwb backup takes it
	Retention      string            `json:"retention"`          // name of a retention block
	OnFailure      OnFailure         `json:"on_failure"`
	PrepareTimeout time.Duration     `json:"prepare_timeout"` // default 5 min
	CaptureTimeout time.Duration     `json:"capture_timeout"` // default 2 min
}

// OnFailure says what a set does without a member that cannot be prepared.
type OnFailure string

// The ways to go on.
const (
	GoOn  OnFailure = "continue" // the default: the set becomes incomplete, exit 3
	Abort OnFailure = "abort"    // nothing is captured
)

// Removed states that a backup block is gone for good: its backups stay, and are no longer
// a finding.
type Removed struct {
	Backup string `json:"backup"`
	Forget bool   `json:"forget"` // always true: nothing else can be meant
}

// Hook is a hook block: commands that run around what changes the data that its nodes serve,
// on the machine and as the user that cwb runs on and as. At least one of the commands is set.
type Hook struct {
	Name      string            `json:"name"`
	On        []HookEvent       `json:"on"`
	Nodes     []backup.NodeAddr `json:"nodes"`                // in order of address; all of the policy unless it says otherwise
	Before    []string          `json:"before,omitempty"`     // argument vector: stop what uses the data
	After     []string          `json:"after,omitempty"`      // start it again, once all went well
	OnFailure []string          `json:"on_failure,omitempty"` // instead of After, when something between failed
	Timeout   time.Duration     `json:"timeout"`              // of each command; default 60 s
}

// HookEvent is what a hook runs around.
type HookEvent string

// OnRestore is a restore, the resumption of one, and its undo.
const OnRestore HookEvent = "restore"

// PresentNames gives the name that a node has now for each that it had.
func (p *Policy) PresentNames() map[backup.NodeAddr]backup.NodeAddr {
	names := map[backup.NodeAddr]backup.NodeAddr{}
	for _, node := range p.Nodes {
		for _, name := range node.Formerly {
			names[backup.NodeAddr{Kind: node.Addr.Kind, Name: name}] = node.Addr
		}
	}
	return names
}
