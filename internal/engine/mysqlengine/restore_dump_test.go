package mysqlengine

import (
	"errors"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"cwb/executor"
)

// split reads all statements of a dump.
func split(dump string) ([]string, error) {
	s := newSplitter(strings.NewReader(dump))
	var out []string
	for {
		st, err := s.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, st.sql)
	}
}

func TestSplitter(t *testing.T) {
	end := "\n-- Dump completed on 2015-05-01\n"
	for name, test := range map[string]struct {
		dump string
		want []string
		fail string
	}{
		"strings":        {`A ';' "a;" ` + "`b;``;`" + ` '\';' '';B;` + end, []string{`A ';' "a;" ` + "`b;``;`" + ` '\';' ''`, "B"}, ""},
		"comments":       {"A /* ; ' */ -- ;\n # ; '\n B;" + end, []string{"A /* ; ' */ -- ;\n # ; '\n B"}, ""},
		"minus":          {"A --1;B--\n;" + end, []string{"A --1", "B--\n"[:3]}, ""},
		"delimiter":      {"DELIMITER ;;\nA; B;;\ndelimiter ;\nC;" + end, []string{"A; B", "C"}, ""},
		"delete":         {"DELETE FROM x;D;" + end, []string{"DELETE FROM x", "D"}, ""},
		"sandbox":        {"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB\nA;" + end, []string{"A"}, ""},
		"version":        {"/*!50003 CREATE ';' */;" + end, []string{"/*!50003 CREATE ';' */"}, ""},
		"empty":          {"", nil, "it is empty"},
		"no trailer":     {"A;\n", []string{"A"}, "on line 2"},
		"cut":            {"A;\nB 'x\ny", []string{"A"}, "begins on line 2"},
		"after the end":  {"A;" + end + "B;", []string{"A", "B"}, "ends without"},
		"trailer in row": {"A '" + end, nil, "begins on line 1"},
		"bad delimiter":  {"DELIMITER '\nA;" + end, nil, "no delimiter"},
		"crlf":           {"A;\r\nB;\r\n-- Dump completed\r\n", []string{"A", "B"}, ""},
		"backslashes":    {`A 'x\\';B 'y\\\';';` + end, []string{`A 'x\\'`, `B 'y\\\';'`}, ""},
	} {
		got, err := split(test.dump)
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q; want %q", name, got, test.want)
		}
		if (err == nil) != (test.fail == "") || err != nil && (!strings.Contains(err.Error(), test.fail) || !errors.Is(err, executor.ErrRefused)) {
			t.Errorf("%s: error %v; want %q", name, err, test.fail)
		}
	}
}

func TestExpandVersions(t *testing.T) {
	mariadb, mysql := parseProduct("10.11.19-MariaDB", ""), parseProduct("5.6.10", "MySQL")
	for in, want := range map[string][2]string{
		"A /*!50003 B*/ /*!50017 C*/":                {"A  B   C", "A  B   C"},
		"A /*!80016 no */ B":                         {"A   B", "A   B"},
		"A /*M!100100 m */ B":                        {"A  m   B", "A   B"},
		"A /*! all */":                               {"A  all", "A  all"},
		"/*!50003 A /* c */ '*/' B*/":                {"A /* c */ '*/' B", "A /* c */ '*/' B"},
		"/*!99999 x /*!50003 y*/ z*/ A":              {"A", "A"},
		"/*M!999999\\- enable the sandbox mode */ A": {"A", "A"},
		"plain /* c */":                              {"plain /* c */", "plain /* c */"},
	} {
		for i, p := range []product{mariadb, mysql} {
			if got := expandVersions(in, p); got != want[i] {
				t.Errorf("%q for %s: %q; want %q", in, p.server.Product, got, want[i])
			}
		}
	}
}

func TestReadInsert(t *testing.T) {
	for sql, tuples := range map[string]int64{
		"INSERT INTO `t` VALUES (1,'a;b',NULL),(-2.5e10,_binary 'x\\'',0xFF)":  2,
		"INSERT IGNORE INTO `a``b` (`c`, `d`) VALUES (X'00',b'1'),(1,2),(3,4)": 3,
		"INSERT INTO db.t VALUES (DEFAULT)":                                    1,
		"INSERT INTO t VALUES ()":                                              1,
		"INSERT INTO t VALUES (NOW())":                                         -1,
		"INSERT INTO t VALUES (@@version)":                                     -1,
		"INSERT INTO t VALUES ((SELECT 1))":                                    -1,
		"INSERT INTO t SELECT * FROM mysql.user":                               -1,
		"INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1":               -1,
		"INSERT INTO t VALUES ('a":                                             -1,
		"INSERT INTO t (a) VALUES":                                             -1,
		"INSERT t VALUES (1)":                                                  -1,
		"INSERT INTO t VALUES (1) /*!50000 , (2) */":                           -1,
		"INSERT INTO t SET a = 1":                                              -1,
		"INSERT INTO t VALUES (`password`)":                                    -1,
	} {
		in, err := readInsert(sql)
		if (err == nil) != (tuples >= 0) || err == nil && in.tuples != tuples {
			t.Errorf("%s: %+v, %v; want %d", sql, in, err, tuples)
		}
	}
}

