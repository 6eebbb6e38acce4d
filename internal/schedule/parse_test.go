package schedule

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParse_accepts(t *testing.T) {
	for expr, want := range map[string]string{
		"0 0 * * *":                         "0 0 * * *",
		"  30\t2  *  * MON-FRI ":            "30 2 * * MON-FRI",
		"*/15 */6 1,15 jan-mar,7 *":         "*/15 */6 1,15 jan-mar,7 *",
		"0 22-4 * * *":                      "0 22-4 * * *",
		"0 0 * * 7":                         "0 0 * * 7",
		"0 0 * * fri-mon":                   "0 0 * * fri-mon",
		"0 0 */2 * *":                       "0 0 */2 * *",
		"0 0 30 2 mon":                      "0 0 30 2 mon",
		"0 0 31 1-3 *":                      "0 0 31 1-3 *",
		"0,5,10,15,20,25,30 * * * *":        "0,5,10,15,20,25,30 * * * *",
		"@hourly":                           "@hourly",
		" @daily ":                          "@daily",
		"@weekly":                           "@weekly",
		"@monthly":                          "@monthly",
		"*/5 * * * *":                       "*/5 * * * *",
		"5/15 0 * * *":                      "5/15 0 * * *",
		"0 0 1-31 * 1":                      "0 0 1-31 * 1",
		"0 0 1,11,21 * mon":                 "0 0 1,11,21 * mon",
		"0 0 29 feb *":                      "0 0 29 feb *",
		strings.Repeat(" ", 240) + "@daily": "@daily",
	} {
		s, err := Parse(expr, time.UTC)
		if err != nil || s.String() != want {
			t.Errorf("Parse(%q) = %q, %v; want %q", expr, s, err, want)
		}
	}
}

// Every refusal names the field and says what to write instead.
func TestParse_refuses(t *testing.T) {
	cases := []struct{ expr, field, problem string }{
		{"", "", "it is empty"},
		{" \t\n", "", "it is empty"},
		{"0 0 * *", "", "it has 4 of the 5 fields"},
		{"0 0 0 * * *", "", "it has 6 fields; there is none for seconds or years"},
		{"0 0 0 * * * 2026", "", "it has 7 of the 5 fields"},
		{"TZ=UTC 0 0 * * *", "", "it begins with a setting"},
		{"CRON_TZ=Europe/London 0 0 * * *", "", "it begins with a setting"},
		{"TZ=", "", "it begins with a setting"},
		{"@every 5m", "", `"@every 5m" is not known`},
		{"@reboot", "", `"@reboot" is not known`},
		{"@yearly", "", `"@yearly" is not known`},
		{"@daily @daily", "", `"@daily @daily" is not known`},
		{"* 0 * * *", "minute", `the minute "*" makes it run 60 times in every hour that matches`},
		{"*/1 0 * * *", "minute", `the minute "*/1" makes it run 60 times in every hour that matches`},
		{"0-59 0 * * *", "minute", `the minute "0-59" makes it run 60 times in every hour that matches`},
		{"*/4 * * * *", "minute", `the minute "*/4" makes it run 15 times in every hour that matches`},
		{"60 0 * * *", "minute", `minute "60" is not valid`},
		{"-1 0 * * *", "minute", `minute "-1" is not valid`},
		{"+1 0 * * *", "minute", `minute "+1" is not valid`},
		{"0, 0 * * *", "minute", `minute "0," is not valid`},
		{", 0 * * *", "minute", `minute "," is not valid`},
		{"0 24 * * *", "hour", `hour "24" is not valid`},
		{"0 *,3 * * *", "hour", `hour "*,3" is not valid`},
		{"0 ? * * *", "hour", `hour "?" is not valid`},
		{"0 H * * *", "hour", `hour "H" is not valid`},
		{"0 1/0 * * *", "hour", `hour "1/0" is not valid`},
		{"0 1/2/3 * * *", "hour", `hour "1/2/3" is not valid`},
		{"0 100/1 * * *", "hour", `hour "100/1" is not valid`},
		{"0 26-5 * * *", "hour", `hour "26-5" is not valid`},
		{"0 99999999999999999999 * * *", "hour", `hour "99999999999999999999" is not valid`},
		{"0 0 0 * *", "day of month", `day of month "0" is not valid`},
		{"0 0 L * *", "day of month", `day of month "L" is not valid`},
		{"0 0 15W * *", "day of month", `day of month "15W" is not valid`},
		{"0 0 * 13 *", "month", `month "13" is not valid`},
		{"0 0 * janvier *", "month", `month "janvier" is not valid`},
		{"0 0 * * 8", "day of week", `day of week "8" is not valid`},
		{"0 0 * * fri#2", "day of week", `day of week "fri#2" is not valid`},
		{"0 0 * * fri-tue/2", "day of week", `day of week "fri-tue/2" is not valid`},
		{"0 0 30 2 *", "day of month", "no month it names has such a day, so it never runs"},
		{"0 0 31 4,6,9,11 *", "day of month", "no month it names has such a day, so it never runs"},
		{"0 0 */10 * mon", "", `day of month "*/10" together with day of week "mon" means different days to different cron daemons`},
		{"0 0 13 * */2", "", `day of month "13" together with day of week "*/2" means different days to different cron daemons`},
		{strings.Repeat("0", 257), "", "it is 257 bytes long"},
		{"0 0 * * \xff", "day of week", `day of week "\xff" is not valid`},
	}
	for _, c := range cases {
		_, err := Parse(c.expr, time.UTC)
		var refusal *Error
		if !errors.As(err, &refusal) {
			t.Errorf("Parse(%q): %v; want a refusal", c.expr, err)
			continue
		}
		if refusal.Field != c.field || refusal.Problem != c.problem || refusal.Remedy == "" {
			t.Errorf("Parse(%q)\n got field %q, problem %q, remedy %q\nwant field %q, problem %q",
				c.expr, refusal.Field, refusal.Problem, refusal.Remedy, c.field, c.problem)
		}
	}
}

func TestParse_error_is_one_readable_line(t *testing.T) {
	_, err := Parse("* 0 * * *", time.UTC)
	want := `schedule "* 0 * * *": the minute "*" makes it run 60 times in every hour that matches; state the minute, for example 0; at most 12 in an hour`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestParse_wants_a_zone(t *testing.T) {
	if _, err := Parse("0 0 * * *", nil); err == nil || !strings.Contains(err.Error(), "no time zone is given") {
		t.Errorf("Parse without a zone: %v", err)
	}
}

// FuzzParse holds that no expression ends in a panic, and that one which is accepted runs.
func FuzzParse(f *testing.F) {
	for _, expr := range []string{"0 0 * * *", "@daily", "*/15 1-5 1,2 jan mon", "TZ=x 0 0 * * *", "0 0 30 2 *", "\x00", "0 22-4/2 28-4/2 nov-feb/2 *"} {
		f.Add(expr)
	}
	now := time.Date(2026, 3, 8, 6, 59, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, expr string) {
		s, err := Parse(expr, zone(t, "America/New_York"))
		if err != nil {
			return
		}
		if slot, ok := s.Next(now); !ok || !slot.After(now) {
			t.Errorf("%q: Next = %v, %v", expr, slot, ok)
		}
		if slot, ok := s.Prev(now); !ok || slot.After(now) {
			t.Errorf("%q: Prev = %v, %v", expr, slot, ok)
		}
	})
}
