//go:build servers && bench

package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cwb/internal/testbed"
)

// The data of the benchmark is about 5 GB in 2,000 files, eight of each SSTable. It is made by
// importing one SSTable of random bytes under ever new names, which is many times faster than
// writing rows. The server links what it imports, so all is read from memory: processors are
// compared, not disks.
const (
	benchTables   = 10
	benchSSTables = 25 // of each table
	benchRows     = 320
	benchRow      = 64 << 10 // bytes
)

// benchCassandra compares a take with nothing new with the snapshot alone, a first take with
// hashing the files on both cores, and a restore's import with nodetool's.
func benchCassandra(t *testing.T, s *servers) {
	s.homer = testbed.CassandraForTest(t, testbed.CassandraOptions{ClusterName: "clearwater"})
	s.homestead, s.ellis = s.homer, &testbed.MariaDB{}
	laySSTables(t, s.homer)
	l := newLab(t, s, withoutHomestead, func(l *lab) { l.policy.Ellis = nil })
	benchFirstTake(t, s, l)
	forgetFolders(t, s.homer, "first-*") // what lies about is listed by every plan
	contenders := []contender{
		{"cwb (verified)", func(int) cost { return timed(t, s.binary, "--policy", l.policyFile(), "backup") }, 0},
		{"nodetool snapshot", func(round int) cost {
			defer forgetFolders(t, s.homer, "again-*")
			return snapshotAlone(t, s.homer, fmt.Sprint("again-", round))
		}, 2},
	}
	compare("take of Cassandra with nothing new", contenders, race(contenders))
	benchImport(t, l)
}

// benchFirstTake begins each round with no backup. What is read in a take lies between its
// capture and its end.
func benchFirstTake(t *testing.T, s *servers, l *lab) {
	var reading []cost
	contenders := []contender{
		{"cwb (verified)", func(int) cost {
			if err := os.RemoveAll(l.policy.Cassandra[0].SnapshotPath); err != nil {
				t.Fatal(err)
			}
			forgetFolders(t, s.homer, "cwb-*")
			c := timed(t, s.binary, "--policy", l.policyFile(), "backup")
			b := l.list().Sets[0].Backups[0]
			reading = append(reading, cost{b.Finished.Sub(*b.Captured), c.memory})
			return c
		}, 0},
		{"nodetool snapshot and sha256sum on two cores", func(round int) cost {
			began := time.Now()
			c := snapshotAlone(t, s.homer, fmt.Sprint("first-", round))
			sums := hashFiles(t, s.homer, fmt.Sprint("first-", round))
			return cost{time.Since(began), max(c.memory, sums.memory)}
		}, 0},
		{"sha256sum on two cores", func(int) cost { return hashFiles(t, s.homer, "first-0") }, 1.25},
	}
	medians := race(contenders)
	size := l.list().Sets[0].Backups[0].Bytes
	what := fmt.Sprintf("first take of %d MB of Cassandra in %d files", size>>20, len(snapshotFiles(t, s.homer, "first-0")))
	compare(what, contenders[:2], medians[:2])
	slices.SortFunc(reading, func(a, b cost) int { return int(a.wall - b.wall) })
	compare(what+", the reading alone", []contender{{name: "cwb"}, contenders[2]}, []cost{reading[len(reading)/2], medians[2]})
}

func snapshotAlone(t *testing.T, c *testbed.Cassandra, tag string) cost {
	t.Helper()
	return timed(t, slices.Concat(c.Nodetool, []string{"snapshot", "-t", tag, "--", "homer"})...)
}

// forgetFolders removes snapshots, faster than nodetool does.
func forgetFolders(t *testing.T, c *testbed.Cassandra, tag string) {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(c.DataDirs[0], "homer", "*", "snapshots", tag))
	for _, folder := range folders {
		err = errors.Join(err, os.RemoveAll(folder))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// hashFiles does what a careful operator would do after a snapshot.
func hashFiles(t *testing.T, c *testbed.Cassandra, tag string) cost {
	t.Helper()
	return timed(t, "bash", "-c", `set -o pipefail; find "$0" -type f -path "*/snapshots/$1/*" -print0 | xargs -0 -P 2 -n 8 sha256sum`,
		filepath.Join(c.DataDirs[0], "homer"), tag)
}

func snapshotFiles(t *testing.T, c *testbed.Cassandra, tag string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(c.DataDirs[0], "homer", "*", "snapshots", tag, "*-*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	return files
}

// laySSTables makes the data: tables that nothing compacts.
func laySSTables(t *testing.T, c *testbed.Cassandra) {
	t.Helper()
	cql(t, c, `CREATE KEYSPACE homer WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`)
	for i := range benchTables {
		cql(t, c, fmt.Sprintf(`CREATE TABLE homer.big%d (k int PRIMARY KEY, v blob)
			WITH compaction = {'class': 'SizeTieredCompactionStrategy', 'enabled': 'false'}`, i))
	}
	seed := seedSSTable(t, c)
	for i := range benchTables {
		args := []string{"import", "--copy-data", "--", "homer", fmt.Sprint("big", i)}
		for n := range benchSSTables { // a directory that is named twice is loaded once
			args = append(args, linkedCopy(t, seed, n))
		}
		if out, err := c.RunNodetool(t.Context(), args...); err != nil {
			t.Fatal(out, err)
		}
	}
}

// linkedCopy is a directory with other names of the same files.
func linkedCopy(t *testing.T, dir string, n int) string {
	t.Helper()
	copied := filepath.Join(filepath.Dir(filepath.Dir(dir)), fmt.Sprint("copy", n), filepath.Base(dir))
	if err := os.MkdirAll(copied, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "cp", "-alf", dir+"/.", copied).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	return copied
}

// seedSSTable writes rows that cannot be compressed into the first table, moves the SSTable
// that they make aside, and empties the table.
func seedSSTable(t *testing.T, c *testbed.Cassandra) (dir string) {
	t.Helper()
	session, err := c.Session("homer")
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	row := make([]byte, benchRow)
	for k := range benchRows {
		_, _ = rand.Read(row)
		if err := session.Query(`INSERT INTO big0 (k, v) VALUES (?, ?)`, k, row).Exec(); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := c.RunNodetool(t.Context(), "snapshot", "-t", "seed", "--", "homer"); err != nil {
		t.Fatal(out, err)
	}
	dir = filepath.Join(c.Dir, "seed", "homer", "big")
	for i, file := range snapshotFiles(t, c, "seed") {
		if i == 0 {
			if err := os.CopyFS(dir, os.DirFS(filepath.Dir(file))); err != nil {
				t.Fatal(err)
			}
		}
	}
	cql(t, c, `TRUNCATE homer.big0`)
	for _, tag := range []string{"seed", "truncated-*"} {
		for _, file := range snapshotFiles(t, c, tag) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}
