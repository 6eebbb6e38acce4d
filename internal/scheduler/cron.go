package scheduler

import (
	"fmt"
	"strconv"
	"strings"
)

// crontab returns one file with a line for each job.
func crontab(jobs []Job) ([]File, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	text := header(jobs[0].Deployment) + `
SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
MAILTO=root
`
	for _, job := range jobs {
		line, err := entry(job)
		if err != nil {
			return nil, err
		}
		text += fmt.Sprintf("\n# backup %q: %s\n%s\n", job.Block, strings.Join(strings.Fields(job.Expr), " "), line)
	}
	return []File{{Path: "/etc/cron.d/cwb-" + jobs[0].Deployment, Mode: 0o644, Content: text}}, nil
}

// entry returns a job's line.
func entry(job Job) (string, error) {
	if !sameZone(job.Zone.String(), job.MachineZone) {
		return "", fmt.Errorf("%w: backup %q is due by the clock of %q, this machine's cron follows %q; use the scheduler systemd, or one zone", ErrZone, job.Block, job.Zone, job.MachineZone)
	}
	when, err := parse(job.Expr)
	if err != nil {
		return "", err
	}
	var args []string
	for _, arg := range job.argv() {
		if strings.Contains(arg, `\`) {
			return "", fmt.Errorf("%w: backup %q: cron daemons disagree about the backslash in %q", ErrJob, job.Block, arg)
		}
		args = append(args, quoteCron(arg))
	}
	line := fmt.Sprintf("%s %s %s", times(when), job.user(), strings.Join(args, " "))
	if len(line) > maxLine {
		return "", fmt.Errorf("%w: backup %q: its line has %d characters, and cron reads %d", ErrJob, job.Block, len(line), maxLine)
	}
	return line, nil
}

// maxLine is less than MAX_COMMAND of Debian's cron, 1000 bytes, beyond which it ignores the
// whole file.
const maxLine = 990

// times writes the five fields in numbers, which every cron daemon reads alike.
func times(c calendar) string {
	return strings.Join([]string{
		list(c.minute, 0, "-", strconv.Itoa), list(c.hour, allHours, "-", strconv.Itoa),
		list(c.day, allDays, "-", strconv.Itoa), list(c.month, allMonths, "-", strconv.Itoa),
		list(c.weekday, allWeekdays, "-", strconv.Itoa),
	}, " ")
}

// sameZone reports whether two names are of one zone: equal, or both a name of UTC.
func sameZone(a, b string) bool {
	utc := func(name string) bool {
		switch name {
		case "UTC", "Etc/UTC", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal", "GMT", "Etc/GMT":
			return true
		}
		return false
	}
	return a == b || utc(a) && utc(b)
}
