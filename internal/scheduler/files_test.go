package scheduler

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

const managed = `# Managed by cwb (deployment "site1"). Change the policy, then run: cwb plan, cwb apply.` + "\n"

const wantService = managed + `[Unit]
Description=cwb: backup "subscribers" of deployment "site1"
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=root
ExecStart=/usr/bin/flock -o -w 43200 -E 11 /run/lock/cwb-site1-schedule.lock /usr/local/bin/cwb apply --auto-approve --policy /etc/cwb/policy
`

const wantTimer = managed + `[Unit]
Description=cwb: schedule of backup "subscribers" of deployment "site1"

[Timer]
# Schedule: 30 1 * * *
OnCalendar=*-*-* 01:30:00 Europe/London
# systemd leaves these out when the clock is changed.
OnCalendar=Sun *-03-25..31 01:00:00 UTC
AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
`

const wantCrontab = managed + `SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
MAILTO=root

# backup "config": 15 3 * * mon-fri
15 3 * * 1-5 root /usr/bin/flock -o -w 43200 -E 11 /run/lock/cwb-site1-schedule.lock /usr/local/bin/cwb apply --auto-approve --policy /etc/cwb/policy

# backup "subscribers": 0 0 * * *
0 0 * * * root /usr/bin/flock -o -w 43200 -E 11 /run/lock/cwb-site1-schedule.lock /usr/local/bin/cwb apply --auto-approve --policy /etc/cwb/policy
`

func TestFiles_systemd(t *testing.T) {
	files, err := Files(Systemd, []Job{changed(t, func(j *Job) { j.Expr = " 30 1  * * *" })})
	want := []File{
		{"/etc/systemd/system/cwb-site1-subscribers.service", 0o644, wantService},
		{"/etc/systemd/system/cwb-site1-subscribers.timer", 0o644, wantTimer},
	}
	equal(t, files, err, want)
}

func TestFiles_cron(t *testing.T) {
	weekdays := changed(t, func(j *Job) { j.Block, j.Expr = "config", "15 3 * * mon-fri" })
	files, err := Files(Cron, []Job{nightly(t), weekdays})
	equal(t, files, err, []File{{"/etc/cron.d/cwb-site1", 0o644, wantCrontab}})
}

func TestFiles_none(t *testing.T) {
	files, err := Files(None, []Job{nightly(t)})
	equal(t, files, err, nil)
	for _, kind := range []Kind{None, Systemd, Cron} {
		files, err = Files(kind, nil)
		equal(t, files, err, nil)
	}
}

func TestFiles_are_in_the_order_of_their_paths(t *testing.T) {
	var jobs []Job
	for _, block := range []string{"b", "c", "a"} {
		jobs = append(jobs, changed(t, func(j *Job) { j.Block = block }))
	}
	files, err := Files(Systemd, jobs)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, file := range files {
		paths = append(paths, file.Path)
	}
	if len(paths) != 6 || !slices.IsSorted(paths) {
		t.Errorf("paths are %v", paths)
	}
	if jobs[0].Block != "b" {
		t.Error("the caller's jobs were sorted too")
	}
}

