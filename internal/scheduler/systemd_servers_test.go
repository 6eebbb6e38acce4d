//go:build servers

package scheduler

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cwb/internal/schedule"
)

// analyze runs systemd-analyze in UTC, after installing it where it is missing.
func analyze(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		script := "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends systemd"
		if out, err := exec.Command("/bin/sh", "-c", script).CombinedOutput(); err != nil {
			t.Fatalf("install systemd: %v\n%s", err, out)
		}
	}
	cmd := exec.Command("systemd-analyze", args...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C", "SYSTEMD_LOG_LEVEL=debug", "SYSTEMD_LOG_TARGET=console", "SYSTEMD_LOG_LOCATION=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("systemd-analyze %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// systemd accepts the units without a complaint, and reads from them the arguments that were
// written. Its own spelling of an argument is that of a C string.
func TestServers_systemd_reads_the_units(t *testing.T) {
	job := changed(t, func(j *Job) { j.Expr, j.PolicyPath = "30 1 13 * fri", `/srv/100% $HOME "it's" \n;` })
	files, err := Files(Systemd, []Job{job})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, file := range files {
		name := filepath.Join(dir, filepath.Base(file.Path))
		if err := os.WriteFile(name, []byte(file.Content), file.Mode); err != nil {
			t.Fatal(err)
		}
		out := analyze(t, "verify", name)
		for line := range strings.Lines(out) {
			if strings.Contains(line, name+":") || strings.Contains(line, "Failed to") && strings.Contains(line, filepath.Base(name)) {
				t.Errorf("%s: %s", filepath.Base(name), line)
			}
		}
		// The doubled dollar is taken back only when the command starts.
		want := `--policy "/srv/100% \$\$HOME \"it's\" \\n;"` + "\n"
		if strings.HasSuffix(name, ".service") && !strings.Contains(out, want) {
			t.Errorf("the command line is not read as %s: %s", want, grep(out, "Command Line:"))
		}
	}
}

// A timer starts cwb at every slot of the schedule, through all changes of the clock of two
// years. It starts cwb at no other time, but for zones whose changes follow the moon: there a
// line covers more days than have a change, which costs a run that finds nothing due.
func TestServers_systemd_starts_at_every_slot(t *testing.T) {
	zones := []string{"UTC", "Europe/London", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati", "Africa/Cairo", "America/Havana", "America/Nuuk", "Africa/Casablanca"}
	exprs := []string{"0 0 * * *", "30 1 * * *", "0 2 * * *", "15 2 * * *", "30 2,3 * * *", "30 23 * * *", "0 */6 * * *", "30 2 13 * sun", "0 1 * 3,10 sun", "45 * * * *"}
	for _, name := range zones {
		for _, expr := range exprs {
			want, err := schedule.Parse(expr, zone(t, name))
			if err != nil {
				t.Fatal(err)
			}
			job := changed(t, func(j *Job) { j.Expr, j.Zone = expr, zone(t, name) })
			for _, from := range eves(zone(t, name)) {
				to := from.AddDate(0, 0, 4)
				slots, _ := want.Between(from, to, 1000)
				starts := elapses(t, calendarLines(t, job), from, to, len(slots)+1)
				missing, extra := without(slots, starts), without(starts, slots)
				if len(missing) > 0 || len(extra) > 0 && name != "Africa/Casablanca" {
					t.Errorf("%q in %s: never started %v; started without a slot %v", expr, name, missing, extra)
				}
			}
		}
	}
}

// eves returns an instant two days before each change of the zone's clock in two years, and
// one in summer.
func eves(zone *time.Location) []time.Time {
	found := []time.Time{time.Date(2026, 7, 10, 0, 0, 0, 0, time.UTC)}
	for _, change := range changes(zone) {
		if change.Year() < 2028 {
			found = append(found, change.AddDate(0, 0, -2))
		}
	}
	return found
}

// elapses returns when any of the calendar expressions elapses, at most so often each.
func elapses(t *testing.T, lines []string, from, to time.Time, most int) []time.Time {
	t.Helper()
	args := []string{"calendar", fmt.Sprintf("--iterations=%d", most), "--base-time=" + from.Format("2006-01-02 15:04:05 UTC")}
	var found []time.Time
	for text := range strings.Lines(analyze(t, append(args, lines...)...)) {
		label, rest, _ := strings.Cut(strings.TrimSpace(text), ": ")
		if label != "Next elapse" && !strings.HasPrefix(label, "Iter") {
			continue
		}
		at, err := time.Parse("Mon 2006-01-02 15:04:05 MST", strings.TrimSpace(rest))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if at.After(from) && !at.After(to) {
			found = append(found, at)
		}
	}
	return found
}

// without returns those of a that are not in b.
func without(a, b []time.Time) []time.Time {
	known := map[int64]bool{}
	for _, t := range b {
		known[t.Unix()] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(t time.Time) bool { return known[t.Unix()] })
}

// grep returns the lines of text that contain part.
func grep(text, part string) string {
	var found string
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			found += line
		}
	}
	return found
}
