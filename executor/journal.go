package executor

import (
	"time"

	"cwb/planner"
)

// Entry is one line of a node's journal: what a run did there, before and after each step.
type Entry struct {
	At      time.Time          `json:"at"`
	Plan    planner.PlanID     `json:"plan_id"`
	Command string             `json:"command"` // "apply", "backup", "adopt"
	By      string             `json:"by"`      // user@host
	Step    planner.StepID     `json:"step,omitempty"`
	Action  planner.ActionKind `json:"action,omitempty"`
	Event   JournalEvent       `json:"event"`
	Detail  string             `json:"detail,omitempty"`
}

// JournalEvent is what happened to a step.
type JournalEvent string

// The journal's events.
const (
	RunBegun  JournalEvent = "run_begun"
	StepBegun JournalEvent = "step_begun"
	StepEnded JournalEvent = "step_done"
	StepErred JournalEvent = "step_failed" // or was done only in part
	RunEnded  JournalEvent = "run_ended"
)
