//go:build servers

package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"cwb/internal/testbed"
	"cwb/internal/view"
)

// restoredCount is how many subscribers Ellis has in the tests of restores.
const restoredCount = 5000

// TestRestoresOfEllis runs cwb restore against one MariaDB as Ellis, and a second, empty one.
// Each scenario has its own deployment.
func TestRestoresOfEllis(t *testing.T) {
	s := startEllisAlone(t)
	for _, scenario := range []struct {
		name string
		run  func(*testing.T, *servers)
	}{
		{"disasters", ellisDisasters},
		{"nights after a restore", nightsAfterRestore},
		{"parts and ways", restoreParts},
		{"approval and saved plans", restoreApproval},
		{"refusals", restoreRefusals},
		{"while the service works", restoreUnderLoad},
		{"dumps of the old scripts", restoreOldDumps},
		{"a dead server", restoreOntoNewServer},
		{"forty tables", restoreExactly},
		{"onto another node", restoreOntoAnotherNode},
		{"hooks", restoreHooks},
		{"kills", restoreKills},
	} {
		t.Run(scenario.name, func(t *testing.T) {
			s.growEllis(t)
			scenario.run(t, s)
		})
	}
}

// startEllisAlone starts the two MariaDBs, and no Cassandra.
func startEllisAlone(t *testing.T) *servers {
	t.Helper()
	if _, err := testbed.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := shortDir(t)
	none := &testbed.Cassandra{DataDirs: []string{filepath.Join(dir, "none")}}
	s := &servers{dir: dir, binary: filepath.Join(dir, "cwb"), homer: none, homestead: none}
	t.Cleanup(func() { s.stop(t) })
	group, ctx := errgroup.WithContext(t.Context())
	group.Go(func() error { return s.startEllis(ctx) })
	group.Go(func() error { return s.build(ctx) })
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return s
}

// growEllis makes the database anew, with all its subscribers and one of everything that
// stands in a database beside tables.
func (s *servers) growEllis(t *testing.T) {
	t.Helper()
	if err := fillEllis(t.Context(), s.ellis, restoredCount); err != nil {
		t.Fatal(err)
	}
	s.addPrograms(t, "")
}

// addPrograms makes tables with keys and counters, and what is not made of rows. The text
// goes into each program, so that those of two fillings differ.
func (s *servers) addPrograms(t *testing.T, text string) {
	t.Helper()
	mysql(t, s.ellis, "USE ellis",
		"CREATE TABLE regions (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL, head INT NULL)",
		"CREATE TABLE offices (id INT AUTO_INCREMENT PRIMARY KEY, region INT NOT NULL, seal BLOB, CONSTRAINT in_region FOREIGN KEY (region) REFERENCES regions (id))",
		"ALTER TABLE regions ADD CONSTRAINT has_head FOREIGN KEY (head) REFERENCES offices (id)",
		"INSERT INTO regions (name) SELECT CONCAT('"+text+"region ', seq) FROM seq_1_to_20",
		"INSERT INTO offices (region, seal) SELECT seq, UNHEX(CONCAT('00FF0A5C27', LPAD(HEX(seq), 2, '0'))) FROM seq_1_to_20",
		"UPDATE regions SET head = id", "DELETE FROM offices WHERE id = 21",
		"CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(80)) AUTO_INCREMENT = 7000",
		"CREATE VIEW owners AS SELECT user_id, number, '"+text+"' AS note FROM users JOIN numbers ON owner_id = user_id",
		"CREATE TRIGGER logged AFTER DELETE ON users FOR EACH ROW INSERT INTO log (what) VALUES (CONCAT('"+text+"', OLD.user_id))",
		"CREATE PROCEDURE tidy() DELETE FROM log WHERE what = '"+text+"'",
		"CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN 2 * n + CHAR_LENGTH('"+text+"')",
		"CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM log WHERE what = '"+text+"'")
}

// wreck leaves of the database what somebody who made it anew by mistake would have.
func (s *servers) wreck(t *testing.T) {
	t.Helper()
	if err := fillEllis(t.Context(), s.ellis, 100); err != nil {
		t.Fatal(err)
	}
	s.addPrograms(t, "wrecked ")
	mysql(t, s.ellis, "DROP PROCEDURE ellis.tidy", "CREATE TRIGGER ellis.also BEFORE INSERT ON ellis.numbers FOR EACH ROW SET NEW.pstn = 1")
}

