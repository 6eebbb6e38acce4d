//go:build servers

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/backup"
	"cwb/internal/testbed"
)

// sameEllis loads the export of a set into an empty server with the stock client, and
// compares definitions, checksums and every byte of every row.
func (l *lab) sameEllis(set string) {
	l.t.Helper()
	mysql(l.t, l.s.spare, "DROP DATABASE IF EXISTS ellis")
	l.loadExport(l.s.spare, set)
	if diff := cmp.Diff(contentOf(l.t, l.s.ellis), contentOf(l.t, l.s.spare)); diff != "" {
		l.t.Errorf("the export of %s is not what Ellis holds:\n%s", set, diff)
	}
}

func (l *lab) loadExport(m *testbed.MariaDB, set string) {
	l.t.Helper()
	client := exec.CommandContext(l.t.Context(), "mariadb", "--defaults-file="+m.DefaultsFile)
	client.Stdin = strings.NewReader(l.cwb(exitDone, "export", set, "--node", "ellis").stdout)
	if output, err := client.CombinedOutput(); err != nil {
		l.t.Fatalf("load the export of %s: %v\n%s", set, err, output)
	}
}

// contentOf describes the tables of the database ellis: definition, checksum, and a digest
// over all values in hexadecimal, in the order of the primary key.
func contentOf(t *testing.T, m *testbed.MariaDB) map[string]string {
	t.Helper()
	db, err := m.Open("ellis")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	content := map[string]string{}
	for _, table := range queryStrings(t, m, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'ellis'") {
		var name, definition, checksum string
		if err := db.QueryRow("SHOW CREATE TABLE `"+table+"`").Scan(&name, &definition); err != nil {
			t.Fatal(err)
		}
		if err := db.QueryRow("CHECKSUM TABLE `"+table+"`").Scan(&name, &checksum); err != nil {
			t.Fatal(err)
		}
		content[table] = fmt.Sprintf("%s\nchecksum %s, %s", definition, checksum, rowsDigest(t, m, table))
	}
	return content
}

func rowsDigest(t *testing.T, m *testbed.MariaDB, table string) string {
	t.Helper()
	columns := queryStrings(t, m, "SELECT column_name FROM information_schema.columns WHERE table_schema = 'ellis' AND table_name = '"+table+"' ORDER BY ordinal_position")
	for i, c := range columns {
		columns[i] = "IFNULL(HEX(`" + c + "`), 'NULL')"
	}
	rows := queryStrings(t, m, "SELECT CONCAT_WS(',', "+strings.Join(columns, ", ")+") FROM ellis.`"+table+"` ORDER BY 1")
	sum := sha256.Sum256([]byte(strings.Join(rows, "\n")))
	return fmt.Sprintf("%d rows, %x", len(rows), sum)
}

// queryStrings gives the one column of a query.
func queryStrings(t *testing.T, m *testbed.MariaDB, query string) []string {
	t.Helper()
	db, err := m.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	all := []string{}
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// manifestOf reads what a backup says it consists of.
func (l *lab) manifestOf(snapshotPath, set string) backup.Manifest {
	l.t.Helper()
	data, err := os.ReadFile(filepath.Join(snapshotPath, set, "manifest.json"))
	if err != nil {
		l.t.Fatal(err)
	}
	var m backup.Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		l.t.Fatal(err)
	}
	return m
}

// sameFiles compares a Cassandra backup's manifest with the files of its snapshot: the same
// names, sizes and digests, and not one more.
func (l *lab) sameFiles(n *nodeText, set string) {
	l.t.Helper()
	want, got := map[string]string{}, map[string]string{}
	for _, f := range l.manifestOf(n.SnapshotPath, set).Files {
		if f.Root != "" {
			want[filepath.Join(f.Root, f.Path)] = fmt.Sprintf("%d bytes, %s", f.Bytes, f.SHA256)
		}
	}
	tag := "cwb-" + set + "-" + n.Name
	for _, data := range n.DataDirs {
		dirs, _ := filepath.Glob(filepath.Join(data, n.Name, "*", "snapshots", tag))
		for _, dir := range dirs {
			for path, digest := range digests(l.t, dir) {
				got[path] = digest
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		l.t.Errorf("the manifest of %s on %s (-) and its %d files (+) differ:\n%s", set, n.Name, len(got), diff)
	}
}

// digests describes every file below a directory.
func digests(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		sum := sha256.Sum256(data)
		all[path] = fmt.Sprintf("%d bytes, %s", len(data), hex.EncodeToString(sum[:]))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sameRows empties a table, imports a set's files into it, and compares all rows.
func (l *lab) sameRows(c *testbed.Cassandra, n *nodeText, table, set string) {
	l.t.Helper()
	before := rowsOf(l.t, c, n.Name+"."+table)
	cql(l.t, c, "TRUNCATE "+n.Name+"."+table)
	if left := rowsOf(l.t, c, n.Name+"."+table); len(left) != 0 {
		l.t.Fatalf("%d rows are left after TRUNCATE", len(left))
	}
	snapshot := filepath.Join(tableDir(l.t, c, n.Name, table), "snapshots", "cwb-"+set+"-"+n.Name)
	if _, err := c.RunNodetool(l.t.Context(), "import", "--copy-data", "--", n.Name, table, snapshot); err != nil {
		l.t.Fatal(err)
	}
	if diff := cmp.Diff(before, rowsOf(l.t, c, n.Name+"."+table)); diff != "" || len(before) == 0 {
		l.t.Errorf("%s.%s from set %s differs in some of %d rows:\n%.2000s", n.Name, table, set, len(before), diff)
	}
}

// rowsOf are all rows of a table as JSON, sorted.
func rowsOf(t *testing.T, c *testbed.Cassandra, table string) []string {
	t.Helper()
	session, err := c.Session("")
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	all := []string{}
	var row string
	for rows := session.Query("SELECT JSON * FROM " + table).WithContext(t.Context()).Iter(); ; {
		if !rows.Scan(&row) {
			if err := rows.Close(); err != nil {
				t.Fatal(err)
			}
			break
		}
		all = append(all, shortened(row))
	}
	slices.Sort(all)
	return all
}

// shortened is a row's beginning, and a digest of all of it.
func shortened(row string) string {
	sum := sha256.Sum256([]byte(row))
	return fmt.Sprintf("%.80s… %x", row, sum[:16])
}
