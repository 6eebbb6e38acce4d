package view

import (
	"fmt"
	"io"

	"cwb/executor"
	"cwb/planner"
)

// Stream writes what happens as JSON, one object a line. It implements [executor.Events].
type Stream struct {
	w io.Writer
}

// EventDoc is one line of a stream.
type EventDoc struct {
	Type          string           `json:"type"`
	FormatVersion int              `json:"format_version,omitempty"`
	Version       string           `json:"version,omitempty"`
	Plan          *PlanDoc         `json:"plan,omitempty"`
	Step          string           `json:"step,omitempty"`
	Action        string           `json:"action,omitempty"`
	Subject       string           `json:"subject,omitempty"`
	Node          string           `json:"node,omitempty"`
	Set           string           `json:"set,omitempty"`
	DoneBytes     *int64           `json:"done_bytes,omitempty"`
	TotalBytes    *int64           `json:"total_bytes,omitempty"`
	DurationMS    *int64           `json:"duration_ms,omitempty"`
	SpreadMS      *int64           `json:"spread_ms,omitempty"`
	Error         string           `json:"error,omitempty"`
	HeldBy        string           `json:"held_by,omitempty"`
	Reason        string           `json:"reason,omitempty"`
	Problems      []string         `json:"problems,omitempty"`
	Backups       []MemberEventDoc `json:"backups,omitempty"`
	Done          *int             `json:"done,omitempty"`
	Failed        *int             `json:"failed,omitempty"`
	Held          *int             `json:"held,omitempty"`
	Skipped       *int             `json:"skipped,omitempty"`
	ExitCode      *int             `json:"exit_code,omitempty"`
}

// MemberEventDoc is one node's part of a take.
type MemberEventDoc struct {
	Node   string `json:"node"`
	Status string `json:"status"` // "good" or "failed"
	Tables int64  `json:"tables"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	Error  string `json:"error,omitempty"`
}

// NewStream begins a stream with its version line.
func NewStream(w io.Writer, version string) *Stream {
	s := &Stream{w: w}
	s.put(EventDoc{Type: "version", FormatVersion: FormatVersion, Version: version})
	return s
}

// put writes a line. A reader that went away must not end the work it watched.
func (s *Stream) put(e EventDoc) { _ = writeLine(s.w, e) }

// Plan writes the plan that will be applied.
func (s *Stream) Plan(p *planner.Plan) {
	doc := planDoc(p)
	s.put(EventDoc{Type: "plan", Plan: &doc})
}

// Emit writes one event; the summary is written by [Stream.Summary], which knows the exit
// code.
func (s *Stream) Emit(e executor.Event) {
	switch e := e.(type) {
	case executor.StepStart:
		s.put(EventDoc{Type: "step_start", Step: string(e.Step.ID), Action: string(e.Step.Action.Kind()), Subject: Subject(e.Step.Action)})
	case executor.StepProgress:
		s.put(EventDoc{Type: "progress", Step: string(e.Step), Node: e.Node.String(), DoneBytes: &e.Done, TotalBytes: &e.Total})
	case executor.StepDone:
		s.put(ended("step_done", e.Result))
	case executor.StepFailed:
		s.put(ended("step_failed", e.Result))
	case executor.StepHeld:
		doc := about("step_held", e.Result)
		doc.HeldBy = fmt.Sprint(e.Result.Err)
		s.put(doc)
	case executor.StepSkipped:
		doc := about("step_skipped", e.Result)
		doc.Reason = fmt.Sprint(e.Result.Err)
		s.put(doc)
	}
}

func about(kind string, r executor.StepResult) EventDoc {
	return EventDoc{Type: kind, Step: string(r.Step.ID), Action: string(r.Step.Action.Kind()), Set: string(r.Set)}
}

func ended(kind string, r executor.StepResult) EventDoc {
	doc := about(kind, r)
	ms := r.Ended.Sub(r.Began).Milliseconds()
	doc.DurationMS = &ms
	if spread, several := spreadOf(r.Members); several {
		ms := spread.Milliseconds()
		doc.SpreadMS = &ms
	}
	if r.Err != nil {
		doc.Error = r.Err.Error()
	}
	for _, m := range r.Members {
		doc.Backups = append(doc.Backups, memberDoc(m))
	}
	return doc
}

func memberDoc(m executor.MemberResult) MemberEventDoc {
	if m.Record == nil {
		return MemberEventDoc{Node: m.Node.String(), Status: "failed", Error: whyNot(m)}
	}
	t := m.Record.Totals
	return MemberEventDoc{Node: m.Node.String(), Status: "good", Tables: t.Tables, Rows: t.Rows, Bytes: t.Bytes}
}

// Summary writes the last line.
func (s *Stream) Summary(r executor.Result, exitCode int) {
	counts := map[executor.Outcome]int{}
	for _, o := range []executor.Outcome{executor.Done, executor.Failed, executor.Held, executor.Skipped} {
		counts[o] = r.Count(o)
	}
	done, failed, held, skipped := counts[executor.Done], counts[executor.Failed], counts[executor.Held], counts[executor.Skipped]
	s.put(EventDoc{Type: "summary", Done: &done, Failed: &failed, Held: &held, Skipped: &skipped, ExitCode: &exitCode})
}
