package view

import (
	"io"
	"time"

	"cwb/internal/backup"
	"cwb/planner"
)

// PlanDoc is the JSON form of a plan.
type PlanDoc struct {
	FormatVersion int            `json:"format_version"`
	PlanID        string         `json:"plan_id"`
	Created       time.Time      `json:"created"`
	Expires       time.Time      `json:"expires"`
	Deployment    string         `json:"deployment"`
	Steps         []StepDoc      `json:"steps"`
	Findings      []FindingDoc   `json:"findings"`
	Summary       map[string]int `json:"summary"`
}

// StepDoc is the JSON form of a step.
type StepDoc struct {
	ID         string   `json:"id"`
	Action     string   `json:"action"`
	Place      string   `json:"place"`
	Node       string   `json:"node,omitempty"`
	Nodes      []string `json:"nodes,omitempty"`
	Target     string   `json:"target,omitempty"`
	Set        string   `json:"set,omitempty"` // "step:<id>" for one that is not yet taken
	Backup     string   `json:"backup,omitempty"`
	Purpose    string   `json:"purpose,omitempty"`
	Name       string   `json:"name,omitempty"` // of a foreign backup
	Path       string   `json:"path,omitempty"`
	Content    string   `json:"content,omitempty"`
	Bytes      int64    `json:"bytes,omitempty"`
	Incomplete bool     `json:"incomplete,omitempty"`
	Restore    string   `json:"restore,omitempty"` // of the steps of a restore
	From       string   `json:"from,omitempty"`    // whose backup is loaded
	As         string   `json:"as,omitempty"`
	Replaces   []string `json:"replaces,omitempty"`
	Creates    []string `json:"creates,omitempty"`
	Drops      []string `json:"drops,omitempty"`
	Method     string   `json:"method,omitempty"`
	Impact     string   `json:"impact,omitempty"`
	Undo       string   `json:"undo,omitempty"`
	NeedBytes  int64    `json:"need_bytes,omitempty"`
	FreeBytes  int64    `json:"free_bytes,omitempty"`
	Hook       string   `json:"hook,omitempty"` // of a command of a hook block, as what follows
	Phase      string   `json:"phase,omitempty"`
	Operation  string   `json:"operation,omitempty"`
	Command    []string `json:"command,omitempty"`
	TimeoutMS  int64    `json:"timeout_ms,omitempty"`
	When       string   `json:"when,omitempty"` // "failure": it runs only then
	Reason     string   `json:"reason"`
	Needs      []string `json:"needs"`
	HeldBy     *string  `json:"held_by"`
}

// FindingDoc is the JSON form of a finding.
type FindingDoc struct {
	Kind     string `json:"kind"`
	Severity string `json:"severity"`
	Subject  string `json:"subject"`
	Message  string `json:"message"`
}

// PlanJSON writes a plan as one JSON object.
func PlanJSON(w io.Writer, p *planner.Plan) error { return writeJSON(w, planDoc(p)) }

func planDoc(p *planner.Plan) PlanDoc {
	doc := PlanDoc{
		FormatVersion: FormatVersion, PlanID: string(p.ID),
		Created: p.Created.UTC(), Expires: p.Expires.UTC(), Deployment: p.Deployment,
		Steps: []StepDoc{}, Findings: findingDocs(p.Findings), Summary: map[string]int{},
	}
	for _, s := range p.Steps {
		doc.Steps = append(doc.Steps, stepDoc(s))
	}
	counts, held := Counts(p.Steps)
	for _, k := range kinds {
		doc.Summary[string(k.kind)] = counts[k.kind]
	}
	doc.Summary["held"] = held
	return doc
}

func findingDocs(findings []planner.Finding) []FindingDoc {
	docs := []FindingDoc{}
	for _, f := range findings {
		docs = append(docs, FindingDoc{f.Kind, string(f.Severity), f.Subject, f.Message})
	}
	return docs
}

func stepDoc(s planner.Step) StepDoc {
	doc := StepDoc{ID: string(s.ID), Action: string(s.Action.Kind()), Place: string(backup.OnNode), Reason: s.Reason, Needs: []string{}}
	for _, n := range s.Needs {
		doc.Needs = append(doc.Needs, string(n))
	}
	if s.HeldBy != "" {
		doc.HeldBy = &s.HeldBy
	}
	fillAction(&doc, s)
	return doc
}

func fillAction(doc *StepDoc, s planner.Step) {
	switch a := s.Action.(type) {
	case planner.Take:
		for _, n := range a.Nodes {
			doc.Nodes = append(doc.Nodes, n.String())
		}
		doc.Set, doc.Backup, doc.Purpose = "step:"+string(s.ID), a.Block, string(a.Purpose)
		doc.Incomplete = len(a.Members) > len(a.Nodes)
	case planner.Remove:
		doc.Node, doc.Set, doc.Backup, doc.Bytes = a.Node.String(), string(a.Set), a.Block, a.Bytes
	case planner.Clean:
		doc.Node, doc.Set = a.Node.String(), string(a.Set)
	case planner.Verify:
		doc.Node, doc.Set = a.Node.String(), string(a.Set)
	case planner.Load:
		fillLoad(doc, a)
	case planner.Proceed:
		doc.Node, doc.Restore = a.Node.String(), string(a.Restore)
	case planner.RunHook:
		fillHook(doc, a)
	case planner.Adopt:
		doc.Node, doc.Name = a.Node.String(), a.Name
	case planner.WriteSchedule:
		doc.Place, doc.Path, doc.Content = "host", a.Path, a.Content
	}
}
