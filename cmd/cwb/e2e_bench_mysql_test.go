//go:build servers && bench

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cwb/internal/testbed"
)

// fillBench makes about 500 MB of narrow rows, documents and noise.
func fillBench(t *testing.T, s *servers) {
	mysql(t, s.ellis, "CREATE DATABASE ellis CHARACTER SET utf8mb4", "USE ellis",
		`CREATE TABLE numbers (id BINARY(16) PRIMARY KEY, number VARCHAR(64) NOT NULL UNIQUE, owner INT, balance DECIMAL(12,4), note TEXT, INDEX (owner))`,
		`INSERT INTO numbers SELECT UNHEX(MD5(seq)), CONCAT('sip:', 6505550000 + seq, '@example.com'), seq % 200000, seq / 7,
			CONCAT('note ', seq, CHAR(9), MD5(seq + 1), CHAR(10), REPEAT(CONVERT(UNHEX('F09F9880') USING utf8mb4), seq % 5)) FROM seq_1_to_2000000`,
		`CREATE TABLE users (id INT PRIMARY KEY, password CHAR(64), full_name VARCHAR(100), email VARCHAR(100) UNIQUE)`,
		`INSERT INTO users SELECT seq, SHA2(seq, 256), CONCAT('Zoë Müller ', seq), CONCAT('user', seq, '@example.com') FROM seq_1_to_200000`,
		`CREATE TABLE simservs (id INT PRIMARY KEY, document TEXT, noise BLOB, facts JSON)`,
		`INSERT INTO simservs SELECT seq, CONCAT('<simservs id="', seq, '">', REPEAT(CONCAT('<rule active="true">', MD5(seq), '</rule>'), 33), '</simservs>'), RANDOM_BYTES(300), JSON_OBJECT('id', seq, 'tag', SHA1(seq)) FROM seq_1_to_100000`)
}

// benchMySQL takes, and then restores into the emptied server, what others dump and load.
func benchMySQL(t *testing.T, s *servers) {
	// With a pool that holds all data, disks are not what is measured.
	s.ellis = testbed.MariaDBForTest(t, testbed.MariaDBOptions{Args: []string{"--innodb-buffer-pool-size=2G", "--innodb-log-file-size=512M"}})
	s.homer = &testbed.Cassandra{DataDirs: []string{filepath.Join(t.TempDir(), "none")}}
	s.homestead = s.homer
	fillBench(t, s)
	l := newLab(t, s, onlyEllis)
	b := &mysqlBench{t: t, s: s, l: l, dump: filepath.Join(l.dir, "dump.sql"), files: filepath.Join(l.dir, "mydumper")}
	_, err := exec.LookPath("mydumper")
	b.mydumper = err == nil
	largest := b.largestRow()
	b.takes(largest)
	b.restores()
}

// mysqlBench is what the contenders work on.
type mysqlBench struct {
	t        *testing.T
	s        *servers
	l        *lab
	dump     string // of mariadb-dump
	files    string // of mydumper
	mydumper bool   // is installed
}

// shell runs a script whose $0 is the server's option file, $1 the dump, $2 mydumper's
// directory, $3 the socket.
func (b *mysqlBench) shell(script string) cost {
	return timed(b.t, "bash", "-c", "set -eo pipefail; "+script, b.s.ellis.DefaultsFile, b.dump, b.files, b.s.ellis.Socket)
}

const runMydumper = `mydumper --defaults-file "$0" --socket "$3" --database ellis --threads 2 --trx-consistency-only --outputdir "$2"`

// takes compares takes: cwb's is compressed, hashed, synced and verified.
func (b *mysqlBench) takes(largest int64) {
	contenders := []contender{
		{"cwb (verified)", func(int) cost { return timed(b.t, b.s.binary, "--policy", b.l.policyFile(), "backup") }, 0},
		{"mariadb-dump | zstd -3", func(int) cost {
			return b.shell(`mariadb-dump --defaults-file="$0" --single-transaction ellis | zstd -q -3 -f -o "$1.zst"`)
		}, 0.70},
	}
	if b.mydumper {
		contenders = append(contenders, contender{"mydumper -t 2, zstd -1 -T2, sha256sum", func(int) cost {
			defer os.RemoveAll(b.files)
			return b.shell(runMydumper + `; cd "$2"; zstd -q -1 -T2 --rm -- *; sha256sum -- * >SHA256SUMS`)
		}, 1.00})
	}
	medians := race(contenders)
	compare(fmt.Sprintf("take of %d MB of MySQL", b.l.list().Sets[0].Backups[0].Bytes>>20), contenders, medians)
	limit := 150<<20 + 3*largest*2 // connections
	fmt.Printf("bench: take of MySQL: cwb needs %d of %d MB\n", medians[0].memory>>20, limit>>20)
	if medians[0].memory > limit {
		b.t.Errorf("the take needed %d bytes of memory, more than %d", medians[0].memory, limit)
	}
}

// largestRow is about the size of the largest row.
func (b *mysqlBench) largestRow() int64 {
	var largest int64
	for _, v := range queryStrings(b.t, b.s.ellis, "SELECT MAX(LENGTH(document) + LENGTH(noise) + LENGTH(facts)) FROM ellis.simservs") {
		_, _ = fmt.Sscan(v, &largest)
	}
	return largest
}

// restores compares restores into a server without the database. What each needs besides is
// made before; that it brings everything back is looked at after.
func (b *mysqlBench) restores() {
	b.shell(`mariadb-dump --defaults-file="$0" --single-transaction ellis >"$1"`)
	content := b.checksums()
	contenders := []contender{
		{"cwb (counted)", func(int) cost {
			took := b.into(content, b.t.Errorf, func() cost {
				return timed(b.t, b.s.binary, "--policy", b.l.policyFile(), "restore", "latest", "--auto-approve")
			})
			timed(b.t, b.s.binary, "--policy", b.l.policyFile(), "restore", "--confirm", "--auto-approve")
			return took
		}, 0},
		{"mariadb < dump.sql", func(int) cost {
			return b.into(content, b.t.Logf, func() cost {
				mysql(b.t, b.s.ellis, "CREATE DATABASE ellis CHARACTER SET utf8mb4")
				return b.shell(`mariadb --defaults-file="$0" ellis <"$1"`)
			})
		}, 0.40},
	}
	if b.mydumper {
		b.shell(runMydumper)
		contenders = append(contenders, contender{"myloader -t 2", func(int) cost {
			return b.into(content, b.t.Logf, func() cost {
				return b.shell(`myloader --defaults-file "$0" --socket "$3" --database ellis --threads 2 --directory "$2"`)
			})
		}, 1.00})
	}
	compare("restore of MySQL into an empty server", contenders, race(contenders))
}

// into runs a restore into the emptied server, and complains of what it did not bring.
func (b *mysqlBench) into(content string, complain func(string, ...any), restore func() cost) cost {
	mysql(b.t, b.s.ellis, "DROP DATABASE ellis")
	took := restore()
	if got := b.checksums(); got != content {
		complain("the checksums are %s after a restore, were %s", got, content)
	}
	return took
}

// checksums are what the server says of its tables' rows.
func (b *mysqlBench) checksums() string {
	db, err := b.s.ellis.Open("ellis")
	if err != nil {
		b.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(b.t.Context(), "CHECKSUM TABLE numbers, users, simservs")
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var table, sum string
		if err := rows.Scan(&table, &sum); err != nil {
			b.t.Fatal(err)
		}
		out = append(out, table+" "+sum)
	}
	if err := rows.Err(); err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(out, ", ")
}
