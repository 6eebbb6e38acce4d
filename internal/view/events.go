package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fatih/color"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

// Human prints what happens as text: results to Out, progress to a [Meter]. It implements
// [executor.Events].
type Human struct {
	Out   Text
	Meter Meter
}

// Meter shows how far things are. Finish ends what is shown, before a line is printed.
type Meter interface {
	Show(node backup.NodeAddr, done, total int64)
	Finish()
}

// Emit prints one event.
func (h *Human) Emit(e executor.Event) {
	if p, ok := e.(executor.StepProgress); ok {
		h.Meter.Show(p.Node, p.Done, p.Total)
		return
	}
	h.Meter.Finish()
	switch e := e.(type) {
	case executor.StepStart:
		fmt.Fprintf(h.Out.W, "%s %s …\n", verbOf(e.Step.Action), Line(Subject(e.Step.Action)))
	case executor.StepDone:
		h.done(e.Result)
	case executor.StepFailed:
		h.failed(e.Result)
	case executor.StepHeld:
		h.line("held back", color.FgYellow, e.Result)
	case executor.StepSkipped:
		h.line("skipped", color.FgYellow, e.Result)
	case executor.Summary:
		fmt.Fprintf(h.Out.W, "\n%s\n", ResultLine(e.Result))
	}
}

func verbOf(a planner.Action) string { return kinds[min(rank(a.Kind()), len(kinds)-1)].verb }

func (h *Human) done(r executor.StepResult) {
	text := h.Out.paint("done", color.FgGreen) + " in " + duration(r.Ended.Sub(r.Began))
	if r.Set != "" {
		text += ": set " + string(r.Set)
		if spread, several := spreadOf(r.Members); several {
			text += ", captured within " + duration(spread)
		}
	}
	fmt.Fprintf(h.Out.W, "  %s\n", text)
	h.members(r.Members)
}

// members prints what a take made on each node.
func (h *Human) members(members []executor.MemberResult) {
	var t table
	for _, m := range members {
		if m.Record == nil {
			t.add(m.Node.String(), h.Out.paint("failed", color.FgRed)+": "+Line(whyNot(m)))
			continue
		}
		t.add(m.Node.String(), "good: "+totals(m.Record.Totals))
	}
	t.write(h.Out.W, "    ")
}

// whyNot says why a member has no record; one without an error of its own was given up
// with the others.
func whyNot(m executor.MemberResult) string {
	if m.Err == nil {
		return "given up, as others failed"
	}
	return m.Err.Error()
}

func totals(t backup.Totals) string {
	parts := []string{count(int(t.Tables), "table")}
	if t.Rows > 0 {
		parts = append(parts, count(int(t.Rows), "row"))
	}
	return strings.Join(append(parts, bytesText(t.Bytes)), ", ")
}

func (h *Human) failed(r executor.StepResult) {
	word := "failed"
	if r.Set != "" && good(r.Members) > 0 {
		word = fmt.Sprintf("done in part: set %s is incomplete", r.Set)
	}
	if len(r.Members) == 0 {
		fmt.Fprintf(h.Out.W, "  %s: %s\n", h.Out.paint(word, color.FgRed), Line(fmt.Sprint(r.Err)))
		return
	}
	fmt.Fprintf(h.Out.W, "  %s\n", h.Out.paint(word, color.FgRed))
	h.members(r.Members)
	if named(r.Members) == 0 {
		fmt.Fprintf(h.Out.W, "    %s\n", Line(fmt.Sprint(r.Err)))
	}
}

// named counts the members whose own error says what went wrong.
func named(members []executor.MemberResult) int {
	n := 0
	for _, m := range members {
		if m.Err != nil {
			n++
		}
	}
	return n
}

func good(members []executor.MemberResult) int {
	n := 0
	for _, m := range members {
		if m.Record != nil {
			n++
		}
	}
	return n
}

func (h *Human) line(word string, attribute color.Attribute, r executor.StepResult) {
	fmt.Fprintf(h.Out.W, "%s %s\n  %s: %s\n", verbOf(r.Step.Action), Line(Subject(r.Step.Action)), h.Out.paint(word, attribute), Line(fmt.Sprint(r.Err)))
}

// ResultLine is the last line of a run: "Done: 2 done, 1 held."
func ResultLine(r executor.Result) string {
	var parts []string
	for _, o := range []executor.Outcome{executor.Done, executor.Failed, executor.Held, executor.Skipped} {
		if n := r.Count(o); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	if len(parts) == 0 {
		return "Nothing was to be done."
	}
	text := "Steps: " + strings.Join(parts, ", ") + "."
	if r.Stopped {
		text += " Interrupted; run cwb plan: it tells what is left."
	} else if r.Count(executor.Failed)+r.Count(executor.Skipped) > 0 {
		text += " Mend what failed, then run cwb plan again: it tells what is left."
	}
	return text
}

// spreadOf is the time between the first and the last capture, and whether there are several.
func spreadOf(members []executor.MemberResult) (time.Duration, bool) {
	var first, last time.Time
	n := 0
	for _, m := range members {
		if m.Record == nil {
			continue
		}
		n++
		if at := m.Record.Captured; first.IsZero() || at.Before(first) {
			first = at
		}
		if at := m.Record.Captured; at.After(last) {
			last = at
		}
	}
	return last.Sub(first), n > 1
}

// duration is a time span for people.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// Ticker is a [Meter] for logs: a line for a node at most every Every.
type Ticker struct {
	W     io.Writer
	Now   func() time.Time
	Every time.Duration

	last map[backup.NodeAddr]time.Time
}

// Show prints a line when one is due. The first is due after Every, so that short work
// stays quiet.
func (t *Ticker) Show(node backup.NodeAddr, done, total int64) {
	if t.last == nil {
		t.last = map[backup.NodeAddr]time.Time{}
	}
	now := t.Now()
	last, seen := t.last[node]
	if !seen {
		t.last[node] = now
		return
	}
	if now.Sub(last) < t.Every {
		return
	}
	t.last[node] = now
	if total > 0 {
		fmt.Fprintf(t.W, "cwb: %s: %s of %s (%d %%)\n", node, bytesText(done), bytesText(total), done*100/total)
		return
	}
	fmt.Fprintf(t.W, "cwb: %s: %s so far\n", node, bytesText(done))
}

// Finish forgets what was shown.
func (t *Ticker) Finish() { t.last = nil }
