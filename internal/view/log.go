package view

import (
	"fmt"
	"io"
	"time"

	"cwb/executor"
)

// LogEntry is one line of one node's journal.
type LogEntry struct {
	Node       string
	Entry      executor.Entry
	Unreadable string // why the node's journal could not be read; then there is no entry
}

// Log prints journal lines.
func (t Text) Log(entries []LogEntry) {
	var rows table
	for _, e := range entries {
		if e.Unreadable != "" {
			rows.add("?", Line(e.Node), "the journal cannot be read: "+Line(e.Unreadable))
			continue
		}
		rows.add(utc(e.Entry.At), Line(e.Node), Line(string(e.Entry.Event)), Line(string(e.Entry.Step)), Line(e.Entry.By), Line(e.Entry.Detail))
	}
	if len(rows.rows) == 0 {
		fmt.Fprintln(t.W, "No run has touched these nodes.")
	}
	rows.write(t.W, "")
}

// LogDoc is one line of cwb log --json.
type LogDoc struct {
	At      *time.Time `json:"at"`
	Node    string     `json:"node"`
	Plan    string     `json:"plan_id"`
	Command string     `json:"command"`
	By      string     `json:"by"`
	Step    string     `json:"step,omitempty"`
	Action  string     `json:"action,omitempty"`
	Event   string     `json:"event"`
	Detail  string     `json:"detail,omitempty"`
}

// LogJSON writes one object a line.
func LogJSON(w io.Writer, entries []LogEntry) error {
	for _, e := range entries {
		doc := LogDoc{
			At: timeOf(e.Entry.At), Node: e.Node, Plan: string(e.Entry.Plan), Command: e.Entry.Command, By: e.Entry.By,
			Step: string(e.Entry.Step), Action: string(e.Entry.Action), Event: string(e.Entry.Event), Detail: e.Entry.Detail,
		}
		if e.Unreadable != "" {
			doc.Event, doc.Detail = "unreadable", e.Unreadable
		}
		if err := writeLine(w, doc); err != nil {
			return err
		}
	}
	return nil
}
