package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/fatih/color"

	"cwb/internal/backup"
	"cwb/planner"
)

// Listing is what cwb list shows.
type Listing struct {
	Sets   []planner.Set // newest first
	State  planner.State
	Nodes  map[backup.NodeAddr]bool // only these; nil means all
	Tables bool                     // name the tables of foreign backups
}

// List prints the sets, then what is left over on each node, then foreign backups.
func (t Text) List(l Listing) {
	t.unreachable(l)
	t.sets(l)
	t.leftovers(l)
	t.restores(l)
	t.foreign(l)
}

func (l Listing) shows(n backup.NodeAddr) bool { return l.Nodes == nil || l.Nodes[n] }

func (t Text) unreachable(l Listing) {
	for _, n := range l.State.Nodes {
		if n.Error != "" && l.shows(n.Node) {
			fmt.Fprintf(t.W, "%s %s could not be read: %s\n\n", t.paint("!", color.FgRed), n.Node, Line(n.Error))
		}
	}
}

func (t Text) sets(l Listing) {
	if len(l.Sets) == 0 {
		fmt.Fprintln(t.W, "No sets.")
	}
	for _, s := range l.Sets {
		fmt.Fprintf(t.W, "%s  %s  %s%s\n", s.ID, Line(s.Block), t.setStatus(s), setNotes(s))
		var rows table
		for _, p := range s.Parts {
			if l.shows(p.Node) {
				rows.add(p.Node.String(), t.status(p.Backup), partTotals(*p.Backup), captured(*p.Backup), why(*p.Backup))
			}
		}
		for _, m := range s.Missing {
			if _, present := partOf(s, m); !present && l.shows(m) {
				rows.add(m.String(), t.paint(l.absence(s, m), color.FgRed), "", "", "")
			}
		}
		rows.write(t.W, "    ")
	}
}

// absence says whether a member's backup is known not to be there.
func (l Listing) absence(s planner.Set, n backup.NodeAddr) string {
	switch {
	case slices.Contains(s.Unknown, n):
		return "unknown"
	case l.unreadable(s.ID, n):
		return "unreadable"
	}
	return "missing"
}

func (l Listing) unreadable(set backup.SetID, node backup.NodeAddr) bool {
	for _, n := range l.State.Nodes {
		if n.Node == node {
			return slices.ContainsFunc(n.Unreadable, func(u planner.Unreadable) bool { return u.Set() == set })
		}
	}
	return false
}

func captured(b planner.Backup) string {
	if b.Captured.IsZero() {
		return ""
	}
	return "captured " + utc(b.Captured)
}

func partOf(s planner.Set, n backup.NodeAddr) (planner.Part, bool) {
	for _, p := range s.Parts {
		if p.Node == n {
			return p, true
		}
	}
	return planner.Part{}, false
}

func (t Text) setStatus(s planner.Set) string {
	switch s.Status {
	case planner.SetComplete:
		return t.paint("complete", color.FgGreen)
	case planner.SetRunning:
		return t.paint("running", color.FgCyan)
	}
	return t.paint("incomplete", color.FgRed)
}

// setNotes are the remarks behind a set's line.
func setNotes(s planner.Set) string {
	var notes []string
	if s.Purpose != backup.ForPolicy {
		notes = append(notes, string(s.Purpose))
	}
	if s.Origin == backup.Adopted {
		notes = append(notes, "adopted")
	}
	if s.Held != nil {
		notes = append(notes, held(s.Held))
	}
	if s.Shrunken {
		notes = append(notes, "shrunken")
	}
	if s.Future {
		notes = append(notes, "dated in the future")
	}
	if len(s.Parts) > 1 {
		notes = append(notes, "captured within "+duration(s.Spread))
	}
	if len(notes) == 0 {
		return ""
	}
	return "  (" + strings.Join(notes, "; ") + ")"
}

func held(h *backup.Hold) string {
	if h.Reason == "" {
		return "held by " + Line(h.By)
	}
	return "held: " + Line(h.Reason)
}

func (t Text) status(b *planner.Backup) string {
	attribute := color.FgRed
	if b.Status == planner.Good {
		attribute = color.FgGreen
	}
	return t.paint(string(b.Status), attribute)
}

func partTotals(b planner.Backup) string {
	if b.Totals == (backup.Totals{}) {
		return ""
	}
	return totals(b.Totals)
}

