package planner

import "cwb/internal/backup"

// Examination is what a restore would do on one node, and what is in its way.
type Examination struct {
	Identity  backup.Identity       `json:"identity"`           // of the present server
	Phases    []backup.RestorePhase `json:"phases"`             // that it needs, in order, without undo and confirm
	Replaces  []RestoreTable        `json:"replaces"`           // in order of name
	Stays     []string              `json:"stays,omitempty"`    // tables of the same databases that the backup does not have: they stay, or go with Exact
	Method    string                `json:"method,omitempty"`   // for people: how, in one sentence
	Impact    string                `json:"impact,omitempty"`   // for people: what the service will notice
	Undo      string                `json:"undo,omitempty"`     // for people: what is kept as the undo, and for how long
	NeedBytes int64                 `json:"need_bytes"`         // disk that the load needs
	FreeBytes int64                 `json:"free_bytes"`         // disk that there is
	Refusals  []Refusal             `json:"refusals,omitempty"` // what keeps it from running; empty: it can run
	Warnings  []string              `json:"warnings,omitempty"` // what the operator has to know before saying yes
	Ring      []string              `json:"ring,omitempty"`     // Cassandra: host ids that must take part
}

// RestoreTable is a table that a restore brings back.
type RestoreTable struct {
	Database string `json:"database"`
	Name     string `json:"name"`
	Exists   bool   `json:"exists"`    // now, on the server
	Rows     int64  `json:"rows"`      // in the backup, where the product counts them
	LiveRows int64  `json:"live_rows"` // now, by the server's own estimate; -1 unknown
	Bytes    int64  `json:"bytes"`     // in the backup
}

// Refusal is a reason not to restore, and what lifts it.
type Refusal struct {
	Reason string `json:"reason"`
	Flag   string `json:"flag,omitempty"` // that lifts it, such as "--onto-new-identity"; empty: none does

	Damaged bool `json:"damaged,omitempty"` // the backup does not hold what was backed up
}