func TestFiles_refuses(t *testing.T) {
	cases := map[string]struct {
		change func(*Job)
		text   string
	}{
		"deployment_with_a_path":   {func(j *Job) { j.Deployment = "../site1" }, `"../site1" is no name`},
		"deployment_upper_case":    {func(j *Job) { j.Deployment = "Site1" }, `"Site1" is no name`},
		"block_with_a_line_break":  {func(j *Job) { j.Block = "a\nb" }, `"a\nb" is no name`},
		"block_empty":              {func(j *Job) { j.Block = "" }, `"" is no name`},
		"block_too_long":           {func(j *Job) { j.Block = strings.Repeat("a", 33) }, `is no name`},
		"user_with_a_space":        {func(j *Job) { j.User = "root rm" }, `"root rm" is no name`},
		"zone_missing":             {func(j *Job) { j.Zone = nil }, "no time zone's name"},
		"zone_of_the_machine":      {func(j *Job) { j.Zone = time.Local }, "no time zone's name"},
		"zone_with_a_line_break":   {func(j *Job) { j.Zone = time.FixedZone("UTC\nUnit=x", 0) }, "no time zone's name"},
		"command_missing":          {func(j *Job) { j.Command = nil }, "must be absolute"},
		"command_relative":         {func(j *Job) { j.Command = []string{"cwb"} }, "must be absolute"},
		"policy_relative":          {func(j *Job) { j.PolicyPath = "policy" }, "must be absolute"},
		"policy_with_a_line_break": {func(j *Job) { j.PolicyPath = "/a\n* * * * * root x" }, "holds what no unit or crontab can"},
		"policy_with_a_nul":        {func(j *Job) { j.PolicyPath = "/a\x00" }, "holds what no unit or crontab can"},
		"policy_not_utf8":          {func(j *Job) { j.PolicyPath = "/a\xff" }, "holds what no unit or crontab can"},
		"policy_too_long":          {func(j *Job) { j.PolicyPath = "/" + strings.Repeat("a", 4096) }, "holds what no unit or crontab can"},
		"minute_not_stated":        {func(j *Job) { j.Expr = "* 0 * * *" }, "state the minute"},
		"every":                    {func(j *Job) { j.Expr = "@every 5m" }, "state the minute"},
		"setting":                  {func(j *Job) { j.Expr = "TZ=UTC 0 0 * * *" }, "state the minute"},
		"garbage":                  {func(j *Job) { j.Expr = "often" }, `schedule "often"`},
		"empty_set":                {func(j *Job) { j.Expr = "0 , * * *" }, "never runs"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []Kind{Systemd, Cron} {
				files, err := Files(kind, []Job{changed(t, func(j *Job) { j.MachineZone = "Europe/London"; c.change(j) })})
				if !errors.Is(err, ErrJob) || !strings.Contains(err.Error(), c.text) || files != nil {
					t.Errorf("%s: %v, %v; want an error with %q", kind, files, err, c.text)
				}
			}
		})
	}
}

func TestFiles_refuses_jobs_that_do_not_belong_together(t *testing.T) {
	other := changed(t, func(j *Job) { j.Deployment = "site2" })
	if _, err := Files(Systemd, []Job{nightly(t), other}); !errors.Is(err, ErrJob) {
		t.Errorf("two deployments: %v", err)
	}
	if _, err := Files(Systemd, []Job{nightly(t), nightly(t)}); !errors.Is(err, ErrJob) {
		t.Errorf("one block twice: %v", err)
	}
	if _, err := Files("anacron", []Job{nightly(t)}); !errors.Is(err, ErrJob) {
		t.Errorf("unknown kind: %v", err)
	}
}

func TestOwned_knows_only_files_of_this_deployment(t *testing.T) {
	for _, kind := range []Kind{Systemd, Cron} {
		files, err := Files(kind, []Job{nightly(t)})
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !Owned(file.Content, "site1") || Owned(file.Content, "site") || Owned(file.Content, "site11") {
				t.Errorf("%s is not known as the file of site1 alone", file.Path)
			}
		}
	}
	for _, content := range []string{
		"", "[Unit]\n", "\n" + managed, " " + managed, strings.TrimSpace(managed),
		"# Managed by cwb (deployment \"site1\").\n", "0 0 * * * root cwb # " + managed,
	} {
		if Owned(content, "site1") {
			t.Errorf("%q counts as ours", content)
		}
	}
}

// equal compares files and shows the first that differs.
func equal(t *testing.T, got []File, err error, want []File) {
	t.Helper()
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d files, %v; want %d", len(got), err, len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("file %d is %s, mode %v\n%s\nwant %s, mode %v\n%s", i, got[i].Path, got[i].Mode, got[i].Content, want[i].Path, want[i].Mode, want[i].Content)
		}
	}
}