// restores runs a restore, or what follows one, that must end well, and returns its id.
func (l *lab) restores(args ...string) string {
	l.t.Helper()
	return restoreID(l.t, l.cwb(exitDone, append([]string{"restore", "--auto-approve", "--json"}, args...)...).stdout)
}

// restoreID is the id of the restore that a stream tells of.
func restoreID(t *testing.T, stream string) string {
	t.Helper()
	id, planned := plannedRestore(stream)
	if !planned {
		t.Fatalf("no restore was planned:\n%s", withoutProgress(stream))
	}
	return id
}

func plannedRestore(stream string) (id string, planned bool) {
	for _, e := range events(stream) {
		if e.Plan == nil {
			continue
		}
		for _, s := range e.Plan.Steps {
			if s.Restore != "" {
				return s.Restore, true
			}
		}
	}
	return "", false
}

// refusesRestore demands that a restore is refused for a reason, before anything was changed.
func (l *lab) refusesRestore(reason string, args ...string) {
	l.t.Helper()
	l.refusesRestoreBy(exitError, reason, args...)
}

// refusesRestoreBy demands an exit status besides.
func (l *lab) refusesRestoreBy(code exitCode, reason string, args ...string) {
	l.t.Helper()
	before := l.serverContent()
	o := l.cwb(code, append([]string{"restore", "--auto-approve"}, args...)...)
	if !strings.Contains(o.stdout+o.stderr, reason) {
		l.t.Errorf("cwb restore %v does not say %q:\n%s%s", args, reason, o.stdout, o.stderr)
	}
	if diff := cmp.Diff(before, l.serverContent()); diff != "" {
		l.t.Errorf("a refused restore has changed Ellis:\n%s", diff)
	}
	if list := l.list(); len(list.Restores) > 0 {
		l.t.Errorf("a refused restore is listed: %+v", list.Restores)
	}
}

// restoreOf is what the list knows of a restore of Ellis.
func (l *lab) restoreOf(id string) (view.RestoreDoc, bool) {
	l.t.Helper()
	all := l.list().Restores
	at := slices.IndexFunc(all, func(r view.RestoreDoc) bool { return r.Restore == id && r.Node == "mysql.ellis" })
	if at < 0 {
		return view.RestoreDoc{}, false
	}
	return all[at], true
}

// restoreIs demands the state in which a restore of Ellis is listed.
func (l *lab) restoreIs(id, status string) {
	l.t.Helper()
	if r, found := l.restoreOf(id); !found || r.Status != status {
		l.t.Errorf("restore %s should be listed as %s: %+v", id, status, r)
	}
}

// quiet demands that nothing is wrong besides what may be, nothing is to be done and nothing
// was left behind. That one set is few is what it must be here.
func (l *lab) quiet(mayBe ...string) {
	l.t.Helper()
	plan := l.plan()
	if steps := summary(plan); len(steps) > 0 {
		l.t.Errorf("there is something to do: %v", steps)
	}
	for _, f := range plan.Findings {
		if f.Severity != "info" && f.Kind != "below_floor" && !slices.Contains(mayBe, f.Kind) {
			l.t.Errorf("the plan finds: %+v", f)
		}
	}
	l.cwb(exitDone, "verify")
	l.nothingBeside()
}

// nothingBeside demands that no database of a restore is left.
func (l *lab) nothingBeside() {
	l.t.Helper()
	if left := l.databasesBeside(); len(left) > 0 {
		l.t.Errorf("databases are left: %v", left)
	}
}

func (l *lab) databasesBeside() []string {
	l.t.Helper()
	return queryStrings(l.t, l.s.ellis, `SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'cwb\_%'`)
}

// purposes are the sets of a purpose, newest first.
func purposes(d view.ListDoc, purpose string) []string {
	ids := []string{}
	for _, s := range d.Sets {
		if s.Purpose == purpose {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// text is a document for messages.
func text(doc any) string {
	data, _ := json.MarshalIndent(doc, "", "  ")
	return string(data)
}
