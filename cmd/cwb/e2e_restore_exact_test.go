//go:build servers

package main

import (
	"fmt"
	"testing"
)

// restoreExactly loses and restores 40 tables whose foreign keys make a ring, with views on
// views and triggers, and 100,000 lines.
func restoreExactly(t *testing.T, s *servers) {
	s.fortyTables(t, "")
	l := newLab(t, s, onlyEllis)
	l.takesSet()
	good := l.ellisContent()
	mysql(t, s.ellis, "DROP DATABASE ellis", "CREATE DATABASE ellis")
	s.fortyTables(t, "lost ")
	lost := l.ellisContent()
	id := l.restores()
	l.ellisIs("after the restore", good)
	l.restores("--undo", id)
	l.ellisIs("after the undo", lost)
	mysql(t, s.ellis, "DROP DATABASE ellis")
	l.restores()
	l.restores("--confirm")
	l.ellisIs("after the restore of a database that was gone", good)
	l.quiet()
}

// tableCount of them refer each to the next, the last to the first.
const tableCount = 40

func (s *servers) fortyTables(t *testing.T, text string) {
	t.Helper()
	all := []string{"USE ellis", "SET foreign_key_checks = 0"}
	for n := range tableCount {
		next := (n + 1) % tableCount
		all = append(all,
			fmt.Sprintf("CREATE TABLE t%02d (id INT AUTO_INCREMENT PRIMARY KEY, next INT, name VARCHAR(40) CHARACTER SET %s, size DECIMAL(20,6), raw VARBINARY(20), at DATETIME(3), UNIQUE by_name (name), INDEX (next), CONSTRAINT f%02[1]d FOREIGN KEY (next) REFERENCES t%02[3]d (id)) AUTO_INCREMENT = %d",
				n, []string{"utf8mb4", "latin1"}[n%2], next, 1000+n),
			fmt.Sprintf("INSERT INTO t%02d (id, next, name, size, raw, at) SELECT seq, 201 - seq, CONCAT('%sn', seq), seq / 7, UNHEX(MD5(seq)), '2020-01-01' + INTERVAL seq SECOND FROM seq_1_to_200", n, text),
			fmt.Sprintf("CREATE TRIGGER g%02d BEFORE UPDATE ON t%02[1]d FOR EACH ROW SET NEW.size = NEW.size + %d", n, len(text)))
	}
	for n := range tableCount {
		below := fmt.Sprintf("t%02d", n)
		if n > 0 {
			below = fmt.Sprintf("v%02d", n-1)
		}
		// Each is made of the one before it.
		all = append(all, fmt.Sprintf("CREATE VIEW v%02d AS SELECT id, '%s' AS note FROM %s WHERE id < %d", n, text, below, 200-n))
	}
	all = append(all, "CREATE VIEW a_first AS SELECT v39.id FROM v39 JOIN t39 ON t39.next = v39.id",
		"CREATE TABLE many (id INT AUTO_INCREMENT PRIMARY KEY, line VARCHAR(80) NOT NULL UNIQUE, note TEXT)",
		"INSERT INTO many (line, note) SELECT CONCAT('"+text+"sip:', 6505550000 + seq, '@example.com'), REPEAT(CHAR(seq % 128), seq % 9) FROM seq_1_to_100000")
	mysql(t, s.ellis, all...)
}
