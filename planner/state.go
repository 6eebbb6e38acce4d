package planner

import (
	"path"
	"time"

	"cwb/internal/backup"
)

// State is what was observed of a deployment: the only thing a plan is made from besides
// the policy, the time and the request. It can be saved ("cwb observe --out") and planned
// from elsewhere.
type State struct {
	At         time.Time      `json:"at"`   // UTC, when observing ended
	Host       string         `json:"host"` // the machine cwb ran on
	Deployment string         `json:"deployment"`
	Nodes      []NodeState    `json:"nodes"`     // in order of address
	Schedules  []ScheduleFile `json:"schedules"` // that exist and are ours, in order of path
	Legacy     []LegacyJob    `json:"legacy"`    // old scripts still started by cron
	Machine    Machine        `json:"machine,omitzero"`
}

// Machine is what the unit and cron files of the machine that cwb runs on must say.
type Machine struct {
	Command []string `json:"command"`        // how cwb is started: its absolute path, then any global flags
	Policy  string   `json:"policy"`         // absolute path of the policy there
	User    string   `json:"user,omitempty"` // whom due backups run as; empty: root
	Zone    string   `json:"zone,omitempty"` // IANA name of the zone that cron follows; empty: unknown
}

// NodeState is one node's place as it was found.
type NodeState struct {
	Node       backup.NodeAddr    `json:"node"`
	Error      string             `json:"error,omitempty"` // why the place could not be read at all; then nothing else is known
	Server     Server             `json:"server"`
	Successor  *backup.Succession `json:"successor,omitempty"` // adopted identity change
	Backups    []Backup           `json:"backups"`             // in order of set id
	Foreign    []backup.Foreign   `json:"foreign"`             // in order of name
	Unreadable []Unreadable       `json:"unreadable"`          // records that could not be read: nothing here may be removed
	Lock       *Lock              `json:"lock,omitempty"`
	Restores   []backup.Restore   `json:"restores,omitempty"` // that were begun onto its server, in order of id
	// Examination is what a restore onto its server would do; only when one is planned.
	Examination *Examination `json:"examination,omitempty"`
	Problems    []string     `json:"problems,omitempty"` // of the place: not 0700, nearly full, …
	FreeBytes   int64        `json:"free_bytes"`         // under snapshot_path; varies, so no step may depend on it
}

// Server is what an engine says of its server.
type Server struct {
	Identity          backup.Identity `json:"identity"`
	Product           string          `json:"product"`
	Version           string          `json:"version"`
	Down              string          `json:"down,omitempty"`            // why it could not be asked; then only Identity may be known
	BadCredentials    bool            `json:"bad_credentials,omitempty"` // it is down only in that it refused the credentials
	Consistency       string          `json:"consistency,omitempty"`     // the rung a take would use
	ConsistencyReason string          `json:"consistency_reason,omitempty"`
	Refusals          []string        `json:"refusals,omitempty"` // why a take would be refused, each with its remedy
	Notes             []string        `json:"notes,omitempty"`    // worth knowing, harmless
	Ring              []RingMember    `json:"ring,omitempty"`     // Cassandra: all hosts as observed, and those that are joining, in order of host id

	// Replicas say, for each keyspace of the node whose replication is understood, which hosts
	// have its rows.
	Replicas []KeyspaceReplicas `json:"replicas,omitempty"`
}

// KeyspaceReplicas is where the rows of a Cassandra keyspace are.
type KeyspaceReplicas struct {
	Keyspace string       `json:"keyspace"`
	Sets     []ReplicaSet `json:"sets"` // that together make up the ring
}

// ReplicaSet is the hosts that are all replicas of some token ranges.
type ReplicaSet struct {
	Hosts  []string `json:"hosts"`           // host ids, in order
	Ranges int      `json:"ranges"`          // how many ranges have exactly these
	First  []string `json:"first,omitempty"` // the first few of them, "(-42, 7]"
}

// Status of a backup, judged by its record and its files' presence and sizes.
type Status string

// The statuses.
const (
	Good    Status = "good"
	Partial Status = "partial" // a record, but files missing or of wrong size
	Damaged Status = "damaged" // content proven wrong by verify
	Running Status = "running" // begun without record while the lock is held
	Debris  Status = "debris"  // begun without record, nobody working on it
)

// Backup is one node's part of a set, as observed at one place.
type Backup struct {
	Set            backup.SetID      `json:"set"`
	Block          string            `json:"backup"`
	Purpose        backup.Purpose    `json:"purpose"`
	Origin         backup.Origin     `json:"origin,omitempty"`
	Status         Status            `json:"status"`
	Why            string            `json:"why,omitempty"` // for every status but good
	Members        []backup.NodeAddr `json:"members"`
	Identity       backup.Identity   `json:"identity"`
	Began          time.Time         `json:"began"`
	Captured       time.Time         `json:"captured,omitzero"`
	Finished       time.Time         `json:"finished,omitzero"`
	Totals         backup.Totals     `json:"totals"`
	Consistency    string            `json:"consistency,omitempty"`
	WaitedMS       int64             `json:"waited_ms,omitempty"` // as the record has it
	Position       map[string]string `json:"position,omitempty"`
	Record         string            `json:"record,omitempty"`     // SHA-256 of backup.json as it lies (debris: of begun.json): what a removal expects
	VerifiedAt     time.Time         `json:"verified_at,omitzero"` // last time all its bytes were read and right; at least the take itself
	Held           *backup.Hold      `json:"held,omitempty"`
	ShrinkAccepted bool              `json:"shrink_accepted,omitempty"`
	Foreign        string            `json:"foreign,omitempty"` // adopted: the name it was adopted under
}

// Unreadable is a record that could not be read.
type Unreadable struct {
	Path  string `json:"path"` // relative to the snapshot_path
	Error string `json:"error"`
}

// Set is the id of the backup that the record belongs to; empty when it is of none.
func (u Unreadable) Set() backup.SetID {
	id, err := backup.ParseSetID(path.Dir(u.Path))
	if err != nil {
		return ""
	}
	return id
}

// Lock is who works on a node.
type Lock struct {
	Who     string    `json:"who"` // user@host, pid
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// ScheduleFile is a unit or cron file of ours.
type ScheduleFile struct {
	Path    string `json:"path"`
	Content string `json:"content"`
}

// LegacyJob is an active cron entry of the old backup scripts.
type LegacyJob struct {
	Path        string `json:"path"`
	Line        int    `json:"line"`
	Text        string `json:"text"`
	EveryMinute bool   `json:"every_minute"` // its minute field is *: it runs sixty times
}