func why(b planner.Backup) string { return Line(b.Why) }

// leftovers prints what has no place in a set: debris, running takes, unreadable records.
func (t Text) leftovers(l Listing) {
	for _, n := range l.State.Nodes {
		if !l.shows(n.Node) {
			continue
		}
		for _, b := range n.Backups {
			if b.Status == planner.Debris || b.Status == planner.Running {
				fmt.Fprintf(t.W, "%s  on %s: %s: %s\n", b.Set, n.Node, t.status(&b), why(b))
			}
		}
		for _, u := range n.Unreadable {
			fmt.Fprintf(t.W, "%s %s: %s cannot be read, so nothing there is removed: %s\n", t.paint("!", color.FgRed), n.Node, Line(u.Path), Line(u.Error))
		}
	}
}

func (t Text) foreign(l Listing) {
	var rows table
	usable := false
	for _, n := range l.State.Nodes {
		if !l.shows(n.Node) {
			continue
		}
		for _, f := range n.Foreign {
			usable = usable || f.Restorable
			rows.add(Line(f.Node.String()+"/"+f.Name), Line(string(f.Kind)), foreignTime(f), bytesText(f.Bytes), tableNames(f, l.Tables), restorable(f))
		}
	}
	if len(rows.rows) == 0 {
		return
	}
	fmt.Fprintln(t.W, "\nForeign backups (not made by cwb, never removed by it):")
	rows.write(t.W, "    ")
	if usable {
		fmt.Fprintln(t.W, "    To restore one: cwb restore NODE/NAME (by hand: see the README).")
	}
}

func foreignTime(f backup.Foreign) string {
	if f.Time.IsZero() {
		return "at an unknown time"
	}
	return utc(f.Time)
}

func restorable(f backup.Foreign) string {
	text := "restorable"
	if !f.Restorable {
		text = "not restorable: " + Line(f.Reason)
	}
	if !f.Expires.IsZero() {
		text += "; Cassandra removes it at " + utc(f.Expires)
	}
	return text
}

// tableNames names what a foreign backup holds, shortened unless all are asked for.
func tableNames(f backup.Foreign, all bool) string {
	names := make([]string, 0, len(f.Tables))
	for _, ref := range f.Tables {
		names = append(names, Line(refName(ref)))
	}
	const few = 3
	if !all && len(names) > few+1 {
		names = append(names[:few], fmt.Sprintf("and %d more", len(f.Tables)-few))
	}
	return strings.Join(names, ", ")
}

func refName(r backup.ForeignRef) string {
	if r.Database == "" {
		return r.Table
	}
	return r.Database + "." + r.Table
}

// ListDoc is the JSON form of cwb list.
type ListDoc struct {
	FormatVersion int              `json:"format_version"`
	Sets          []SetDoc         `json:"sets"`
	Foreign       []ForeignDoc     `json:"foreign"`
	Restores      []RestoreDoc     `json:"restores"`
	Unreachable   []UnreachableDoc `json:"unreachable"`
	Unreadable    []UnreadableDoc  `json:"unreadable"`
}

// SetDoc is the JSON form of a set.
type SetDoc struct {
	ID       string      `json:"id"`
	Backup   string      `json:"backup"`
	Members  []string    `json:"members"` // it was planned for; those without a backup below are missing
	Purpose  string      `json:"purpose"`
	Status   string      `json:"status"`
	SpreadMS int64       `json:"spread_ms"`
	Backups  []BackupDoc `json:"backups"`
	Held     bool        `json:"held"`
	Shrunken bool        `json:"shrunken"`
}

// BackupDoc is the JSON form of one node's backup.
type BackupDoc struct {
	Node       string     `json:"node"`
	Status     string     `json:"status"`
	Reason     string     `json:"reason,omitempty"`
	Bytes      int64      `json:"bytes"`
	Rows       int64      `json:"rows"`
	Tables     int64      `json:"tables"`
	Began      *time.Time `json:"began"`
	Captured   *time.Time `json:"captured"`
	Finished   *time.Time `json:"finished"`
	VerifiedAt *time.Time `json:"verified_at"`
	Copies     []struct{} `json:"copies"`

	Consistency string            `json:"consistency,omitempty"`
	WaitedMS    int64             `json:"waited_ms,omitempty"` // the longest that others could have been made to wait for the take
	Position    map[string]string `json:"position,omitempty"`
}

