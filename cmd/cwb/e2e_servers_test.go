//go:build servers

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gocql/gocql"
	"golang.org/x/sync/errgroup"

	"cwb/internal/testbed"
	"cwb/internal/testbed/cqlcorpus"
	"cwb/internal/testbed/subscribers"
)

// subscriberCount is enough for every table to have several pages and SSTable blocks.
const subscriberCount = 3000

// servers are what all scenarios run against.
type servers struct {
	ellis     *testbed.MariaDB
	spare     *testbed.MariaDB // empty: what exports are loaded into, and another Ellis
	homer     *testbed.Cassandra
	homestead *testbed.Cassandra
	dir       string // of all of them
	binary    string // cwb, as it is released
}

// startServers starts everything side by side and loads the subscribers.
func startServers(t *testing.T) *servers {
	t.Helper()
	if _, err := testbed.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "cwb-e2e-") // t.TempDir is too long for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	s := &servers{dir: dir, binary: filepath.Join(dir, "cwb")}
	t.Cleanup(func() { s.stop(t) })
	group, ctx := errgroup.WithContext(t.Context())
	group.Go(func() error { return s.startEllis(ctx) })
	group.Go(func() error { return s.startHomer(ctx) })
	group.Go(func() error { return s.startHomestead(ctx) })
	group.Go(func() error { return s.build(ctx) })
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *servers) startEllis(ctx context.Context) (err error) {
	if s.ellis, err = testbed.StartMariaDB(ctx, testbed.MariaDBOptions{Dir: filepath.Join(s.dir, "ellis"), BinLog: true}); err != nil {
		return err
	}
	if s.spare, err = testbed.StartMariaDB(ctx, testbed.MariaDBOptions{Dir: filepath.Join(s.dir, "spare")}); err != nil {
		return err
	}
	return fillEllis(ctx, s.ellis, subscriberCount)
}

func (s *servers) startHomer(ctx context.Context) (err error) {
	if s.homer, err = testbed.StartCassandra(ctx, testbed.CassandraOptions{Dir: filepath.Join(s.dir, "homer"), ClusterName: "clearwater"}); err != nil {
		return err
	}
	return fillCassandra(ctx, s.homer, subscriberCount, subscribers.LoadHomer)
}

func (s *servers) startHomestead(ctx context.Context) (err error) {
	if s.homestead, err = testbed.StartCassandra(ctx, testbed.CassandraOptions{Dir: filepath.Join(s.dir, "homestead"), ClusterName: "clearwater", Settings: cqlcorpus.Settings()}); err != nil {
		return err
	}
	return fillCassandra(ctx, s.homestead, subscriberCount, subscribers.LoadHomestead)
}

// build makes the binary as it is released.
func (s *servers) build(ctx context.Context) error {
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", s.binary, ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build cwb: %w\n%s", err, output)
	}
	return nil
}

func (s *servers) stop(t *testing.T) {
	for _, m := range []*testbed.MariaDB{s.ellis, s.spare} {
		if m != nil {
			_ = m.Close()
		}
	}
	for _, c := range []*testbed.Cassandra{s.homer, s.homestead} {
		if c != nil {
			_ = c.Close()
		}
	}
	if err := os.RemoveAll(s.dir); err != nil {
		t.Error(err)
	}
}

// lines are the first count subscribers, and some numbers that nobody has. They are the
// same in all scenarios.
func lines(count int) []subscribers.Line {
	return subscribers.Generate(subscribers.Options{Owned: count, Free: count / 10, Seed: 1})
}

// fillEllis makes the database anew.
func fillEllis(ctx context.Context, m *testbed.MariaDB, count int) error {
	db, err := m.Open("")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "DROP DATABASE IF EXISTS ellis"); err != nil {
		return err
	}
	return subscribers.LoadEllis(ctx, db, lines(count))
}

// refillEllis puts the database back as it was.
func (s *servers) refillEllis(t *testing.T) {
	t.Helper()
	if err := fillEllis(t.Context(), s.ellis, subscriberCount); err != nil {
		t.Fatal(err)
	}
}

// fillCassandra adds subscribers to a keyspace; those that are there stay.
func fillCassandra(ctx context.Context, c *testbed.Cassandra, count int, load func(context.Context, *gocql.Session, int, []subscribers.Line) error) error {
	session, err := c.Session("")
	if err != nil {
		return err
	}
	defer session.Close()
	return load(ctx, session, 1, lines(count))
}

// mysql runs statements on a server.
func mysql(t *testing.T, m *testbed.MariaDB, statements ...string) {
	t.Helper()
	db, err := m.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// cql runs statements on a server.
func cql(t *testing.T, c *testbed.Cassandra, statements ...string) {
	t.Helper()
	session, err := c.Session("")
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for _, statement := range statements {
		if err := session.Query(statement).WithContext(t.Context()).Exec(); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// tableDirs are the directories of a keyspace's tables, those of dropped ones included.
func tableDirs(t *testing.T, c *testbed.Cassandra, keyspace string) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(c.DataDirs[0], keyspace, "*-*"))
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// tableDir is the directory of a table that exists once.
func tableDir(t *testing.T, c *testbed.Cassandra, keyspace, table string) string {
	t.Helper()
	for _, dir := range tableDirs(t, c, keyspace) {
		if name, _, _ := strings.Cut(filepath.Base(dir), "-"); name == table {
			return dir
		}
	}
	t.Fatalf("table %s.%s has no directory", keyspace, table)
	return ""
}

// forgetSnapshots removes every snapshot, so that no scenario sees another's.
func (s *servers) forgetSnapshots(t *testing.T) {
	for _, c := range []*testbed.Cassandra{s.homer, s.homestead} {
		for _, keyspace := range []string{"homer", "homestead"} {
			for _, dir := range tableDirs(t, c, keyspace) {
				if err := os.RemoveAll(filepath.Join(dir, "snapshots")); err != nil {
					t.Error(err)
				}
			}
		}
	}
}
