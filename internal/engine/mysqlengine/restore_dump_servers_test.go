//go:build servers

package mysqlengine

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
)

// dump runs the stock dump client, as root without a password as the old scripts do.
func (b *bed) dump(args ...string) []byte {
	b.t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command("mysqldump", append([]string{"--no-defaults", "-u", "root", "-S", b.Socket}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.t.TempDir()}
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		b.t.Fatalf("mysqldump: %v\n%s", err, errs.String())
	}
	return out.Bytes()
}

// dumpOrder is a restore of a dump, stored under a name that says how it is compressed.
func (b *bed) dumpOrder(dump []byte, name, id string, databases ...string) executor.RestoreOrder {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	if strings.HasSuffix(name, ".gz") {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(dump)
		w.Close()
		dump = packed.Bytes()
	}
	if err := os.WriteFile(path, dump, 0o600); err != nil {
		b.t.Fatal(err)
	}
	return executor.RestoreOrder{
		ID: id, Notes: memNotes{}, Definer: "keep", Selection: executor.Selection{Databases: databases},
		Source: executor.RestoreSource{Foreign: &backup.Foreign{
			Node: backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"}, Name: name, Kind: backup.ForeignDump, Path: path, Restorable: true,
		}},
	}
}

// TestRestoreDumps restores what the stock client writes, also as the old scripts called it,
// over a damaged server, beside a live database, and onto a server without it.
func TestRestoreDumps(t *testing.T) {
	b := newBed(t)
	b.exec("SET GLOBAL log_bin_trust_function_creators = 1")
	b.run(ellisSchema + `USE ellis;
CREATE TABLE invites (id INT AUTO_INCREMENT PRIMARY KEY, u varbinary(36), KEY (u), CONSTRAINT iu FOREIGN KEY (u) REFERENCES users (user_id)) AUTO_INCREMENT=50;
INSERT INTO invites (u) VALUES ('9f1e'); CREATE VIEW named AS SELECT * FROM users; CREATE VIEW anamed AS SELECT * FROM named;
CREATE TABLE blobs (id INT PRIMARY KEY, b BLOB, t TEXT CHARACTER SET utf8mb4); INSERT INTO blobs VALUES (1, 0x00010aff5c27, 'it''s; -- \\ "x" /* y */ é😀'), (2, NULL, ''), (-3, '', 'INSERT INTO x VALUES (1);');
CREATE SEQUENCE seq; SELECT NEXTVAL(seq);
DELIMITER //
CREATE TRIGGER tr BEFORE INSERT ON users FOR EACH ROW BEGIN /* it's; */ SET NEW.email = 'a\\'; -- don't
END//
CREATE PROCEDURE p() BEGIN SELECT ';', "//"; /* x */ END//
CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DO SELECT 1//
DELIMITER ;
`)
	want := b.describe("ellis")
	ignoreCreated(want)
	for name, args := range map[string][]string{
		"plain.sql": {"ellis"}, "all.sql.gz": {"--routines", "--events", "--hex-blob", "ellis"}, "named.sql": {"--databases", "--routines", "--events", "ellis"},
	} {
		t.Run(name, func(t *testing.T) {
			dump := b.dump(args...)
			b.run("USE ellis; DELETE FROM numbers; DROP VIEW anamed; DROP TRIGGER tr; INSERT INTO blobs VALUES (9, '', '')")
			before := b.describe("ellis")
			e := b.engine(b.node("ellis"))
			o := b.dumpOrder(dump, name, restoreID)
			x := mustExamine(t, e, o)
			t.Logf("%+v", x.Replaces)
			mustRun(t, e, o, executor.PhaseLoad, executor.PhaseSwap)
			got := b.describe("ellis")
			ignoreCreated(got)
			compareMaps(t, got, want)
			mustRun(t, e, o, executor.PhaseUndo)
			compareMaps(t, b.describe("ellis"), before)
			mustRun(t, e, b.dumpOrder(dump, name, "20261123T000009Z"), executor.PhaseLoad, executor.PhaseSwap, executor.PhaseConfirm)
		})
	}
	dump := b.dump("ellis")
	t.Run("cut", func(t *testing.T) { b.cutDumps(t, dump) })
	t.Run("as", func(t *testing.T) {
		o := b.dumpOrder(dump, "x.sql", restoreID, "ellis")
		o.As = "beside"
		e := b.engine(b.node("ellis"))
		mustExamine(t, e, o)
		before := b.describe("ellis")
		mustRun(t, e, o, executor.PhaseLoad, executor.PhaseSwap)
		compareMaps(t, b.describe("ellis"), before)
		if got := b.describe("beside")["rows blobs"]; got != want["rows blobs"] {
			t.Errorf("beside: %s", got)
		}
		mustRun(t, e, o, executor.PhaseUndo)
		if left := b.describeDatabases(); strings.Contains(left, "beside") || strings.Contains(left, "cwb_") {
			t.Errorf("left behind: %s", left)
		}
	})
	t.Run("fresh", func(t *testing.T) {
		b.exec("DROP DATABASE ellis")
		o := b.dumpOrder(dump, "x.sql", restoreID)
		mustRun(t, b.engine(b.node("ellis")), o, executor.PhaseLoad, executor.PhaseSwap)
		if got := b.describe("ellis")["rows blobs"]; got != want["rows blobs"] {
			t.Errorf("fresh: %s", got)
		}
	})
}

// ignoreCreated leaves out when triggers were created: dumps do not say it.
func ignoreCreated(m map[string]string) {
	for k, v := range m {
		if strings.HasPrefix(k, "trigger ") {
			fields := strings.Split(v, " | ")
			m[k] = strings.Join(fields[:len(fields)-1], " | ")
		}
	}
}

func (b *bed) describeDatabases() string {
	var all []string
	rows, err := b.db.Query("SHOW DATABASES")
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			b.t.Fatal(err)
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

// cutDumps cuts a dump at every few bytes: it is refused, and nothing was done.
func (b *bed) cutDumps(t *testing.T, dump []byte) {
	e := b.engine(b.node("ellis"))
	before := b.describeDatabases()
	end := bytes.LastIndex(dump, []byte(dumpTrailer)) + len(dumpTrailer)
	for n := 0; n < end; n += 13 {
		o := b.dumpOrder(dump[:n], "cut.sql", restoreID)
		x, err := e.Examine(t.Context(), o)
		if err != nil || len(x.Refusals) != 1 || !strings.Contains(x.Refusals[0].Reason, "cut") {
			t.Fatalf("cut after %d of %d: %+v, %v", n, end, x.Refusals, err)
		}
		if err := e.Restore(t.Context(), executor.PhaseLoad, o, nil); err == nil {
			t.Fatalf("cut after %d of %d was loaded", n, end)
		}
	}
	if after := b.describeDatabases(); after != before {
		t.Errorf("databases: %s; before %s", after, before)
	}
}
