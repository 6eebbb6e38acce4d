//go:build servers

package mysqlengine

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cwb/executor"
)

// TestLargeRows takes rows up to the packet limit, loads them elsewhere, and holds both ways
// of reading to the same bytes.
func TestLargeRows(t *testing.T) {
	source, target := newBed(t, "--innodb-log-file-size=256M"), newBed(t, "--innodb-log-file-size=256M")
	source.run("CREATE DATABASE d; USE d; CREATE TABLE big (id INT PRIMARY KEY, b LONGBLOB, t LONGTEXT CHARACTER SET utf8mb4, j JSON); " +
		"INSERT INTO big VALUES (1, REPEAT(0x005C0A09FF, 3000000), NULL, NULL), (2, NULL, REPEAT('é\\n', 4000000), NULL), (3, 'x', 'y', CONCAT('\"', REPEAT('z', 1000000), '\"')), (4, REPEAT('a', 16777000), '', NULL), (5, REPEAT('b', 262144), REPEAT('c', 262145), NULL);" +
		"CREATE TABLE small (id INT); INSERT INTO small VALUES (1)")
	e := source.engine(source.node("d"))
	content, dir, err := source.take(e)
	if err != nil {
		t.Fatal(err)
	}
	oracle := New(source.node("d"), Options{MachineID: source.machineID, DriverRows: true})
	_, byDriver, err := source.take(oracle)
	if err != nil {
		t.Fatal(err)
	}
	for f := range content.Files {
		a, errA := os.ReadFile(filepath.Join(string(dir), f.Path))
		b, errB := os.ReadFile(filepath.Join(string(byDriver), f.Path))
		if errA != nil || errB != nil || f.Table != "" && !bytes.Equal(a, b) {
			t.Errorf("%s differs: %v, %v", f.Path, errA, errB)
		}
	}
	source.load(target, e, content, dir)
	compareServers(t, source, target, []string{"d"})

	target.exec("DROP DATABASE d")
	target.exec("SET GLOBAL max_allowed_packet = 9000000")
	var script bytes.Buffer
	if err := e.Export(t.Context(), dir, manifestOf(content), executor.Selection{}, &script); err != nil {
		t.Fatal(err)
	}
	if output, err := target.client(script.Bytes()); err == nil || !strings.Contains(output, "1242") {
		t.Errorf("a server with too small packets took the export: %v %s", err, output)
	}
}

// TestRowsLargerThanPackets: MariaDB sends rows that are larger than max_allowed_packet.
func TestRowsLargerThanPackets(t *testing.T) {
	b := newBed(t, "--max-allowed-packet=1M", "--innodb-log-file-size=256M")
	b.run("CREATE DATABASE d; USE d; CREATE TABLE big (id INT PRIMARY KEY, a LONGBLOB, b LONGBLOB); INSERT INTO big VALUES (1, REPEAT('a', 900000), NULL); UPDATE big SET b = a")
	for _, o := range []Options{{MachineID: b.machineID}, {MachineID: b.machineID, DriverRows: true}} {
		content, _, err := b.take(New(b.node("d"), o))
		if err != nil || content.Totals.Bytes < 1800000 {
			t.Errorf("%+v: %+v, %v", o, content.Totals, err)
		}
	}
}

// TestTablesAreReadInRanges holds a table that several connections read in ranges to what
// one connection reads.
func TestTablesAreReadInRanges(t *testing.T) {
	b := newBed(t)
	b.run("CREATE DATABASE d; USE d; CREATE TABLE i (id INT PRIMARY KEY, v CHAR(200)); INSERT INTO i SELECT CAST(seq AS SIGNED) * 3 - 30000, seq FROM seq_1_to_20000;" +
		"CREATE TABLE u (id BIGINT UNSIGNED, k INT, PRIMARY KEY (id, k)); INSERT INTO u SELECT 18446744073709551615 - (seq DIV 3) * 1000, seq FROM seq_1_to_20000;" +
		"CREATE TABLE b (id VARBINARY(36) PRIMARY KEY, v CHAR(200)); INSERT INTO b SELECT UUID(), seq FROM seq_1_to_20000; INSERT INTO b VALUES ('', 'empty'), (0xffffffffffffffffff, 'high');" +
		"CREATE TABLE h (id BINARY(16) PRIMARY KEY); INSERT INTO h SELECT UNHEX(MD5(seq)) FROM seq_1_to_20000; CREATE TABLE c (id VARCHAR(20) PRIMARY KEY); INSERT INTO c SELECT seq FROM seq_1_to_5000;" +
		"CREATE TABLE one (id INT PRIMARY KEY); INSERT INTO one VALUES (1); CREATE TABLE none (id INT PRIMARY KEY); ANALYZE TABLE i, u, b, h, c")
	want, wantDir := b.mustTake("d")
	wide := New(b.node("d"), Options{MachineID: b.machineID, Connections: 3, PerConnection: 64 << 10})
	got, gotDir, err := b.take(wide)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]int{}
	for f := range got.Files {
		parts[f.Table]++
	}
	for _, table := range []string{"i", "u", "b", "h"} {
		if parts[table] < 3 {
			t.Errorf("table %s was read in %d parts", table, parts[table])
		}
	}
	for _, table := range want.Tables {
		a, b := tableContent(t, wantDir, want, table.Name), tableContent(t, gotDir, got, table.Name)
		if !bytes.Equal(a, b) {
			t.Errorf("table %s: %d bytes in ranges, %d at once", table.Name, len(b), len(a))
		}
	}
}

// tableContent is all chunks of a table, in the order of their names.
func tableContent(t *testing.T, dir testDir, c executor.Content, table string) []byte {
	t.Helper()
	dec, err := newDecoder()
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	var out bytes.Buffer
	for f := range c.Files {
		if f.Table != table {
			continue
		}
		if err := readFile(dir, f, dec, &out); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}
