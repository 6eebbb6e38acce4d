//go:build servers

package mysqlengine

import (
	"bytes"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/testbed"
)

// bed is a server for one test and what the engine needs to work on it.
type bed struct {
	*testbed.MariaDB
	t         testing.TB
	db        *sql.DB
	machineID string
}

func newBed(t testing.TB, args ...string) *bed {
	t.Helper()
	return newBedWith(t, testbed.MariaDBOptions{BinLog: true, Args: args})
}

func newBedWith(t testing.TB, options testbed.MariaDBOptions) *bed {
	t.Helper()
	// A server that starts deletes all temporary tables in its tmpdir, also another server's.
	options.Args = append(options.Args, "--tmpdir="+t.TempDir())
	server := testbed.MariaDBForTest(t, options)
	db, err := server.Open("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	id := filepath.Join(t.TempDir(), "machine-id")
	if err := os.WriteFile(id, []byte("0123456789abcdef0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return &bed{MariaDB: server, t: t, db: db, machineID: id}
}

// run executes statements with the stock client, so that DELIMITER works.
func (b *bed) run(script string) {
	b.t.Helper()
	if output, err := b.client([]byte(script), "--comments"); err != nil {
		b.t.Fatalf("%v\n%s", err, output)
	}
}

// client pipes a script into the stock client.
func (b *bed) client(script []byte, args ...string) (string, error) {
	var out bytes.Buffer
	cmd := exec.Command("mariadb", append([]string{"--defaults-file=" + b.DefaultsFile, "--default-character-set=utf8mb4"}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.t.TempDir()} // MYSQL_HOST would win over the socket
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(script), &out, &out
	err := cmd.Run()
	return out.String(), err
}

func (b *bed) node(databases ...string) config.Node {
	return config.Node{
		Addr:  backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"},
		MySQL: &config.MySQL{Socket: b.Socket, DefaultsFile: b.DefaultsFile, Databases: databases, Lock: config.LockNone, LockWait: 2 * time.Second},
	}
}

func (b *bed) engine(node config.Node) *Engine { return New(node, Options{MachineID: b.machineID}) }

// wide is an engine that uses several connections for the smallest tables.
func (b *bed) wide(node config.Node) *Engine {
	return New(node, Options{MachineID: b.machineID, Connections: 4, PerConnection: 1, ChunkBytes: 100})
}

// take takes a backup of databases.
func (b *bed) take(e *Engine) (executor.Content, testDir, error) {
	b.t.Helper()
	return takeInto(b.t.Context(), e, newTestDir(b.t))
}

func (b *bed) mustTake(databases ...string) (executor.Content, testDir) {
	b.t.Helper()
	c, dir, err := b.take(b.engine(b.node(databases...)))
	if err != nil {
		b.t.Fatal(err)
	}
	return c, dir
}

func manifestOf(c executor.Content) backup.Manifest {
	return backup.Manifest{Node: backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"}, Set: "20261122T000000Z", Tables: c.Tables, Files: slices.Collect(c.Files)}
}

const ellisSchema = `
CREATE DATABASE ellis;
USE ellis;
CREATE TABLE numbers (number_id varbinary(36) NOT NULL PRIMARY KEY, number varchar(128) NOT NULL UNIQUE, owner_id varbinary(36) NULL, gab_listed tinyint NOT NULL default 1, pstn boolean default false, specified boolean default false, KEY (owner_id));
CREATE TABLE users (user_id varbinary(36) NOT NULL PRIMARY KEY, password char(64) binary, full_name varchar(36), email varchar(36) UNIQUE, expires datetime NULL, recovery_token varchar(36), recovery_token_created datetime NULL);
INSERT INTO numbers VALUES ('0b0c','sip:6505550001@example.com','9f1e',1,0,0),('0b0d','sip:6505550002@example.com',NULL,1,0,0);
INSERT INTO users VALUES ('9f1e','$2a$10$abc','Alice Example','alice@example.com',NULL,NULL,NULL);
`

func TestEllisIsTaken(t *testing.T) {
	b := newBed(t)
	b.run(ellisSchema)
	e := b.engine(b.node("ellis"))
	server, err := e.Inspect(t.Context())
	if err != nil || server.Down != "" || len(server.Refusals) > 0 || server.Consistency != rungSnapshot {
		t.Fatalf("inspect: %+v, %v", server, err)
	}
	if server.Identity.Machine != "0123456789abcdef0123456789abcdef" || !strings.HasSuffix(server.Identity.DataDir, "/data/") {
		t.Errorf("identity: %s", server.Identity)
	}
	content, dir := b.mustTake("ellis")
	if content.Totals.Rows != 3 || content.Totals.Tables != 2 || content.Totals.Files != 3 {
		t.Errorf("content: %+v", content)
	}
	if content.Position["gtid_binlog_pos"] == "" {
		t.Errorf("no position was recorded: %v", content.Position)
	}
	for f := range content.Files {
		if info, err := os.Stat(filepath.Join(string(dir), f.Path)); err != nil || info.Size() != f.Bytes {
			t.Errorf("file %+v: %v", f, err)
		}
	}
}
