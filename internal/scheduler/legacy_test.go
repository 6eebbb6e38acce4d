package scheduler

import (
	"slices"
	"testing"
)

func TestLegacy(t *testing.T) {
	crontab := `# Chef Name: backup
* 0 * * * /usr/share/clearwater/ellis/backup/do_backup.sh
# 0 0 * * * /usr/share/clearwater/ellis/backup/do_backup.sh
OLD=/usr/share/clearwater/bin/do_backup.sh
	0 0 * * * root /usr/share/clearwater/bin/do_backup.sh homestead_provisioning >/dev/null 2>&1

*/1 0 * * * cd /usr/share/clearwater/homer/backup && ./do_backup.sh
@daily root do_backup.sh homer
5 0 * * * root true # do_backup.sh
5 0 * * * root /opt/undo_backup.sh; /opt/do_backup.sh.bak
5 0 * * * root sh -c "/usr/share/clearwater/bin/do_backup.sh"
0 0 * * * root /usr/local/bin/cwb apply`
	want := []LegacyEntry{
		{"/var/spool/cron/crontabs/root", 2, "* 0 * * * /usr/share/clearwater/ellis/backup/do_backup.sh", true},
		{"/var/spool/cron/crontabs/root", 5, "0 0 * * * root /usr/share/clearwater/bin/do_backup.sh homestead_provisioning >/dev/null 2>&1", false},
		{"/var/spool/cron/crontabs/root", 7, "*/1 0 * * * cd /usr/share/clearwater/homer/backup && ./do_backup.sh", true},
		{"/var/spool/cron/crontabs/root", 8, "@daily root do_backup.sh homer", false},
		{"/var/spool/cron/crontabs/root", 11, `5 0 * * * root sh -c "/usr/share/clearwater/bin/do_backup.sh"`, false},
	}
	if got := Legacy("/var/spool/cron/crontabs/root", crontab); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestLegacy_reads_scripts_that_cron_runs(t *testing.T) {
	script := "#!/bin/sh\nset -e\n# do_backup.sh was here\n/usr/share/clearwater/bin/do_backup.sh homer\n"
	want := []LegacyEntry{{"/etc/cron.daily/backup", 4, "/usr/share/clearwater/bin/do_backup.sh homer", false}}
	if got := Legacy("/etc/cron.daily/backup", script); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := Legacy("/etc/cron.d/backup", script); got != nil {
		t.Errorf("in a crontab the line is no entry, got %+v", got)
	}
}

func FuzzLegacy(f *testing.F) {
	f.Add("/etc/cron.d/x", "* 0 * * * root do_backup.sh\n")
	f.Add("/etc/cron.daily/x", "do_backup.sh")
	f.Add("", "\r\n\x00\xff @ do_backup.sh")
	f.Fuzz(func(t *testing.T, file, content string) {
		for _, entry := range Legacy(file, content) {
			if entry.Path != file || entry.Line < 1 || entry.Text == "" {
				t.Errorf("%+v", entry)
			}
		}
	})
}
