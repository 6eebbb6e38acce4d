//go:build servers

package mysqlengine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/testbed"
)

// TestWhatCannotBeTakenExactlyIsRefusedByName makes one bad object at a time.
func TestWhatCannotBeTakenExactlyIsRefusedByName(t *testing.T) {
	b := newBed(t)
	b.exec("CREATE DATABASE d CHARACTER SET utf8mb4")
	for name, c := range map[string]struct{ make, undo, want string }{
		"myisam":         {"CREATE TABLE d.`my``isam` (a INT) ENGINE=MyISAM", "DROP TABLE d.`my``isam`", "table `d`.`my``isam` has the engine MyISAM"},
		"aria":           {"CREATE TABLE d.aria (a INT) ENGINE=Aria", "DROP TABLE d.aria", "table `d`.`aria` has the engine Aria"},
		"memory":         {"CREATE TABLE d.mem (a INT) ENGINE=MEMORY", "DROP TABLE d.mem", "table `d`.`mem` has the engine MEMORY"},
		"csv":            {"CREATE TABLE d.csv (a INT NOT NULL) ENGINE=CSV", "DROP TABLE d.csv", "table `d`.`csv` has the engine CSV"},
		"merge":          {"CREATE TABLE d.mrg (a INT) ENGINE=MRG_MyISAM", "DROP TABLE d.mrg", "table `d`.`mrg` has the engine MRG_MyISAM, whose rows cwb cannot take"},
		"trx_versioned":  {"CREATE TABLE d.v (a INT, s BIGINT UNSIGNED GENERATED ALWAYS AS ROW START, e BIGINT UNSIGNED GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING", "DROP TABLE d.v", "table `d`.`v` is versioned by transaction ids"},
		"emoji_default":  {"CREATE TABLE d.e (a VARCHAR(5) DEFAULT '😀')", "DROP TABLE d.e", "table `d`.`e`: the definition of column `a`"},
		"emoji_enum":     {"CREATE TABLE d.e (a ENUM('x','😀,'))", "DROP TABLE d.e", "table `d`.`e`: the definition of column `a`"},
		"emoji_set":      {"CREATE TABLE d.e (a SET('x','y😀'))", "DROP TABLE d.e", "table `d`.`e`: the definition of column `a`"},
		"binary_default": {"CREATE TABLE d.e (a VARBINARY(5) DEFAULT 0xFF, b VARCHAR(5) CHARACTER SET latin1 DEFAULT 'é')", "DROP TABLE d.e", "table `d`.`e` has a default that is not text"},
		"honest_mark":    {"CREATE TABLE d.e (a ENUM('x','?') DEFAULT '?', b VARCHAR(5) DEFAULT 'a?', c SET('?','q'))", "DROP TABLE d.e", ""},
		"blackhole":      {"CREATE TABLE d.e (a INT)", "DROP TABLE d.e", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			b.exec(c.make)
			defer b.exec(c.undo)
			expectRefusal(t, b.engine(b.node("d")), c.want)
		})
	}
	t.Run("unknown database", func(t *testing.T) {
		expectRefusal(t, b.engine(b.node("d", "D")), "database `D` does not exist")
	})
}

// expectRefusal holds Inspect and Prepare to the same refusal; "" means none.
func expectRefusal(t *testing.T, e *Engine, want string) {
	t.Helper()
	server, err := e.Inspect(t.Context())
	if err != nil || server.Down != "" {
		t.Fatalf("inspect: %v %s", err, server.Down)
	}
	p, err := e.Prepare(t.Context(), executor.TakeSpec{})
	if err == nil {
		p.Close()
	}
	if want == "" {
		if err != nil || len(server.Refusals) > 0 || server.Consistency == "" {
			t.Errorf("refused: %v, %q", err, server.Refusals)
		}
		return
	}
	if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), want) {
		t.Errorf("prepare: %v; want a refusal with %q", err, want)
	}
	if text := strings.Join(server.Refusals, "\n"); !strings.Contains(text, want) {
		t.Errorf("inspect refuses %q; want %q", text, want)
	}
}

// TestEachMissingPrivilegeIsNamed leaves out one privilege at a time, on both versions.
func TestEachMissingPrivilegeIsNamed(t *testing.T) {
	for _, version := range testbed.MariaDBVersions() {
		t.Run(version.String(), func(t *testing.T) {
			b := newBedWith(t, testbed.MariaDBOptions{Version: version, BinLog: true})
			b.run(ellisSchema)
			b.exec("CREATE DATABASE `my_db`")
			b.run("USE my_db; CREATE TABLE t (i INT); CREATE VIEW v AS SELECT * FROM t; CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.i = 1; CREATE PROCEDURE p() SELECT 'of another definer'; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1; CREATE SEQUENCE s")
			b.missingPrivileges(config.LockNone, "SELECT", "SHOW VIEW", "TRIGGER", "EVENT", "proc")
			b.missingPrivileges(config.LockTables, "LOCK TABLES", "SELECT", "SHOW VIEW", "TRIGGER", "EVENT", "proc")
			t.Run("for several connections", func(t *testing.T) { b.t = t; b.missingReload() })
			t.Run("by role", func(t *testing.T) { b.t = t; b.grantedByRole() })
			t.Run("routines", func(t *testing.T) { b.t = t; b.routinesByTheirOwnPrivilege(version) })
			t.Run("the remedy is a statement that works", func(t *testing.T) { b.t = t; b.remediesWork() })
		})
	}
}

