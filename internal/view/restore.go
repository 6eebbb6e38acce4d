package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/fatih/color"

	"cwb/internal/backup"
	"cwb/planner"
)

// loadSubject says what a load brings back, from where and whereto.
func loadSubject(a planner.Load) string {
	what := string(a.Set)
	if a.Foreign != "" {
		what = a.Foreign
	}
	text := fmt.Sprintf("%s of %s", what, a.From)
	if a.From != a.Node {
		text += fmt.Sprintf(", onto %s", a.Node)
	}
	if a.As != "" {
		text += fmt.Sprintf(", as %q", a.As)
	}
	return text
}

// loadDetail prints what the operator must know before saying yes.
func (t Text) loadDetail(a planner.Load) {
	for _, line := range []struct{ name, text string }{
		{"replaces", t.tables(a, true)},
		{"creates", t.tables(a, false)},
		{"drops", few(a.Drops)},
		{"how", a.Shown.Method},
		{"notice", a.Shown.Impact},
		{"undo", a.Shown.Undo},
		{"disk", diskText(a.Shown)},
	} {
		if line.text != "" {
			fmt.Fprintf(t.W, "            %-8s  %s\n", line.name, Line(line.text))
		}
	}
}

// tables names the tables that are there, or those that are not, with what is in the backup
// and what is there now.
func (t Text) tables(a planner.Load, exists bool) string {
	var names []string
	for _, table := range a.Shown.Tables {
		if table.Exists == exists {
			names = append(names, tableText(table))
		}
	}
	if len(a.Shown.Tables) == 0 && exists {
		names = a.Replaces
	}
	return few(names)
}

func tableText(t planner.RestoreTable) string {
	var notes []string
	if t.Rows > 0 {
		notes = append(notes, count(int(t.Rows), "row"))
	} else if t.Bytes > 0 {
		notes = append(notes, bytesText(t.Bytes))
	}
	if t.Exists && t.LiveRows >= 0 {
		notes = append(notes, fmt.Sprintf("now about %d", t.LiveRows))
	}
	text := t.Database + "." + t.Name
	if len(notes) > 0 {
		text += " (" + strings.Join(notes, ", ") + ")"
	}
	return text
}

// few names some of many, and says how many there are.
func few(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%d tables: %s, …", len(names), strings.Join(names[:most], ", "))
}

func diskText(s planner.LoadShown) string {
	if s.NeedBytes == 0 {
		return ""
	}
	return fmt.Sprintf("%s needed beside what is there, %s free", bytesText(s.NeedBytes), bytesText(s.FreeBytes))
}

func fillLoad(doc *StepDoc, a planner.Load) {
	doc.Node, doc.Restore, doc.From = a.Node.String(), string(a.ID), a.From.String()
	doc.Set, doc.Name, doc.As = string(a.Set), a.Foreign, a.As
	doc.Replaces, doc.Creates, doc.Drops = a.Replaces, a.Creates, a.Drops
	doc.Method, doc.Impact, doc.Undo = a.Shown.Method, a.Shown.Impact, a.Shown.Undo
	doc.NeedBytes, doc.FreeBytes = a.Shown.NeedBytes, a.Shown.FreeBytes
}

// restores prints the restores that an operator may still have to do something about.
func (t Text) restores(l Listing) {
	for _, n := range l.State.Nodes {
		for _, r := range n.Restores {
			switch {
			case !l.shows(n.Node) || r.Closed():
			case r.Unfinished():
				fmt.Fprintf(t.W, "%s %s: %s\n", t.paint("!", color.FgRed), n.Node, Line(planner.RestoreText(r)))
			default:
				fmt.Fprintf(t.W, "%s  restored onto %s; what it replaced is kept until: cwb restore --confirm %s\n", sourceOf(r), n.Node, r.ID)
			}
		}
	}
}

func sourceOf(r backup.Restore) string {
	if r.Foreign != "" {
		return Line(r.Foreign)
	}
	return string(r.Set)
}

// RestoreDoc is the JSON form of a restore that a node knows of.
type RestoreDoc struct {
	Restore  string     `json:"restore"`
	Node     string     `json:"node"`
	From     string     `json:"from"`
	Set      string     `json:"set,omitempty"`
	Name     string     `json:"name,omitempty"` // of a foreign backup
	Safety   string     `json:"safety,omitempty"`
	Status   string     `json:"status"` // "unfinished", "done", "undone", "confirmed"
	Phase    string     `json:"phase"`  // begun last
	Ended    bool       `json:"ended"`
	Changed  bool       `json:"changed"` // what is served may have changed
	Began    *time.Time `json:"began"`
	Finished *time.Time `json:"finished"`
}

func restoreDoc(n backup.NodeAddr, r backup.Restore) RestoreDoc {
	return RestoreDoc{
		Restore: string(r.ID), Node: n.String(), From: r.From.String(), Set: string(r.Set), Name: r.Foreign,
		Safety: string(r.Safety), Status: restoreStatus(r), Phase: string(r.Phase), Ended: r.Ended, Changed: r.Changed,
		Began: timeOf(r.Began), Finished: timeOf(r.Finished),
	}
}

func restoreStatus(r backup.Restore) string {
	switch {
	case r.Unfinished():
		return "unfinished"
	case r.Undone():
		return "undone"
	case r.Confirmed():
		return "confirmed"
	}
	return "done"
}

// Unfinished prints a restore that did not end.
func (c *CheckText) Unfinished(n backup.NodeAddr, r backup.Restore) {
	c.unfinished++
	fmt.Fprintf(c.Out.W, "%s  %s: %s\n", n, c.Out.paint("UNFINISHED RESTORE", color.FgRed), Line(planner.RestoreText(r)))
}

// Unfinished writes a restore that did not end.
func (c *CheckStream) Unfinished(n backup.NodeAddr, r backup.Restore) {
	c.bad++
	c.stream.put(EventDoc{Type: "step_failed", Step: "restore-" + n.String() + "-" + string(r.ID), Action: string(r.Phase),
		Node: n.String(), Error: planner.RestoreText(r)})
}
