package planner

import "cwb/internal/backup"

// Request says what is asked for, besides what the policy asks for by itself.
type Request struct {
	Verb     Verb              `json:"verb"`
	Blocks   []string          `json:"backups,omitempty"`  // VerbBackup: these blocks, all when empty
	Nodes    []backup.NodeAddr `json:"nodes,omitempty"`    // only steps that touch these; all when empty
	Only     []ActionKind      `json:"only,omitempty"`     // only steps of these kinds, and what they need
	Allow    Allow             `json:"allow,omitzero"`     // guards lifted for this plan
	Adopt    []ForeignName     `json:"adopt,omitempty"`    // VerbAdopt: these
	Identity []backup.NodeAddr `json:"identity,omitempty"` // VerbAdopt: accept the present server of these
	Restore  *RestoreRequest   `json:"restore,omitempty"`  // the verbs of restores
	By       string            `json:"by,omitempty"`       // user@host, recorded in what is written
}

// Verb is what the operator is doing.
type Verb string

// The verbs that make plans.
const (
	VerbReconcile Verb = "reconcile" // plan, apply
	VerbBackup    Verb = "backup"    // take now, remove nothing
	VerbAdopt     Verb = "adopt"
)

// ForeignName names a foreign backup: NODE/NAME.
type ForeignName struct {
	Node backup.NodeAddr `json:"node"`
	Name string          `json:"name"`
}

// Allow lifts guards for one plan, up to exactly what it says.
type Allow struct {
	Remove int            `json:"remove,omitempty"` // up to so many removals a block and place
	Shrink []backup.SetID `json:"shrink,omitempty"` // these shrunken sets are meant
}
