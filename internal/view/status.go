package view

import (
	"fmt"
	"io"

	"github.com/fatih/color"

	"cwb/planner"
)

// Status prints a line for each node, then what is wrong.
func (t Text) Status(s planner.Health) {
	var rows table
	for _, n := range s.Nodes {
		word := t.paint("ok", color.FgGreen)
		if len(n.Problems) > 0 {
			word = t.paint("PROBLEM", color.FgRed)
		}
		rows.add(n.Node.String(), word, restorableFrom(n))
	}
	rows.write(t.W, "")
	for _, f := range s.Findings {
		t.Finding(f)
	}
	fmt.Fprintf(t.W, "\nStatus: %s.\n", verdict(s))
}

func verdict(s planner.Health) string {
	switch {
	case s.OK():
		return "ok"
	case s.Troubled() == 0:
		return "problems, though of no single node"
	}
	return fmt.Sprintf("%s with problems, of %d", count(s.Troubled(), "node"), len(s.Nodes))
}

func restorableFrom(n planner.NodeHealth) string {
	if n.Set == "" {
		return "no good backup of it can be seen"
	}
	return fmt.Sprintf("could be restored from %s, %s old", n.Set, n.AgeText())
}

// StatusDoc is the JSON form of cwb status.
type StatusDoc struct {
	FormatVersion int             `json:"format_version"`
	OK            bool            `json:"ok"`
	Nodes         []NodeStatusDoc `json:"nodes"`
	Findings      []FindingDoc    `json:"findings"`
}

// NodeStatusDoc is one node's. From is where its backup would come from; what there is none
// of is null.
type NodeStatusDoc struct {
	Node       string   `json:"node"`
	Restorable bool     `json:"restorable"`
	From       *string  `json:"from"`
	Set        *string  `json:"set"`
	AgeMS      *int64   `json:"age_ms"`
	Problems   []string `json:"problems"`
}

// StatusJSON writes the status as JSON.
func StatusJSON(w io.Writer, s planner.Health) error {
	doc := StatusDoc{FormatVersion: FormatVersion, OK: s.OK(), Nodes: []NodeStatusDoc{}, Findings: findingDocs(s.Findings)}
	for _, n := range s.Nodes {
		doc.Nodes = append(doc.Nodes, nodeStatusDoc(n))
	}
	return writeJSON(w, doc)
}

func nodeStatusDoc(n planner.NodeHealth) NodeStatusDoc {
	doc := NodeStatusDoc{Node: n.Node.String(), Problems: append([]string{}, n.Problems...)}
	if n.Set == "" {
		return doc
	}
	from, set, age := "node", string(n.Set), n.Age.Milliseconds()
	doc.Restorable, doc.From, doc.Set, doc.AgeMS = true, &from, &set, &age
	return doc
}
