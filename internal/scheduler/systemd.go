package scheduler

import (
	"fmt"
	"strings"
	"time"
)

// units returns a service and a timer for each job.
func units(jobs []Job) ([]File, error) {
	var files []File
	for _, job := range jobs {
		when, err := parse(job.Expr)
		if err != nil {
			return nil, err
		}
		base := "/etc/systemd/system/cwb-" + job.Deployment + "-" + job.Block
		files = append(files,
			File{Path: base + ".service", Mode: 0o644, Content: service(job)},
			File{Path: base + ".timer", Mode: 0o644, Content: timer(job, when)})
	}
	return files, nil
}

// service returns the unit that runs cwb once.
func service(job Job) string {
	var args []string
	for _, arg := range job.argv() {
		args = append(args, quoteUnit(arg))
	}
	return header(job.Deployment) + fmt.Sprintf(`
[Unit]
Description=cwb: backup %q of deployment %q
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=%s
ExecStart=%s
`, job.Block, job.Deployment, job.user(), strings.Join(args, " "))
}

// timer returns the unit that starts the service. Persistent makes up for starts that were
// missed while the machine was off.
func timer(job Job, when calendar) string {
	text := header(job.Deployment) + fmt.Sprintf(`
[Unit]
Description=cwb: schedule of backup %q of deployment %q

[Timer]
# Schedule: %s
`, job.Block, job.Deployment, strings.Join(strings.Fields(job.Expr), " "))
	for _, line := range onCalendar(when, job.Zone) {
		text += "OnCalendar=" + line + "\n"
	}
	if missed := grouped(unserved(when, job.Zone)); len(missed) > 0 {
		text += "# systemd leaves these out when the clock is changed.\n"
		for _, line := range missed {
			text += "OnCalendar=" + line + "\n"
		}
	}
	return text + `AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
`
}

// onCalendar translates a calendar. systemd wants both the weekday and the date to match;
// where cron is content with either, there is a line for each.
func onCalendar(c calendar, zone *time.Location) []string {
	name := zone.String()
	if !c.dayOr {
		return []string{expression(c, name)}
	}
	onDay, onWeekday := c, c
	onDay.weekday, onWeekday.day = allWeekdays, allDays
	return []string{expression(onDay, name), expression(onWeekday, name)}
}

// expression writes a calendar whose days must match in both fields.
func expression(c calendar, zone string) string {
	weekday := ""
	if c.weekday != allWeekdays {
		weekday = list(c.weekday, allWeekdays, "..", weekdayName) + " "
	}
	return fmt.Sprintf("%s*-%s-%s %s:%s:00 %s", weekday,
		list(c.month, allMonths, "..", twoDigits), list(c.day, allDays, "..", twoDigits),
		list(c.hour, allHours, "..", twoDigits), list(c.minute, 0, "..", twoDigits), zone)
}

// twoDigits writes a number as systemd does.
func twoDigits(n int) string { return fmt.Sprintf("%02d", n) }

// weekdayName writes a day of the week as systemd does; 0 is Sunday.
func weekdayName(n int) string { return time.Weekday(n).String()[:3] }

// grouped writes instants as few lines, whatever their years: a line holds all the days on
// which one time falls on the same weekday of the same month, and all the times of those days.
func grouped(instants []time.Time) []string {
	var found []calendar
	for _, t := range instants {
		found = append(found, calendar{
			minute: 1 << uint(t.Minute()), hour: 1 << uint(t.Hour()), day: 1 << uint(t.Day()),
			month: 1 << uint(t.Month()), weekday: 1 << uint(t.Weekday()),
		})
	}
	found = merged(found, func(c *calendar) *uint64 { return &c.day })
	found = merged(found, func(c *calendar) *uint64 { return &c.minute })
	found = merged(found, func(c *calendar) *uint64 { return &c.hour })
	var lines []string
	for _, c := range found {
		lines = append(lines, expression(c, "UTC"))
	}
	return lines
}

// merged unites calendars that differ in one field only, in the order of the first of each.
func merged(calendars []calendar, field func(*calendar) *uint64) []calendar {
	var order []calendar
	sets := map[calendar]uint64{}
	for _, c := range calendars {
		set := *field(&c)
		*field(&c) = 0
		if _, known := sets[c]; !known {
			order = append(order, c)
		}
		sets[c] |= set
	}
	for i, c := range order {
		*field(&order[i]) = sets[c]
	}
	return order
}
