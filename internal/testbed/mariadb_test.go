//go:build servers

package testbed_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"cwb/internal/testbed"
)

func TestMariaDBKeepsDataOverRestarts(t *testing.T) { testMariaDBKeepsData(t, testbed.MariaDB1011) }

func testMariaDBKeepsData(t *testing.T, version testbed.MariaDBVersion) {
	server := testbed.MariaDBForTest(t, testbed.MariaDBOptions{Version: version, BinLog: true})
	db, err := server.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"CREATE DATABASE d", "CREATE TABLE d.t (n INT) ENGINE=InnoDB", "INSERT INTO d.t VALUES (7)"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	var release string
	if err := db.QueryRow("SELECT VERSION()").Scan(&release); err != nil || !strings.HasPrefix(release, version.String()+".") {
		t.Errorf("version %q, %v; want %s", release, err, version)
	}
	restart(t, server.Kill, server)
	restart(t, func() error { return server.Stop(t.Context()) }, server)
	var n int
	if err := db.QueryRow("SELECT n FROM d.t").Scan(&n); err != nil || n != 7 {
		t.Fatalf("row after restarts: %d, %v; want 7", n, err)
	}
	var position string
	var rest [3]any
	if err := db.QueryRow("SHOW MASTER STATUS").Scan(&position, &rest[0], &rest[1], &rest[2]); err != nil {
		t.Fatalf("binary log position: %v", err)
	}
}

func TestMariaDBClientReadsDefaultsFile(t *testing.T) {
	server := testbed.MariaDBForTest(t, testbed.MariaDBOptions{})
	for _, args := range [][]string{nil, {"--protocol=tcp", "--host=" + server.Host}} {
		argv := append([]string{"--defaults-file=" + server.DefaultsFile}, args...)
		output, err := exec.Command("mariadb", append(argv, "-e", "SELECT CURRENT_USER()")...).CombinedOutput()
		if err != nil || !strings.Contains(string(output), server.User) {
			t.Errorf("mariadb %q: %v\n%s", argv, err, output)
		}
	}
}

func TestMariaDBTellsWhyItDoesNotStart(t *testing.T) {
	_, err := testbed.StartMariaDB(t.Context(), testbed.MariaDBOptions{Dir: t.TempDir(), Args: []string{"--no-such-option"}})
	if err == nil || !strings.Contains(err.Error(), "no-such-option") {
		t.Fatalf("got %v; want an error with the end of the server's log", err)
	}
}

type startStopper interface {
	Start(ctx context.Context) error
	Pid() int
}

func restart(t *testing.T, end func() error, server startStopper) {
	t.Helper()
	before := server.Pid()
	if err := end(); err != nil {
		t.Fatal(err)
	}
	if alive(before) {
		t.Fatalf("process %d is still there", before)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}