// missingPrivileges leaves out one of those that are needed; the last time none, and then the
// take has all that there is.
func (b *bed) missingPrivileges(lock config.MySQLLock, needed ...string) {
	outer := b.t.(*testing.T)
	defer func() { b.t = outer }()
	for _, left := range append(needed, "nothing") {
		outer.Run(fmt.Sprintf("lock %s without %s", lock, left), func(t *testing.T) {
			b.t = t
			e := b.asUser("backup", func(grant func(privilege, on string)) {
				for _, privilege := range needed {
					switch {
					case privilege == left:
					case privilege == "proc":
						grant("SELECT", "mysql.proc")
					default:
						grant(privilege, "`ellis`.*")
						grant(privilege, "`my\\_db`.*")
					}
				}
			})
			e.node.MySQL.Lock = lock
			want := fmt.Sprintf("GRANT %s ON `my\\_db`.* TO 'backup'@'localhost'", left)
			switch left {
			case "nothing":
				expectRefusal(t, e, "")
				b.expectAllOfMyDB(e)
				return
			case "proc":
				want = "GRANT SELECT ON `mysql`.`proc` TO 'backup'@'localhost'"
			}
			expectRefusal(t, e, want)
		})
	}
}

// expectAllOfMyDB takes a backup and looks for every object, and the position.
func (b *bed) expectAllOfMyDB(e *Engine) {
	b.t.Helper()
	content, dir, err := b.take(e)
	if err != nil {
		b.t.Fatal(err)
	}
	var script bytes.Buffer
	if err := e.Export(b.t.Context(), dir, manifestOf(content), executor.Selection{Databases: []string{"my_db"}}, &script); err != nil {
		b.t.Fatal(err)
	}
	for _, object := range []string{"CREATE TABLE `t`", "VIEW `my_db`.`v`", "CREATE SEQUENCE `s`", "TRIGGER tr", "'of another definer'", "EVENT `e`"} {
		if !strings.Contains(script.String(), object) {
			b.t.Errorf("%s is missing in\n%s", object, script.String())
		}
	}
	if content.Position["gtid_binlog_pos"] == "" {
		b.t.Errorf("no position: %v", content.Position)
	}
}

