package planner

import (
	"time"

	"cwb/internal/backup"
)

// Plan is an ordered list of steps, with everything needed to prove that it still fits when
// it is applied. It is data: apply does exactly what stands here.
type Plan struct {
	ID           PlanID    `json:"plan_id"`
	Created      time.Time `json:"created"` // UTC: the time it was planned for
	Expires      time.Time `json:"expires"` // Created + 24 h
	Deployment   string    `json:"deployment"`
	Host         string    `json:"host"`
	PolicyDigest string    `json:"policy_digest"`
	Tool         string    `json:"tool"` // version of cwb
	Request      Request   `json:"request"`
	State        State     `json:"state"` // what it was made from
	Steps        []Step    `json:"steps"` // each after all that it needs
	Findings     []Finding `json:"findings"`
}

// PlanID is unique to a plan; a marker of it makes the plan single-use.
type PlanID string

// StepID names a step within its plan: "take-subscribers", "remove-mysql.ellis-20261118T000000Z".
type StepID string

// Step is one change, with its reason.
type Step struct {
	ID     StepID   `json:"id"`
	Needs  []StepID `json:"needs"` // that must have ended well first
	Reason string   `json:"reason"`
	HeldBy string   `json:"held_by,omitempty"` // the guard that holds it back, with its numbers and what lifts it
	Action Action   `json:"-"`                 // encoded beside it by kind
}

// Action is what a step does: one of a closed set.
type Action interface {
	Kind() ActionKind
	// Touches are the nodes that must be locked for it, in order of address.
	Touches() []backup.NodeAddr
	sealed()
}

// ActionKind is an action's name in plans, JSON and summaries.
type ActionKind string

// The actions of this release.
const (
	ActTake          ActionKind = "take"
	ActVerify        ActionKind = "verify"
	ActRemove        ActionKind = "remove"
	ActClean         ActionKind = "clean"
	ActAdopt         ActionKind = "adopt"
	ActWriteSchedule ActionKind = "write_schedule"
)

// Take takes a new set. Verification is part of it.
type Take struct {
	Block   string            `json:"backup"`
	Purpose backup.Purpose    `json:"purpose"`
	Nodes   []backup.NodeAddr `json:"nodes"`         // that are taken
	Members []backup.NodeAddr `json:"members"`       // that the set is planned for; more than Nodes when some cannot be taken
	Slot    time.Time         `json:"slot,omitzero"` // the slot it fills
	Accept  bool              `json:"accept_shrink,omitempty"`
	// Rungs says by node how the take will be consistent, and RungReasons why so: both for
	// the reader, and only the former makes two takes differ.
	Rungs       map[string]string `json:"rungs,omitempty"`
	RungReasons map[string]string `json:"rung_reasons,omitempty"`
}

// Verify reads and hashes a backup again. With Accept it then writes accepted.json beside
// it: the shrunken set is meant.
type Verify struct {
	Node   backup.NodeAddr `json:"node"`
	Set    backup.SetID    `json:"set"`
	Accept bool            `json:"accept_shrink,omitempty"`
	Older  backup.SetID    `json:"older,omitempty"` // before a restore: what to restore instead, should it be damaged
}

// Remove removes one good, partial or damaged backup of ours, or an adopted one.
type Remove struct {
	Node   backup.NodeAddr `json:"node"`
	Set    backup.SetID    `json:"set"`
	Block  string          `json:"backup"`
	Record string          `json:"record"` // expected digest of its record
	Bytes  int64           `json:"bytes"`  // that it frees at most
}

// Clean removes what a killed run of ours left.
type Clean struct {
	Node  backup.NodeAddr `json:"node"`
	Set   backup.SetID    `json:"set"`
	Begun string          `json:"begun"` // expected digest of its begun.json
}

// Adopt gives a foreign backup a record (Name set), or names the present server as the
// successor of the one whose backups lie there (Identity set).
type Adopt struct {
	Node     backup.NodeAddr    `json:"node"`
	Name     string             `json:"name,omitempty"`
	Identity *backup.Succession `json:"identity,omitempty"`
}

// WriteSchedule writes (Content set) or removes a unit or cron file.
type WriteSchedule struct {
	Path    string `json:"path"`
	Content string `json:"content,omitempty"`
	Was     string `json:"was,omitempty"` // expected present content; empty: no file
}

func (Take) Kind() ActionKind          { return ActTake }
func (Verify) Kind() ActionKind        { return ActVerify }
func (Remove) Kind() ActionKind        { return ActRemove }
func (Clean) Kind() ActionKind         { return ActClean }
func (Adopt) Kind() ActionKind         { return ActAdopt }
func (WriteSchedule) Kind() ActionKind { return ActWriteSchedule }

func (a Take) Touches() []backup.NodeAddr        { return a.Nodes }
func (a Verify) Touches() []backup.NodeAddr      { return []backup.NodeAddr{a.Node} }
func (a Remove) Touches() []backup.NodeAddr      { return []backup.NodeAddr{a.Node} }
func (a Clean) Touches() []backup.NodeAddr       { return []backup.NodeAddr{a.Node} }
func (a Adopt) Touches() []backup.NodeAddr       { return []backup.NodeAddr{a.Node} }
func (WriteSchedule) Touches() []backup.NodeAddr { return nil }

func (Take) sealed()          {}
func (Verify) sealed()        {}
func (Remove) sealed()        {}
func (Clean) sealed()         {}
func (Adopt) sealed()         {}
func (WriteSchedule) sealed() {}

// Finding is what is wrong but not changed by the plan.
type Finding struct {
	Kind     string   `json:"kind"` // stable: "identity_changed", "set_incomplete", …
	Severity Severity `json:"severity"`
	Subject  string   `json:"subject"` // a node, set, block or path
	Message  string   `json:"message"` // what, and what to do
}

// Severity of a finding.
type Severity string

// The severities.
const (
	Info     Severity = "info"
	Warning  Severity = "warning"
	Critical Severity = "critical"
)