// ForeignDoc is the JSON form of a foreign backup.
type ForeignDoc struct {
	Node       string     `json:"node"`
	Name       string     `json:"name"`
	Kind       string     `json:"kind"`
	Tables     []string   `json:"tables"`
	Bytes      int64      `json:"bytes"`
	Time       *time.Time `json:"time"`
	Expires    *time.Time `json:"expires"` // when what made it removes it by itself
	Restorable bool       `json:"restorable"`
	Reason     string     `json:"reason"`
}

// UnreachableDoc is a place that could not be read.
type UnreachableDoc struct {
	Place string `json:"place"`
	Error string `json:"error"`
}

// UnreadableDoc is a record that could not be read; its backup may be there and whole.
type UnreadableDoc struct {
	Node  string `json:"node"`
	Set   string `json:"set,omitempty"`
	Path  string `json:"path"` // below the node's snapshot_path
	Error string `json:"error"`
}

// ListJSON writes the list as one JSON object.
func ListJSON(w io.Writer, l Listing) error {
	doc := ListDoc{FormatVersion: FormatVersion, Sets: []SetDoc{}, Foreign: []ForeignDoc{}, Restores: []RestoreDoc{}, Unreachable: []UnreachableDoc{}, Unreadable: []UnreadableDoc{}}
	for _, s := range l.Sets {
		doc.Sets = append(doc.Sets, l.setDoc(s))
	}
	for _, n := range l.State.Nodes {
		if !l.shows(n.Node) {
			continue
		}
		if n.Error != "" {
			doc.Unreachable = append(doc.Unreachable, UnreachableDoc{n.Node.String(), n.Error})
		}
		for _, u := range n.Unreadable {
			doc.Unreadable = append(doc.Unreadable, UnreadableDoc{n.Node.String(), string(u.Set()), u.Path, u.Error})
		}
		for _, f := range n.Foreign {
			doc.Foreign = append(doc.Foreign, foreignDoc(f))
		}
		for _, r := range n.Restores {
			doc.Restores = append(doc.Restores, restoreDoc(n.Node, r))
		}
	}
	return writeJSON(w, doc)
}

func (l Listing) setDoc(s planner.Set) SetDoc {
	doc := SetDoc{
		ID: string(s.ID), Backup: s.Block, Members: []string{}, Purpose: string(s.Purpose), Status: string(s.Status),
		SpreadMS: s.Spread.Milliseconds(), Backups: []BackupDoc{}, Held: s.Held != nil, Shrunken: s.Shrunken,
	}
	for _, m := range s.Members {
		doc.Members = append(doc.Members, m.String())
	}
	for _, p := range s.Parts {
		if l.shows(p.Node) {
			doc.Backups = append(doc.Backups, backupDoc(p))
		}
	}
	for _, n := range s.Unknown {
		if _, present := partOf(s, n); !present && l.shows(n) {
			doc.Backups = append(doc.Backups, BackupDoc{Node: n.String(), Status: "unknown", Copies: []struct{}{}})
		}
	}
	return doc
}

func backupDoc(p planner.Part) BackupDoc {
	b := p.Backup
	status := string(b.Status)
	if b.Origin == backup.Adopted && b.Status == planner.Good {
		status = string(backup.Adopted)
	}
	return BackupDoc{
		Node: p.Node.String(), Status: status, Reason: b.Why,
		Bytes: b.Totals.Bytes, Rows: b.Totals.Rows, Tables: b.Totals.Tables,
		Began: timeOf(b.Began), Captured: timeOf(b.Captured), Finished: timeOf(b.Finished), VerifiedAt: timeOf(b.VerifiedAt),
		Copies: []struct{}{}, Consistency: b.Consistency, WaitedMS: b.WaitedMS, Position: b.Position,
	}
}

func foreignDoc(f backup.Foreign) ForeignDoc {
	doc := ForeignDoc{
		Node: f.Node.String(), Name: f.Name, Kind: string(f.Kind), Tables: []string{}, Bytes: f.Bytes,
		Time: timeOf(f.Time), Expires: timeOf(f.Expires), Restorable: f.Restorable, Reason: f.Reason,
	}
	for _, ref := range f.Tables {
		doc.Tables = append(doc.Tables, refName(ref))
	}
	return doc
}

// timeOf is nil for a time that is not known.
func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