// missingReload: without RELOAD, or without leave to see what the binary log leaves out, one
// connection reads, and the plan says what several need.
func (b *bed) missingReload() {
	for _, c := range []struct{ has, lacks string }{
		{"", "RELOAD"}, {", RELOAD", "REPLICATION CLIENT"}, {", RELOAD, REPLICATION CLIENT", ""},
	} {
		e := b.asUser("backup", func(grant func(privilege, on string)) {
			grant("SELECT, SHOW VIEW, TRIGGER, EVENT"+c.has, "*.*")
		})
		e.opts.Connections, e.opts.PerConnection = 4, 1
		server, err := e.Inspect(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		content, _, err := b.take(e)
		if err != nil || content.Consistency != server.Consistency || (content.Consistency == rungStage) != (c.lacks == "") {
			b.t.Errorf("without %q: %v; %q, planned %q", c.lacks, err, content.Consistency, server.Consistency)
		}
		if named := strings.Contains(server.ConsistencyReason, "GRANT "+c.lacks+" ON *.* TO 'backup'@'localhost'"); named != (c.lacks != "") {
			b.t.Errorf("without %q: %q", c.lacks, server.ConsistencyReason)
		}
	}
}

func (b *bed) grantedByRole() {
	e := b.asUser("backup", func(func(string, string)) {
		b.exec("CREATE OR REPLACE ROLE backups")
		b.exec("GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO backups")
		b.exec("GRANT backups TO backup@localhost")
		b.exec("SET DEFAULT ROLE backups FOR backup@localhost")
	})
	expectRefusal(b.t.(*testing.T), e, "")
	b.expectAllOfMyDB(e)
}

// routinesByTheirOwnPrivilege: SHOW CREATE ROUTINE came with 11.3.
func (b *bed) routinesByTheirOwnPrivilege(version testbed.MariaDBVersion) {
	if version == testbed.MariaDB1011 {
		return
	}
	e := b.asUser("backup", func(grant func(privilege, on string)) {
		for _, database := range []string{"`ellis`.*", "`my\\_db`.*"} {
			grant("SELECT, SHOW VIEW, TRIGGER, EVENT, SHOW CREATE ROUTINE", database)
		}
	})
	expectRefusal(b.t.(*testing.T), e, "")
	b.expectAllOfMyDB(e)
}

func (b *bed) remediesWork() {
	e := b.asUser("odd'user", func(func(string, string)) {})
	server, err := e.Inspect(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, refusal := range server.Refusals {
		_, statement, _ := strings.Cut(refusal, "run: ")
		b.exec(statement)
	}
	expectRefusal(b.t.(*testing.T), e, "")
	b.expectAllOfMyDB(e)
}

// asUser makes an account with some grants, and an engine that logs in as it.
func (b *bed) asUser(name string, grants func(grant func(privilege, on string))) *Engine {
	b.t.Helper()
	account := "'" + strings.ReplaceAll(name, "'", "''") + "'@'localhost'"
	b.exec("CREATE OR REPLACE USER " + account + " IDENTIFIED BY 'se\"cr#et'")
	grants(func(privilege, on string) { b.exec("GRANT " + privilege + " ON " + on + " TO " + account) })
	node := b.node("ellis", "my_db")
	node.MySQL.DefaultsFile = writeOptions(b.t, "[client]\nuser = \""+name+"\"\npassword = 'se\"cr#et'\n", 0o600)
	return b.engine(node)
}

func TestWrongPasswordAndNoServer(t *testing.T) {
	b := newBed(t)
	node := b.node("mysql")
	node.MySQL.DefaultsFile = writeOptions(t, "[client]\nuser=nobody\npassword=hunter2secret\n", 0o600)
	_, err := b.engine(node).Prepare(t.Context(), executor.TakeSpec{})
	if !errors.Is(err, executor.ErrCredentials) || strings.Contains(err.Error(), "hunter2secret") || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("wrong password: %v", err)
	}
	server, err := b.engine(node).Inspect(t.Context())
	if err != nil || !strings.Contains(server.Down, "refused the credentials") {
		t.Errorf("inspect: %+v, %v", server, err)
	}
	node = b.node("mysql")
	node.MySQL.Socket = "/nowhere/mysqld.sock"
	if _, err := b.engine(node).Prepare(t.Context(), executor.TakeSpec{}); !errors.Is(err, executor.ErrUnreachable) || !strings.Contains(err.Error(), "/nowhere/mysqld.sock") {
		t.Errorf("no server: %v", err)
	}
	node = b.node("mysql")
	node.MySQL.Socket, node.MySQL.Address = "", b.Address()
	if _, err := b.engine(node).Prepare(t.Context(), executor.TakeSpec{}); err != nil && !errors.Is(err, executor.ErrRefused) {
		t.Errorf("over TCP: %v", err)
	}
}

// TestTablesWithoutTransactions takes MyISAM under LOCK TABLES when the policy says so.
func TestTablesWithoutTransactions(t *testing.T) {
	b, target := newBed(t), newBed(t)
	b.run("CREATE DATABASE d; USE d; CREATE TABLE m (a INT) ENGINE=MyISAM; INSERT INTO m VALUES (1),(2); CREATE TABLE i (a INT); INSERT INTO i VALUES (3); CREATE TABLE h (a INT) ENGINE=MEMORY; INSERT INTO h VALUES (9); CREATE TABLE ar (a INT) ENGINE=Aria; CREATE VIEW v AS SELECT * FROM m; CREATE TABLE c (a INT NOT NULL) ENGINE=CSV; INSERT INTO c VALUES (4)")
	node := b.node("d")
	node.MySQL.Lock = config.LockTables
	e := b.engine(node)
	server, err := e.Inspect(t.Context())
	if err != nil || server.Consistency != rungLockTables || !strings.Contains(server.ConsistencyReason, "`d`.`m`") {
		t.Fatalf("inspect: %+v, %v", server, err)
	}
	content, dir, err := b.take(e)
	if err != nil || content.Totals.Rows != 5 || content.Consistency != rungLockTables {
		t.Fatalf("take: %+v, %v", content.Totals, err)
	}
	b.load(target, e, content, dir)
	compareServers(t, b, target, []string{"d"})
	b.exec("INSERT INTO d.m VALUES (3)") // no lock is left

	conn, err := b.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "LOCK TABLES d.m WRITE"); err != nil {
		t.Fatal(err)
	}
	node.MySQL.LockWait = time.Second
	e.opts.sleep = func(context.Context, time.Duration) error { return nil }
	p, err := e.Prepare(t.Context(), executor.TakeSpec{})
	if err == nil {
		_, err = p.Capture(t.Context())
		p.Close()
	}
	if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), "lock_wait") {
		t.Errorf("while somebody holds the table: %v", err)
	}
}
