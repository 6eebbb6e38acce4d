package view

import (
	"fmt"
	"strconv"
	"strings"

	"cwb/planner"
)

// hookDetail prints the argument vector, each word in quotes: what stands there is what runs.
func (t Text) hookDetail(a planner.RunHook) {
	words := make([]string, len(a.Command))
	for i, word := range a.Command {
		words[i] = strconv.Quote(word)
	}
	fmt.Fprintf(t.W, "            %-8s  %s (at most %s)\n", "command", Line(strings.Join(words, " ")), duration(a.Timeout))
}

func fillHook(doc *StepDoc, a planner.RunHook) {
	doc.Place, doc.Hook, doc.Phase, doc.Command = "host", a.Hook, string(a.Phase), a.Command
	doc.TimeoutMS, doc.Operation = a.Timeout.Milliseconds(), string(a.Operation)
	doc.Restore, doc.Set = string(a.Restore), string(a.Set)
	for _, n := range a.Nodes {
		doc.Nodes = append(doc.Nodes, n.String())
	}
	if a.Conditional() {
		doc.When = "failure"
	}
}
