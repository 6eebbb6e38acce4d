package unitfiles

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cwb/executor"
	"cwb/planner"
)

const mine = "# Managed by cwb (deployment \"site1\"). Change the policy, then run: cwb plan, cwb apply.\n"

// machine is a Machine below a directory of its own that records the systemctl calls.
func machine(t *testing.T) (Machine, *[]string) {
	var calls []string
	return Machine{Root: t.TempDir(), Systemctl: func(_ context.Context, args ...string) error {
		calls = append(calls, strings.Join(args, " "))
		return nil
	}}, &calls
}

func put(t *testing.T, m Machine, path, content string) {
	t.Helper()
	full := filepath.Join(m.Root, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRead_sees_only_the_deployments_own_files(t *testing.T) {
	m, _ := machine(t)
	put(t, m, "/etc/cron.d/cwb-site1", mine+"0 0 * * * root x\n")
	put(t, m, "/etc/cron.d/cwb-site2", strings.Replace(mine, "site1", "site2", 1))
	put(t, m, "/etc/cron.d/cwb-handmade", "0 0 * * * root y\n")
	put(t, m, "/etc/cron.d/backup", "* 0 * * * root /usr/share/clearwater/homer/backup/do_backup.sh homer\n")
	files, legacy, err := m.Read(t.Context(), "site1")
	if err != nil {
		t.Fatal(err)
	}
	wantFiles := []planner.ScheduleFile{{Path: "/etc/cron.d/cwb-site1", Content: mine + "0 0 * * * root x\n"}}
	if diff := cmp.Diff(wantFiles, files); diff != "" {
		t.Error(diff)
	}
	wantLegacy := []planner.LegacyJob{{Path: "/etc/cron.d/backup", Line: 1, Text: "* 0 * * * root /usr/share/clearwater/homer/backup/do_backup.sh homer", EveryMinute: true}}
	if diff := cmp.Diff(wantLegacy, legacy); diff != "" {
		t.Error(diff)
	}
}

func TestWrite_enables_a_timer_and_removes_it_again(t *testing.T) {
	m, calls := machine(t)
	w := planner.WriteSchedule{Path: "/etc/systemd/system/cwb-site1-a.timer", Content: mine + "[Timer]\n"}
	if err := m.Write(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(m.Root, w.Path))
	if err != nil || string(got) != w.Content {
		t.Fatalf("%q, %v", got, err)
	}
	if err := m.Write(t.Context(), planner.WriteSchedule{Path: w.Path, Was: w.Content}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(m.Root, w.Path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the timer is still there: %v", err)
	}
	want := []string{"daemon-reload", "enable --now cwb-site1-a.timer", "disable --now cwb-site1-a.timer", "daemon-reload"}
	if diff := cmp.Diff(want, *calls); diff != "" {
		t.Error(diff)
	}
}

func TestWrite_leaves_a_file_that_is_not_as_the_plan_expects(t *testing.T) {
	m, _ := machine(t)
	put(t, m, "/etc/cron.d/cwb-site1", "somebody else's")
	err := m.Write(t.Context(), planner.WriteSchedule{Path: "/etc/cron.d/cwb-site1", Content: mine})
	if !errors.Is(err, executor.ErrStale) {
		t.Errorf("err = %v", err)
	}
	if got, _ := os.ReadFile(filepath.Join(m.Root, "/etc/cron.d/cwb-site1")); string(got) != "somebody else's" {
		t.Errorf("it now holds %q", got)
	}
}

func TestWrite_refuses_paths_that_are_not_cwbs(t *testing.T) {
	m, _ := machine(t)
	for _, path := range []string{"/etc/passwd", "/etc/cron.d/other", "/etc/cron.d/../cwb-x", "/etc/cron.d/cwb-a/../../passwd", "cwb-x", ""} {
		if err := m.Write(t.Context(), planner.WriteSchedule{Path: path, Content: "x"}); err == nil {
			t.Errorf("%q was written", path)
		}
	}
}

func TestWrite_cleans_what_a_killed_write_left(t *testing.T) {
	m, _ := machine(t)
	put(t, m, "/etc/cron.d/.cwb-site1123456", "half a fi")
	put(t, m, "/etc/cron.d/.cwb-site1-other.5", "not ours")
	if err := m.Write(t.Context(), planner.WriteSchedule{Path: "/etc/cron.d/cwb-site1", Content: mine}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Join(m.Root, "etc/cron.d"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{".cwb-site1-other.5", "cwb-site1"}, names); diff != "" {
		t.Error(diff)
	}
}
