package scheduler

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestQuote(t *testing.T) {
	for _, c := range []struct{ arg, unit, cron string }{
		{"/etc/cwb", "/etc/cwb", "/etc/cwb"},
		{"/a b", `"/a b"`, `'/a b'`},
		{"/100%", `"/100%%"`, `'/100\%'`},
		{"/%n", `"/%%n"`, `'/\%n'`},
		{"/$HOME", `"/$$HOME"`, `'/$HOME'`},
		{"/`id`$(id)", "\"/`id`$$(id)\"", "'/`id`$(id)'"},
		{`/a"b`, `"/a\"b"`, `'/a"b'`},
		{`/a'b`, `"/a'b"`, `'/a'"'"'b'`},
		{";", `";"`, `';'`},
		{"", `""`, `''`},
		{"/ü", `"/ü"`, `'/ü'`},
		{"~root", `"~root"`, `'~root'`},
		{"/a#b", `"/a#b"`, `'/a#b'`},
	} {
		if got := quoteUnit(c.arg); got != c.unit {
			t.Errorf("unit: %q becomes %s; want %s", c.arg, got, c.unit)
		}
		if got := quoteCron(c.arg); got != c.cron {
			t.Errorf("cron: %q becomes %s; want %s", c.arg, got, c.cron)
		}
	}
	if got, want := quoteUnit(`/a\n`), `"/a\\n"`; got != want {
		t.Errorf("unit: a backslash becomes %s; want %s", got, want)
	}
}

// What cron hands to the shell is, after the shell, the argument again.
func TestQuote_cron_survives_a_shell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		args := rapid.SliceOfN(rapid.StringMatching(`[ -\[\]-~éü]{0,20}`), 1, 4).Draw(t, "args")
		line := "printf '%s\\n'"
		for _, arg := range args {
			line += " " + strings.ReplaceAll(quoteCron(arg), `\%`, "%")
		}
		out, err := exec.Command("/bin/sh", "-c", line).Output()
		if want := strings.Join(args, "\n") + "\n"; err != nil || string(out) != want {
			t.Fatalf("%s\n got %q, %v\nwant %q", line, out, err, want)
		}
	})
}

func TestFiles_cron_refuses_what_a_crontab_cannot_hold(t *testing.T) {
	for _, path := range []string{`/a\b`, "/" + strings.Repeat("a", 1000)} {
		job := changed(t, func(j *Job) { j.PolicyPath = path })
		if _, err := Files(Cron, []Job{job}); !errors.Is(err, ErrJob) {
			t.Errorf("cron, %.10q: %v", path, err)
		}
		if _, err := Files(Systemd, []Job{job}); err != nil {
			t.Errorf("systemd, %.10q: %v", path, err)
		}
	}
}

func TestFiles_keeps_percent_signs_from_cron(t *testing.T) {
	files, err := Files(Cron, []Job{changed(t, func(j *Job) { j.PolicyPath = "/srv/100% it's" })})
	if err != nil {
		t.Fatal(err)
	}
	if want := `--policy '/srv/100\% it'"'"'s'` + "\n"; !strings.HasSuffix(files[0].Content, want) {
		t.Errorf("got %s\nwant it to end with %s", files[0].Content, want)
	}
}
