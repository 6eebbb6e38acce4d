//go:build servers

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/oldscripts"
	"cwb/internal/view"
)

// restoreOldDumps restores what Ellis' old script left, and refuses what it left in part.
func restoreOldDumps(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis, func(l *lab) { l.policy.Ellis.Legacy = l.oldBackups("ellis") })
	legacy := l.policy.Ellis.Legacy
	must(t)(oldscripts.Scripts{Backups: legacy, MySQLDump: []string{"mariadb-dump", "--defaults-file=" + s.ellis.DefaultsFile}}.Ellis(t.Context()))
	// mysqldump without options has tables, triggers and views, and no routines or events.
	good := without(l.ellisContent(), "PROCEDURE", "FUNCTION", "event")
	l.takesSet()
	name := l.onlyForeign()
	before := digests(t, legacy)

	s.wreck(t)
	wrecked := l.ellisContent()
	l.restores("ellis/" + name)
	if diff := cmp.Diff(good, without(l.ellisContent(), "PROCEDURE", "FUNCTION", "event")); diff != "" {
		t.Errorf("after the restore of the dump (-want +got):\n%s", diff)
	}
	l.restores("--undo")
	l.ellisIs("after the undo", wrecked)
	l.restores(name, "--table", "numbers") // whose node only this one can be
	if got := l.ellisContent()["table numbers"]; got != good["table numbers"] {
		t.Errorf("numbers alone: %s, not %s", got, good["table numbers"])
	}
	l.restores("--confirm")
	mysql(t, s.ellis, "DROP DATABASE ellis")
	l.restores("ellis/" + name)
	l.restores("--confirm")
	l.quiet()
	if diff := cmp.Diff(before, digests(t, legacy)); diff != "" {
		t.Errorf("the old script's directory has changed:\n%s", diff)
	}

	s.wreck(t)
	wrecked = l.ellisContent()
	whole, err := os.ReadFile(filepath.Join(legacy, dumpOf(t, legacy)))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{1, len(whole) / 3, len(whole) * 2 / 3, bytes.LastIndex(whole, []byte("-- Dump completed"))} {
		cut := filepath.Join(legacy, "1700000000")
		layFile(t, filepath.Join(cut, "db_backup.sql"), string(whole[:at]))
		o := l.cwb(exitError, "restore", "ellis/"+l.foreignNot(name), "--auto-approve")
		if !strings.Contains(o.stderr, fmt.Sprintf("after %d bytes it ends", at)) {
			t.Errorf("cut after %d bytes, it does not say where it stops:\n%s%s", at, o.stdout, o.stderr)
		}
		l.ellisIs("after a cut dump was refused", wrecked)
		l.nothingBeside()
		if err := os.RemoveAll(cut); err != nil {
			t.Fatal(err)
		}
	}
}

func dumpOf(t *testing.T, legacy string) string {
	t.Helper()
	dumps, err := filepath.Glob(filepath.Join(legacy, "*", "db_backup.sql"))
	if err != nil || len(dumps) != 1 {
		t.Fatalf("the dumps are %v: %v", dumps, err)
	}
	relative, err := filepath.Rel(legacy, dumps[0])
	if err != nil {
		t.Fatal(err)
	}
	return relative
}

// onlyForeign is the name of the one foreign backup there is.
func (l *lab) onlyForeign() string {
	l.t.Helper()
	return l.foreignNot("")
}

// foreignNot is the name of the one foreign backup there is besides another.
func (l *lab) foreignNot(other string) string {
	l.t.Helper()
	all := slices.DeleteFunc(l.list().Foreign, func(f view.ForeignDoc) bool { return f.Name == other })
	if len(all) != 1 {
		l.t.Fatalf("the foreign backups are %s", text(all))
	}
	return all[0].Name
}

// restoreOntoNewServer has a dead Ellis, a new server with nothing on it, and the directory
// that was saved from the old disk.
func restoreOntoNewServer(t *testing.T, s *servers) {
	l := newLab(t, s, onlyEllis)
	set := l.takesSet()
	good := l.ellisContent()
	mysql(t, s.spare, "DROP DATABASE IF EXISTS ellis")

	saved := filepath.Join(l.dir, "saved")
	if err := os.CopyFS(saved, os.DirFS(l.policy.Ellis.SnapshotPath)); err != nil {
		t.Fatal(err)
	}
	l.policy.Ellis.SnapshotPath = saved
	l.policy.Ellis.Socket, l.policy.Ellis.DefaultsFile = s.spare.Socket, s.spare.DefaultsFile
	l.writePolicy()

	l.refusesRestore("--onto-new-identity")
	id := l.restores("--onto-new-identity")
	if diff := cmp.Diff(good, databaseContent(t, s.spare, "ellis")); diff != "" {
		t.Errorf("on the new server (-want +got):\n%s", diff)
	}
	if got := purposes(l.list(), "safety"); len(got) > 0 {
		t.Errorf("there was nothing to save, and there is %v", got)
	}
	l.restores("--confirm", id)
	if left := queryStrings(t, s.spare, `SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'cwb\_%'`); len(left) > 0 {
		t.Errorf("databases are left: %v", left)
	}
	l.cwb(exitDone, "adopt", "--identity", "mysql.ellis", "--auto-approve")
	l.nextNight()
	if next := l.takesSet(); next == set {
		t.Errorf("the night took %s again", set)
	}
	l.verifiesGood(2)
	mysql(t, s.spare, "DROP DATABASE ellis")
}