func TestReadSet(t *testing.T) {
	for sql, want := range map[string]string{
		"SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT": "run",
		"SET NAMES utf8mb4": "run",
		"SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'":       "run",
		"SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0":              "skip",
		"SET @@SESSION.SQL_LOG_BIN= 0":                                         "skip",
		"SET @@GLOBAL.GTID_PURGED= '3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5'": "skip",
		"SET TIME_ZONE='+00:00'":                                               "run",
		"SET character_set_client = utf8":                                      "run",
		"SET GLOBAL general_log_file = '/tmp/x'":                               "no",
		"SET @x = (SELECT 1)":                                                  "no",
		"SET PASSWORD = 'x'":                                                   "no",
		"SET ROLE admin":                                                       "no",
		"SET GLOBAL read_only = 0":                                             "no",
	} {
		run, err := readSet(sql)
		got := map[bool]string{true: "run", false: "skip"}[run]
		if err != nil {
			got = "no"
		}
		if got != want {
			t.Errorf("%s: %s, %v; want %s", sql, got, err, want)
		}
	}
}

// TestDumpsAreReadStrictly names what no dump needs, with its line.
func TestDumpsAreReadStrictly(t *testing.T) {
	e := New(old(t, nil), Options{})
	e.node.MySQL.Databases = []string{"ellis"}
	for sql, want := range map[string]string{
		"DELETE FROM mysql.user;":          "no dump needs",
		"GRANT ALL ON *.* TO x;":           "no dump needs",
		"USE mysql;":                       "not selected",
		"CREATE DATABASE mysql;":           "not selected",
		"CREATE TABLE mysql.t (a INT);":    "about the database `mysql`",
		"CREATE TABLE t (a INT) SELECT 1;": "have SELECT",
		"CREATE TABLE t AS SELECT 1;":      "no definition",
		"CREATE TABLE t LIKE mysql.user;":  "no definition",
		"CREATE TABLE t (a INT) ENGINE=CONNECT FILE_NAME='/etc/passwd';":                        "its engine is CONNECT",
		"CREATE TABLE t (a INT) DATA DIRECTORY='/tmp';":                                         "have DIRECTORY",
		"CREATE TABLE t (a INT, KEY (a), CONSTRAINT x FOREIGN KEY (a) REFERENCES mysql.x (a));": "not selected",
		"INSERT INTO other VALUES (1);":                                                         "is not created by the dump",
		"LOAD DATA INFILE '/etc/passwd' INTO TABLE t;":                                          "no dump needs",
		"SELECT 1 INTO OUTFILE '/tmp/x';":                                                       "no dump needs",
		"DO SLEEP(10);":                                                                         "no dump needs",
		"SELECT SETVAL(a, (SELECT 1));":                                                         "no dump needs",
		"CREATE USER x;":                                                                        "no dump needs",
		"/*!50003 DELETE FROM x */;":                                                            "no dump needs",
		"DROP TABLE a, b;":                                                                      "no dump needs",
	} {
		node := old(t, map[string]string{"x.sql": "-- Host: localhost    Database: ellis\nSET NAMES utf8;\n" + sql + "\n-- Dump completed\n"})
		_, err := e.openDump(t.Context(), executor.RestoreOrder{}, node.LegacyPaths[0]+"/x.sql")
		if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line 3") {
			t.Errorf("%s: %v; want %q", sql, err, want)
		}
	}
}

// FuzzSplitter: whatever the bytes are, the statements stand in the dump in their order, and
// nothing panics; a whole dump that is cut before its trailer is never whole.
func FuzzSplitter(f *testing.F) {
	f.Add(wholeSQL, 10)
	f.Add("DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN -- '\nEND */;;\nDELIMITER ;\n-- Dump completed", 3)
	f.Add("INSERT INTO `t` VALUES ('\\';',0x00,_binary 'a''b');\n-- Dump completed\n", 20)
	f.Fuzz(func(t *testing.T, dump string, cut int) {
		all, err := split(dump)
		at := 0
		for _, st := range all {
			n := strings.Index(dump[at:], st)
			if n < 0 {
				t.Fatalf("%q is not in the dump", st)
			}
			at += n + len(st)
			expandVersions(st, newestProduct)
			readInsert(st)
			if words := firstTokens(st, 12); len(words) > 0 {
				readSet(st)
			}
			splitCreate(st)
		}
		if err != nil && !errors.Is(err, executor.ErrRefused) {
			t.Fatal(err)
		}
		trailer := strings.LastIndex(dump, dumpTrailer)
		if err == nil && trailer >= 0 && cut >= 0 {
			short := dump[:cut%(trailer+1)]
			if _, err := split(short); err == nil && !strings.Contains(short, dumpTrailer) {
				t.Fatalf("a dump cut after %d bytes is whole", len(short))
			}
		}
	})
}

// FuzzReadInsert: what is taken has only literals in it.
func FuzzReadInsert(f *testing.F) {
	f.Add("INSERT INTO `t` (`a`) VALUES (1,'x',NULL)")
	f.Add("INTO `t`.\"")
	f.Add("INTO `t`.`")
	f.Fuzz(func(t *testing.T, sql string) {
		in, err := readInsert(sql)
		if err != nil {
			return
		}
		values := false
		for _, w := range tokens(in.rest) {
			if values && (w.kind == tokenName || w.kind == tokenVersion || strings.ContainsAny(w.text(in.rest)[:1], "@;*/")) {
				t.Fatalf("%q was taken: %q", sql, w.text(in.rest))
			}
			values = values || w.is(in.rest, "VALUES") || w.is(in.rest, "VALUE")
		}
	})
}

// A Go process dies of a stack that is too deep, and no recover sees it.
func TestCommentsInCommentsNeedNoStack(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(1 << 20))
	deep := strings.Repeat("/*!999999 ", 1<<17)
	p := product{mariadb: true, release: [3]int{10, 11, 0}}
	if got := expandVersions("A "+deep+"B", p); got != "A" {
		t.Errorf("%.40q", got)
	}
	if got := expandVersions("A "+deep+strings.Repeat("*/", 1<<17)+"C", p); got != "A  C" {
		t.Errorf("%.40q", got)
	}
}
