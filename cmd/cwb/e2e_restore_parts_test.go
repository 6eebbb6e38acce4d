//go:build servers

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// restoreParts brings back less than all, or beside it.
func restoreParts(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.takesSet()
	good := l.ellisContent()

	l.part(t, "one table", func() {
		mysql(l.t, s.ellis, "DELETE FROM ellis.numbers LIMIT 1000", "UPDATE ellis.users SET full_name = 'changed'")
		changed := l.ellisContent()
		want := without(changed, "table numbers")
		want["table numbers"] = good["table numbers"]
		l.restores("--table", "numbers")
		l.ellisIs("after the restore of numbers", want)
		l.restores("--undo")
		l.ellisIs("after the undo", changed)
		l.restores("--table", "ellis.users", "--node", "ellis")
		l.restores("--confirm")
		l.restores("--table", "numbers")
		l.restores("--confirm")
		l.ellisIs("after both tables came back", good)
		l.quiet()
	})
	l.part(t, "a table with foreign keys needs those that they join", func() {
		mysql(l.t, s.ellis, "UPDATE ellis.offices SET seal = NULL")
		l.refusesPart("--table", "offices")
		l.restores("--table", "offices", "--table", "regions")
		l.restores("--confirm")
		l.ellisIs("after both came back", good)
	})
	l.part(t, "as another database", func() {
		s.wreck(l.t)
		wrecked := l.ellisContent()
		l.restores("--as", "before")
		l.ellisIs("beside the restored one", wrecked)
		if diff := cmp.Diff(tables(good), tables(databaseContent(l.t, s.ellis, "before"))); diff != "" {
			l.t.Errorf("the database beside it differs (-want +got):\n%s", diff)
		}
		l.restores("--undo")
		if left := databaseContent(l.t, s.ellis, "before"); len(left) > 0 {
			l.t.Errorf("the undo left %v", left)
		}
		l.restores("--database", "ellis", "--as", "before")
		l.restores("--confirm")
		l.quiet()
		if diff := cmp.Diff(tables(good), tables(databaseContent(l.t, s.ellis, "before"))); diff != "" {
			l.t.Errorf("the database beside it differs after it was confirmed (-want +got):\n%s", diff)
		}
		mysql(l.t, s.ellis, "DROP DATABASE `before`")
	})
	l.part(t, "what is newer stays, or goes with --exact", func() {
		s.growEllis(l.t)
		mysql(l.t, s.ellis, "CREATE TABLE ellis.newer (id INT PRIMARY KEY)", "INSERT INTO ellis.newer VALUES (1)")
		l.restores()
		if got := without(l.ellisContent(), "table newer"); !cmp.Equal(good, got) || len(l.ellisContent()) != len(good)+1 {
			l.t.Errorf("after the restore:\n%s", cmp.Diff(good, l.ellisContent()))
		}
		l.restores("--confirm")
		l.restores("--exact")
		l.ellisIs("after --exact", good)
		l.restores("--confirm")
		l.quiet()
	})
}

// refusesPart demands that a restore of a part is refused, while restores are listed.
func (l *lab) refusesPart(args ...string) {
	l.t.Helper()
	before := l.serverContent()
	l.cwb(exitError, append([]string{"restore", "--auto-approve"}, args...)...)
	if diff := cmp.Diff(before, l.serverContent()); diff != "" {
		l.t.Errorf("a refused restore has changed Ellis:\n%s", diff)
	}
}

// tables are those of a database's content, as if all databases had one name.
func tables(content map[string]string) map[string]string {
	named := map[string]string{}
	for key, value := range content {
		if strings.HasPrefix(key, "table ") {
			named[key] = strings.ReplaceAll(value, "`before`.", "`ellis`.")
		}
	}
	return named
}

// restoreApproval asks, and saves plans.
func restoreApproval(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	l.takesSet()
	good := l.ellisContent()
	s.wreck(t)
	wrecked := l.ellisContent()

	for _, args := range [][]string{{"restore"}, {"restore", "--json"}} {
		if o := l.cwb(exitUsage, args...); !strings.Contains(o.stdout, "verify") || !strings.Contains(o.stderr, "--auto-approve") {
			t.Errorf("cwb %v without approval shows\n%s%s", args, o.stdout, o.stderr)
		}
	}
	l.cwb(exitUsage, "restore", "--undo", "--confirm")
	l.cwb(exitUsage, "restore", "--from", "offsite")
	l.ellisIs("without approval", wrecked)

	file := filepath.Join(l.dir, "restore.json")
	shown := l.cwb(exitDone, "restore", "--out", file).stdout
	for _, word := range []string{"replaces", "undo", "ellis.numbers", "5500 rows", "now about"} {
		if !strings.Contains(shown, word) {
			t.Errorf("the plan does not say %q:\n%s", word, shown)
		}
	}
	l.ellisIs("after it was planned", wrecked)
	if o := l.cwb(exitDone, "show", file); !strings.Contains(o.stdout, "ellis.numbers") {
		t.Errorf("the saved plan shows as\n%s", o.stdout)
	}
	l.cwb(exitDone, "apply", file)
	l.ellisIs("after the saved plan was applied", good)
	l.cwb(exitStale, "apply", file)
	l.restores("--confirm")

	l.cwb(exitDone, "restore", "--out", filepath.Join(l.dir, "second.json"))
	mysql(t, s.ellis, "DROP TABLE ellis.numbers")
	changed := l.ellisContent()
	l.cwb(exitStale, "apply", filepath.Join(l.dir, "second.json"))
	l.ellisIs("after a stale plan", changed)
	if _, err := os.Stat(filepath.Join(l.dir, "second.json")); err != nil {
		t.Error(err)
	}
	l.nothingBeside()
}
