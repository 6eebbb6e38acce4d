//go:build servers

package mysqlengine

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"cwb/internal/testbed"
)

// beginsOfTexts has a key that is no order of the column's values: it is read as if it had none.
const beginsOfTexts = "begins of texts"

// splitTables are tables of ten thousand rows with keys of every kind that is split.
var splitTables = []struct{ name, key, values string }{
	{"integers", "k INT PRIMARY KEY", "CAST(seq AS SIGNED) * 3 - 20000"},
	{"large integers", "k BIGINT UNSIGNED PRIMARY KEY", "18446744073709551615 - seq * seq"},
	{"noise", "k BINARY(16) PRIMARY KEY", "UNHEX(MD5(seq))"},
	{"uuids as text", "k VARBINARY(36) PRIMARY KEY", "CONCAT('0-', MD5(seq))"},
	{"addresses", "k VARCHAR(100) PRIMARY KEY", "CONCAT('sip:', 6505550000 + seq, '@example.com')"},
	{"any case", "k VARCHAR(40) CHARACTER SET latin1 COLLATE latin1_german2_ci PRIMARY KEY", "IF(seq % 2, MD5(seq), UPPER(MD5(seq)))"},
	{"wide characters", "k CHAR(40) CHARACTER SET ucs2 PRIMARY KEY", "MD5(seq)"},
	{beginsOfTexts, "k TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, PRIMARY KEY (k(12))", "CONCAT('Ü', MD5(seq), REPEAT('x', 100))"},
	{"days", "k DATE, l INT, PRIMARY KEY (k, l)", "'2020-01-01' + INTERVAL seq DIV 10 DAY, seq"},
	{"one day", "k DATE, l INT, PRIMARY KEY (k, l)", "'2020-01-01', seq"},
	{"moments", "k TIMESTAMP(3) PRIMARY KEY", "'2020-01-01 00:00:00.500' + INTERVAL seq HOUR"},
	{"one tenant", "k VARCHAR(40), l INT, PRIMARY KEY (k, l)", "'Zoë''s', seq"},
	{"a large tenant", "k VARCHAR(40), l BINARY(4), m VARCHAR(40), PRIMARY KEY (k, l, m)", "IF(seq % 10, 'large', CONCAT('t', seq)), 'same', MD5(seq)"},
}

// TestTablesAreSplitByAnyKey demands of every range that none has much more than its part,
// and of all together that each row is in one of them.
func TestTablesAreSplitByAnyKey(t *testing.T) {
	for name, version := range map[string]testbed.MariaDBVersion{"10.11": testbed.MariaDB1011, "11.4": testbed.MariaDB114} {
		t.Run(name, func(t *testing.T) {
			b := newBedWith(t, testbed.MariaDBOptions{Version: version})
			var script strings.Builder
			script.WriteString("CREATE DATABASE split; USE split;\n")
			for _, table := range splitTables {
				fmt.Fprintf(&script, "CREATE TABLE `%s` (%s, filler CHAR(100) DEFAULT 'x') CHARACTER SET utf8mb4; INSERT INTO `%[1]s` SELECT %[3]s, 'y' FROM seq_1_to_10000; ANALYZE TABLE `%[1]s`;\n", table.name, table.key, table.values)
			}
			b.run(script.String())
			s, err := b.engine(b.node("split")).connect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer s.close()
			read, err := (&catalog{s: s, p: product{mariadb: true, release: [3]int{10, 11, 0}}}).read(t.Context(), []string{"split"})
			if err != nil {
				t.Fatal(err)
			}
			t.Run("bounds", func(t *testing.T) { onlyAscendingBounds(t, s) })
			for _, ref := range read.tables() {
				t.Run(string(ref.table.Name), func(t *testing.T) {
					if ref.table.Name == beginsOfTexts {
						readAsStored(t, s, ref)
						return
					}
					splitEvenly(t, s, ref, 4)
				})
			}
		})
	}
}

func splitEvenly(t *testing.T, s *session, ref tableRef, parts int) {
	split, err := ranges(t.Context(), s, ref, parts)
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int64
	var sum int64
	for _, where := range split {
		n, err := s.one(t.Context(), "SELECT COUNT(*) FROM "+ref.quoted()+" WHERE "+cmp.Or(where, "TRUE"))
		if err != nil {
			t.Fatal(err)
		}
		sizes, sum = append(sizes, atoi(n)), sum+atoi(n)
		if atoi(n) > 4000 {
			t.Errorf("%s has %s rows", where, n)
		}
	}
	if sum != 10000 || len(split) != parts {
		t.Errorf("%d ranges have %d rows: %v\n%s", len(split), sum, sizes, strings.Join(split, "\n"))
	}
}

// readAsStored demands that the server sends the first row without sorting the table.
func readAsStored(t *testing.T, s *session, ref tableRef) {
	split, err := ranges(t.Context(), s, ref, 4)
	if err != nil || len(split) != 1 {
		t.Fatalf("%v; ranges %q", err, split)
	}
	r, err := s.query(t.Context(), "EXPLAIN "+selectTable(unit{ref: ref, where: split[0]}, product{mariadb: true}))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range r.rows {
		if extra := r.text(row, "Extra"); strings.Contains(extra, "filesort") {
			t.Errorf("the server says %q", extra)
		}
	}
}

// onlyAscendingBounds: a row is in no range beside a bound that is NULL, as the first one too.
func onlyAscendingBounds(t *testing.T, s *session) {
	const day100 = "(FROM_DAYS(100) + INTERVAL 1 SECOND)" // before the first year
	bounds, err := (&keySplitter{s: s}).ascending(t.Context(), []bound{{day100}, {"'2020-01-01'"}, {"'2020-01-01'"}, {"'2021-01-01'", day100}, {"'2019-01-01'"}, {"'2021-01-01'", "5"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(bounds), "[['2020-01-01'] ['2021-01-01' 5]]"; got != want {
		t.Errorf("bounds %s, want %s", got, want)
	}
}
