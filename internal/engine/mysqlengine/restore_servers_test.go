//go:build servers

package mysqlengine

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/testbed"
)

// order is a restore of what was taken on b.
func (b *bed) order(c executor.Content, dir testDir, id string) executor.RestoreOrder {
	m := manifestOf(c)
	return executor.RestoreOrder{
		ID: id, Notes: memNotes{}, Definer: "keep",
		Source: executor.RestoreSource{Manifest: &m, Dir: dir, Record: &backup.Record{Node: m.Node, Server: c.Server, Identity: c.Identity}},
	}
}

// mustExamine examines and wants no refusal.
func mustExamine(t *testing.T, e *Engine, o executor.RestoreOrder) executor.Examination {
	t.Helper()
	x, err := e.Examine(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range x.Refusals {
		t.Errorf("refused: %+v", r)
	}
	return x
}

func mustRun(t *testing.T, e *Engine, o executor.RestoreOrder, phases ...executor.RestorePhase) {
	t.Helper()
	for _, phase := range phases {
		if err := e.Restore(t.Context(), phase, o, nil); err != nil {
			t.Fatalf("%s: %v", phase, err)
		}
	}
}

// describeAll is everything about several databases.
func (b *bed) describeAll(databases []string) map[string]string {
	out := map[string]string{}
	for _, d := range databases {
		for k, v := range b.describe(d) {
			out[d+" "+k] = v
		}
	}
	return out
}

func compareMaps(t *testing.T, got, want map[string]string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			t.Errorf("%s:\n got %s\nwant %s", key, clip(got[key]), clip(want[key]))
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("%s was not there", key)
		}
	}
}

// leftovers lists databases that a restore made.
func (b *bed) leftovers() []string {
	b.t.Helper()
	rows, err := b.db.Query("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'cwb\\_%'")
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			b.t.Fatal(err)
		}
		out = append(out, name)
	}
	return out
}

func (b *bed) loadCorpora() []string {
	b.t.Helper()
	b.exec("SET GLOBAL log_bin_trust_function_creators = 1")
	for _, corpus := range []string{"types.sql", "objects.sql"} {
		script, err := os.ReadFile(filepath.Join("testdata", corpus))
		if err != nil {
			b.t.Fatal(err)
		}
		b.run(string(script))
	}
	return []string{"types", "odd `name'\"/..%_é", "objects", "empty"}
}

// withoutBroken leaves out the view that cannot be created again.
func withoutBroken(m map[string]string) map[string]string {
	for k := range m {
		if strings.HasSuffix(k, " broken") {
			delete(m, k)
		}
	}
	return m
}

const restoreID = "20261123T000000Z"

// TestRestoreOverDamage restores the corpora over a live server that was damaged in many
// ways, undoes that, and restores again.
func TestRestoreOverDamage(t *testing.T) {
	for _, version := range testbed.MariaDBVersions() {
		t.Run(version.String(), func(t *testing.T) {
			b := newBedWith(t, testbed.MariaDBOptions{Version: version, BinLog: true})
			databases := b.loadCorpora()
			e := b.wide(b.node(databases...))
			content, dir, err := b.take(e)
			if err != nil {
				t.Fatal(err)
			}
			want := withoutBroken(b.describeAll(databases))
			b.run(damage)
			damaged := withoutBroken(b.describeAll(databases))
			o := b.order(content, dir, restoreID)
			x := mustExamine(t, e, o)
			t.Logf("%+v", x)
			mustRun(t, e, o, executor.PhaseLoad)
			compareMaps(t, withoutBroken(b.describeAll(databases)), damaged)
			mustRun(t, e, o, executor.PhaseSwap, executor.PhaseSwap)
			got := withoutBroken(b.describeAll(databases))
			for k := range got {
				if strings.Contains(k, "newer") {
					delete(got, k)
				}
			}
			delete(want, "objects routine PROCEDURE newer")
			compareMaps(t, got, want)
			mustRun(t, e, o, executor.PhaseUndo, executor.PhaseUndo)
			compareMaps(t, withoutBroken(b.describeAll(databases)), damaged)
			if left := b.leftovers(); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			o = b.order(content, dir, "20261123T000001Z")
			mustRun(t, e, o, executor.PhaseLoad, executor.PhaseSwap, executor.PhaseConfirm, executor.PhaseConfirm)
			if left := b.leftovers(); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// damage changes, drops and adds things of every kind.
const damage = `
USE types; SET foreign_key_checks = 0;
DELETE FROM numbers WHERE id > 2; DROP TABLE chars; DROP TABLE parent; TRUNCATE bytes;
ALTER TABLE times ADD COLUMN extra INT; SELECT NEXTVAL(seq); DROP SEQUENCE down; CREATE TABLE newer (a INT PRIMARY KEY);
INSERT INTO useseq (v) VALUES (9); UPDATE history SET v = 'x';
USE objects;
DROP VIEW a; CREATE OR REPLACE VIEW z AS SELECT 1 AS one; DROP TRIGGER zz; DROP PROCEDURE p1; DROP FUNCTION f1;
CREATE TRIGGER newertrigger BEFORE UPDATE ON log FOR EACH ROW SET NEW.what = 'x';
DROP EVENT e1; CREATE EVENT newer_event ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1; SET sql_mode = 'ORACLE'; DROP PACKAGE pkg; SET sql_mode = DEFAULT;
CREATE PROCEDURE newer2() SELECT 5; CREATE VIEW newer_view AS SELECT 1 AS x;
ALTER EVENT ` + "`e 2`" + ` DISABLE;
ALTER DATABASE objects COLLATE latin1_swedish_ci;
DROP DATABASE empty; CREATE DATABASE empty;
`
