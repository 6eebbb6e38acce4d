package scheduler

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestFiles_translates_the_expression(t *testing.T) {
	cases := []struct {
		expr, zone, cron string
		systemd          []string
	}{
		{"0 0 * * *", "Europe/London", "0 0 * * *", []string{"*-*-* 00:00:00 Europe/London"}},
		{"@daily", "UTC", "0 0 * * *", []string{"*-*-* 00:00:00 UTC"}},
		{"@hourly", "UTC", "0 * * * *", []string{"*-*-* *:00:00 UTC"}},
		{"@weekly", "UTC", "0 0 * * 0", []string{"Sun *-*-* 00:00:00 UTC"}},
		{"@monthly", "UTC", "0 0 1 * *", []string{"*-*-01 00:00:00 UTC"}},
		{"*/15 */6 * * *", "UTC", "0,15,30,45 0,6,12,18 * * *", []string{"*-*-* 00,06,12,18:00,15,30,45:00 UTC"}},
		{"5 22-2 * * *", "UTC", "5 0-2,22,23 * * *", []string{"*-*-* 00..02,22,23:05:00 UTC"}},
		{"0 4 * jan-mar,dec mon-fri", "UTC", "0 4 * 1-3,12 1-5", []string{"Mon..Fri *-01..03,12-* 04:00:00 UTC"}},
		{"0 4 * * 6,7", "UTC", "0 4 * * 0,6", []string{"Sun,Sat *-*-* 04:00:00 UTC"}},
		{"0 0 13 * 5", "UTC", "0 0 13 * 5", []string{"*-*-13 00:00:00 UTC", "Fri *-*-* 00:00:00 UTC"}},
		{"0 0 1-31 * 5", "UTC", "0 0 * * *", []string{"*-*-* 00:00:00 UTC"}},
		{"0 0 1 * 0-6", "UTC", "0 0 * * *", []string{"*-*-* 00:00:00 UTC"}},
		{"30 2 * * *", "America/New_York", "30 2 * * *",
			[]string{"*-*-* 02:30:00 America/New_York", "Sun *-03-08..14 07:00:00 UTC"}},
		{"30 2,3 * * *", "America/New_York", "30 2,3 * * *",
			[]string{"*-*-* 02,03:30:00 America/New_York", "Sun *-03-08..14 07:00:00 UTC"}},
		{"0,30 2,3 * * *", "America/New_York", "0,30 2,3 * * *", []string{"*-*-* 02,03:00,30:00 America/New_York"}},
		{"30 2 * * mon-fri", "America/New_York", "30 2 * * 1-5", []string{"Mon..Fri *-*-* 02:30:00 America/New_York"}},
		{"30 2 9 * *", "America/New_York", "30 2 9 * *",
			[]string{"*-*-09 02:30:00 America/New_York", "Sun *-03-09 07:00:00 UTC"}},
		{"30 2 1 * *", "America/New_York", "30 2 1 * *", []string{"*-*-01 02:30:00 America/New_York"}},
		{"30 1 * * *", "America/New_York", "30 1 * * *", []string{"*-*-* 01:30:00 America/New_York"}},
		{"30 * * * *", "America/New_York", "30 * * * *",
			[]string{"*-*-* *:30:00 America/New_York", "Sun *-11-01..07 06:30:00 UTC"}},
		{"15 2 * * *", "Australia/Lord_Howe", "15 2 * * *",
			[]string{"*-*-* 02:15:00 Australia/Lord_Howe", "Sat *-10-01..06 15:30:00 UTC", "Sat *-09-30 15:30:00 UTC"}},
		{"30 1 * * *", "Europe/Dublin", "30 1 * * *",
			[]string{"*-*-* 01:30:00 Europe/Dublin", "Sun *-03-25..31 01:00:00 UTC"}},
		{"30 1,2,20 * * *", "Europe/Dublin", "30 1,2,20 * * *",
			[]string{"*-*-* 01,02,20:30:00 Europe/Dublin", "Sun *-03-25..31 01:00,30:00 UTC", "Sun *-03-25..31 19:30:00 UTC"}},
		{"30 * * * *", "Europe/Dublin", "30 * * * *",
			[]string{"*-*-* *:30:00 Europe/Dublin", "Sun *-03-25..31 01..22:30:00 UTC", "Sun *-10-25..31 01:30:00 UTC"}},
		{"0 0 * * *", "Pacific/Kiritimati", "0 0 * * *", []string{"*-*-* 00:00:00 Pacific/Kiritimati"}},
	}
	for _, c := range cases {
		job := changed(t, func(j *Job) { j.Expr, j.Zone, j.MachineZone = c.expr, zone(t, c.zone), c.zone })
		if got := calendarLines(t, job); !slices.Equal(sorted(got), sorted(c.systemd)) {
			t.Errorf("%q in %s\n got %q\nwant %q", c.expr, c.zone, got, c.systemd)
		}
		files, err := Files(Cron, []Job{job})
		if err != nil || !strings.Contains(files[0].Content, "\n"+c.cron+" root ") {
			t.Errorf("%q: %v; want a line with %q", c.expr, err, c.cron)
		}
	}
}

func TestFiles_cron_wants_the_zone_of_the_machine(t *testing.T) {
	for _, c := range []struct {
		policy, machine string
		ok              bool
	}{
		{"Europe/London", "Europe/London", true},
		{"Europe/London", "Europe/Berlin", false},
		{"Europe/London", "UTC", false},
		{"Europe/London", "", false},
		{"UTC", "Etc/UTC", true},
		{"Etc/UTC", "UTC", true},
	} {
		job := changed(t, func(j *Job) { j.Zone, j.MachineZone = zone(t, c.policy), c.machine })
		files, err := Files(Cron, []Job{job})
		if c.ok != (err == nil) || !c.ok && !errors.Is(err, ErrZone) || c.ok != (len(files) == 1) {
			t.Errorf("policy %q, machine %q: %d files, %v", c.policy, c.machine, len(files), err)
		}
		if _, err := Files(Systemd, []Job{job}); err != nil {
			t.Errorf("systemd, policy %q, machine %q: %v", c.policy, c.machine, err)
		}
	}
}

// calendarLines returns the values of OnCalendar in the job's timer.
func calendarLines(t *testing.T, job Job) []string {
	t.Helper()
	files, err := Files(Systemd, []Job{job})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(files[1].Content) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "OnCalendar="); ok {
			found = append(found, value)
		}
	}
	return found
}

func sorted(lines []string) []string { return slices.Sorted(slices.Values(lines)) }
