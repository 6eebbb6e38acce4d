package view

import (
	"fmt"
	"io"
	"time"
)

// Due is when a backup block is due.
type Due struct {
	Backup     string
	Expression string // empty: only cwb backup takes it
	Zone       *time.Location
	Last       time.Time // zero when there was none
	Next       []time.Time
}

// Schedule prints the due times.
func (t Text) Schedule(zone, scheduler string, entries []Due) {
	fmt.Fprintf(t.W, "Time zone %s, scheduler %q.\n", Line(zone), scheduler)
	for _, e := range entries {
		if e.Expression == "" {
			fmt.Fprintf(t.W, "\n%s: no schedule; taken by cwb backup only\n", Line(e.Backup))
			continue
		}
		fmt.Fprintf(t.W, "\n%s: %s\n", Line(e.Backup), Line(e.Expression))
		var rows table
		rows.add("last due", both(e.Last, e.Zone))
		for _, next := range e.Next {
			rows.add("next due", both(next, e.Zone))
		}
		rows.write(t.W, "    ")
	}
}

func both(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "never"
	}
	return t.In(zone).Format("Mon 2006-01-02 15:04 MST") + " (" + utc(t) + ")"
}

// ScheduleDoc is the JSON form of cwb schedule.
type ScheduleDoc struct {
	FormatVersion int      `json:"format_version"`
	Timezone      string   `json:"timezone"`
	Scheduler     string   `json:"scheduler"`
	Backups       []DueDoc `json:"backups"`
}

// DueDoc is the JSON form of one block's due times.
type DueDoc struct {
	Backup   string      `json:"backup"`
	Schedule string      `json:"schedule"`
	Last     *time.Time  `json:"last"`
	Next     []time.Time `json:"next"`
}

// ScheduleJSON writes the due times as one JSON object.
func ScheduleJSON(w io.Writer, zone, scheduler string, entries []Due) error {
	doc := ScheduleDoc{FormatVersion: FormatVersion, Timezone: zone, Scheduler: scheduler, Backups: []DueDoc{}}
	for _, e := range entries {
		d := DueDoc{Backup: e.Backup, Schedule: e.Expression, Last: timeOf(e.Last), Next: []time.Time{}}
		for _, next := range e.Next {
			d.Next = append(d.Next, next.UTC())
		}
		doc.Backups = append(doc.Backups, d)
	}
	return writeJSON(w, doc)
}
