package cassandraengine

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

// expiring makes a snapshot of both tables that ends with the first of two moments.
func expiring(t *testing.T, f *fake, one, two string) {
	t.Helper()
	for folder, ends := range map[string]string{"simservs-" + undashed(idOne): one, "empty-" + undashed(idTwo): two} {
		dir := snapshotOf(f, folder, "passing")
		writeFile(t, filepath.Join(dir, "manifest.json"), fmt.Sprintf(`{"files":["nb-1-big-Data.db"],"created_at":"2026-11-21T00:00:00.123Z","expires_at":%s,"ephemeral":false}`, ends))
	}
}

// A snapshot ends when its first table does.
func TestForeignExpires(t *testing.T) {
	for name, c := range map[string]struct{ one, two, want string }{
		"never":            {"null", "null", "0001-01-01T00:00:00Z"},
		"together":         {`"2026-11-28T00:00:00.123Z"`, `"2026-11-28T00:00:00.123Z"`, "2026-11-28T00:00:00.123Z"},
		"one earlier":      {`"2026-11-27T00:00:00.123Z"`, `"2026-11-28T00:00:00.123Z"`, "2026-11-27T00:00:00.123Z"},
		"the other":        {`"2026-11-28T00:00:00.123Z"`, `"2026-11-27T00:00:00.123Z"`, "2026-11-27T00:00:00.123Z"},
		"only one of them": {"null", `"2026-11-27T00:00:00.123Z"`, "2026-11-27T00:00:00.123Z"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			expiring(t, f, c.one, c.two)
			all, err := f.engine.Foreign(t.Context(), nil)
			if err != nil || len(all) != 1 || len(all[0].Tables) != 2 {
				t.Fatalf("%+v, %v", all, err)
			}
			if got := all[0].Expires.Format(time.RFC3339Nano); got != c.want {
				t.Errorf("it expires at %s, want %s", got, c.want)
			}
		})
	}
}

// The plan warns when the snapshot may be gone before somebody has slept on it.
func TestRestoreWarnsOfWhatExpires(t *testing.T) {
	for name, c := range map[string]struct {
		in    time.Duration
		warns bool
	}{
		"long ago": {-time.Hour, true}, "in an hour": {time.Hour, true}, "in a day": {24 * time.Hour, true},
		"in two days": {48 * time.Hour, false}, "in a week": {7 * 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newRestoreFake(t)
			ends := f.now.Add(c.in)
			at := ends.Format(`"2006-01-02T15:04:05Z"`)
			expiring(t, f.fake, at, at)
			f.order.Source = executor.RestoreSource{Foreign: &backup.Foreign{Node: f.engine.addr, Name: "passing", Kind: backup.ForeignSnapshot}}
			x := f.examine()
			text := strings.Join(x.Warnings, "; ")
			if len(x.Refusals) > 0 || strings.Contains(text, "REMOVES THIS SNAPSHOT at "+ends.Format(time.RFC3339)) != c.warns {
				t.Errorf("refused %+v, warnings %q", x.Refusals, text)
			}
		})
	}
}
