package view

import (
	"fmt"
	"io"

	"github.com/fatih/color"

	"cwb/internal/backup"
	"cwb/planner"
)

// CheckReport is told what verify finds.
type CheckReport interface {
	Progress(n backup.NodeAddr) func(done, total int64)
	Checked(n backup.NodeAddr, set backup.SetID, c backup.Check, err error)
	Unreachable(n backup.NodeAddr, why string)
	Unreadable(n backup.NodeAddr, u planner.Unreadable)
	Unfinished(n backup.NodeAddr, r backup.Restore)
	Bad() bool
	End()
}

// CheckText reports to people.
type CheckText struct {
	Out   Text
	Meter Meter

	good, bad  int
	damaged    int // of the bad ones
	unfinished int // restores
}

// Progress shows how much of a backup was read.
func (c *CheckText) Progress(n backup.NodeAddr) func(done, total int64) {
	return func(done, total int64) { c.Meter.Show(n, done, total) }
}

// Checked prints one backup's line, and a line for each problem.
func (c *CheckText) Checked(n backup.NodeAddr, set backup.SetID, check backup.Check, err error) {
	c.Meter.Finish()
	problems := check.Problems
	if err != nil {
		problems = append(problems, err.Error())
	}
	if len(problems) == 0 && check.Good {
		c.good++
		fmt.Fprintf(c.Out.W, "%s  %s  %s, %s read\n", set, n, c.Out.paint("good", color.FgGreen), bytesText(check.Bytes))
		return
	}
	c.bad++
	c.damaged++
	fmt.Fprintf(c.Out.W, "%s  %s  %s\n", set, n, c.Out.paint("DAMAGED", color.FgRed))
	for _, p := range problems {
		fmt.Fprintf(c.Out.W, "    %s\n", Line(p))
	}
}

// Unreachable prints a place that could not be read.
func (c *CheckText) Unreachable(n backup.NodeAddr, why string) {
	c.bad++
	fmt.Fprintf(c.Out.W, "%s could not be read: %s\n", n, Line(why))
}

// Unreadable prints a record that could not be read: what it is of cannot be compared.
func (c *CheckText) Unreadable(n backup.NodeAddr, u planner.Unreadable) {
	c.bad++
	fmt.Fprintf(c.Out.W, "%s/%s  %s\n    %s\n", n, Line(u.Path), c.Out.paint("UNREADABLE", color.FgRed), Line(u.Error))
}

// Bad reports whether anything was wrong.
func (c *CheckText) Bad() bool { return c.bad+c.unfinished > 0 }

// End prints the count.
func (c *CheckText) End() {
	fmt.Fprintf(c.Out.W, "Verified: %d good, %d with problems.\n", c.good, c.bad)
	if c.damaged > 0 {
		fmt.Fprintln(c.Out.W, "A backup that is recorded as damaged counts for nothing, and is not restored: cwb plan says what is to be done.")
	}
}

// CheckStream reports as JSON, one object a line.
type CheckStream struct {
	stream    *Stream
	good, bad int
}

// NewCheckStream begins a stream.
func NewCheckStream(w io.Writer, version string) *CheckStream {
	return &CheckStream{stream: NewStream(w, version)}
}

// Progress says nothing: programs wait.
func (c *CheckStream) Progress(backup.NodeAddr) func(done, total int64) { return nil }

// Checked writes one backup's line.
func (c *CheckStream) Checked(n backup.NodeAddr, set backup.SetID, check backup.Check, err error) {
	doc := EventDoc{Type: "step_done", Step: stepName(n, set), Action: "verify", Node: n.String(), Set: string(set)}
	doc.DoneBytes = &check.Bytes
	doc.Problems = check.Problems
	if err != nil {
		doc.Problems = append(doc.Problems, err.Error())
	}
	c.good++
	if len(doc.Problems) > 0 || !check.Good {
		c.good--
		c.bad++
		doc.Type, doc.Error = "step_failed", "it is not what was backed up"
	}
	c.stream.put(doc)
}

func stepName(n backup.NodeAddr, set backup.SetID) string {
	return fmt.Sprintf("verify-%s-%s", n, set)
}

// Unreachable writes a place that could not be read.
func (c *CheckStream) Unreachable(n backup.NodeAddr, why string) {
	c.bad++
	c.stream.put(EventDoc{Type: "step_failed", Step: "verify-" + n.String(), Action: "verify", Node: n.String(), Error: why})
}

// Unreadable writes a record that could not be read.
func (c *CheckStream) Unreadable(n backup.NodeAddr, u planner.Unreadable) {
	c.bad++
	c.stream.put(EventDoc{Type: "step_failed", Step: stepName(n, u.Set()), Action: "verify", Node: n.String(), Set: string(u.Set()),
		Error: u.Path + " cannot be read: " + u.Error})
}

// Bad reports whether anything was wrong.
func (c *CheckStream) Bad() bool { return c.bad > 0 }

// End writes the summary.
func (c *CheckStream) End() {
	code, zero := 0, 0
	if c.bad > 0 {
		code = 7
	}
	c.stream.put(EventDoc{Type: "summary", Done: &c.good, Failed: &c.bad, Held: &zero, Skipped: &zero, ExitCode: &code})
}
