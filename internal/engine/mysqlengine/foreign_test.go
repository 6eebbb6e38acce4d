package mysqlengine

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"cwb/config"
	"cwb/internal/backup"
)

const wholeSQL = "-- MySQL dump 10.13\n--\n-- Host: localhost    Database: ellis\n" +
	"DROP TABLE IF EXISTS `numbers`;\nCREATE TABLE `numbers` (\n  `a` int\n);\nINSERT INTO `numbers` VALUES ('\\nCREATE TABLE `fake` (');\n" +
	"CREATE TABLE `odd ``x` (\n`a` int);\nUSE `other`;\nCREATE TABLE IF NOT EXISTS `users` (a int);\n-- Dump completed on 2015-05-01  0:00:01\n"

// old makes a directory of old backups: name → content; a name that ends in a slash is a directory.
func old(t *testing.T, files map[string]string) config.Node {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			os.Mkdir(path, 0o700)
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return config.Node{Addr: backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"}, LegacyPaths: []string{root}, MySQL: &config.MySQL{}}
}

func TestForeign(t *testing.T) {
	var gz, zst bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write([]byte(wholeSQL))
	w.Close()
	enc, _ := zstd.NewWriter(&zst)
	enc.Write([]byte(wholeSQL))
	enc.Close()
	node := old(t, map[string]string{
		"1430438400/db_backup.sql": wholeSQL,
		"1430438401/db_backup.sql": wholeSQL[:len(wholeSQL)-60],
		"1430438402/":              "",
		"1430438403/db_backup.sql": "",
		"a.sql":                    wholeSQL,
		"b.sql.gz":                 gz.String(),
		"c.sql.zst":                zst.String(),
		"d.sql.gz":                 gz.String()[:gz.Len()-20],
		"e.sql.zst":                zst.String()[:zst.Len()-5],
		"f.sql":                    "not a dump",
		"sub/g.SQL":                strings.ReplaceAll(wholeSQL, "\n", "\r\n"),
		"1/2/3/4/5/deep.sql":       wholeSQL,
		"readme.txt":               "x",
	})
	root := node.LegacyPaths[0]
	os.Symlink("/etc", filepath.Join(root, "link"))
	os.Symlink("a.sql", filepath.Join(root, "h.sql"))
	syscall.Mkfifo(filepath.Join(root, "i.sql"), 0o600)
	os.Mkdir(filepath.Join(root, "1430438404"), 0o700)
	syscall.Mkfifo(filepath.Join(root, "1430438404", scriptDump), 0o600)
	os.Chtimes(filepath.Join(root, "a.sql"), time.Time{}, time.Unix(1500000000, 0))

	found, err := New(node, Options{}).Foreign(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{ // name → kind and what the reason contains
		"1430438400": "script ", "1430438401": "script in or after table `odd ``x`", "1430438402": "script it holds no db_backup.sql",
		"1430438403": "script it is empty", "1430438404": "script is no regular file", "a.sql": "mysqldump ", "b.sql.gz": "mysqldump ", "c.sql.zst": "mysqldump ",
		"d.sql.gz": "mysqldump it is damaged", "e.sql.zst": "mysqldump it is damaged", "f.sql": "mysqldump creates no table", "sub/g.SQL": "mysqldump ",
	}
	for i, f := range found {
		kind, reason, _ := strings.Cut(want[f.Name], " ")
		if string(f.Kind) != kind || f.Restorable != (reason == "") || !strings.Contains(f.Reason, reason) {
			t.Errorf("%s: %s %v %q; want %q", f.Name, f.Kind, f.Restorable, f.Reason, want[f.Name])
		}
		if i > 0 && found[i-1].Name >= f.Name {
			t.Errorf("%s comes after %s", f.Name, found[i-1].Name)
		}
		delete(want, f.Name)
		if f.Restorable {
			checkTables(t, f)
		}
	}
	if len(want) > 0 {
		t.Errorf("not listed: %v", want)
	}
	if f := found[0]; f.Time != time.Unix(1430438400, 0).UTC() || f.Bytes != int64(len(wholeSQL)) || f.Path != filepath.Join(root, "1430438400") {
		t.Errorf("script: %+v", f)
	}
}

func checkTables(t *testing.T, f backup.Foreign) {
	t.Helper()
	want := []backup.ForeignRef{{Database: "ellis", Table: "numbers"}, {Database: "ellis", Table: "odd `x"}, {Database: "other", Table: "users"}}
	if len(f.Tables) != len(want) {
		t.Fatalf("%s: tables %v", f.Name, f.Tables)
	}
	for i := range want {
		if f.Tables[i] != want[i] {
			t.Errorf("%s: table %v; want %v", f.Name, f.Tables[i], want[i])
		}
	}
}

func TestForeignWithoutDirectory(t *testing.T) {
	node := old(t, nil)
	node.LegacyPaths = []string{"/nowhere/at/all"}
	if found, err := New(node, Options{}).Foreign(t.Context(), nil); err != nil || len(found) != 0 {
		t.Errorf("%v, %v", found, err)
	}
}

func TestForeignNamesAreUnique(t *testing.T) {
	a, b := old(t, map[string]string{"1430438400/db_backup.sql": wholeSQL}), old(t, map[string]string{"1430438400/db_backup.sql": wholeSQL})
	a.LegacyPaths = append(a.LegacyPaths, b.LegacyPaths...)
	found, err := New(a, Options{}).Foreign(t.Context(), nil)
	if err != nil || len(found) != 2 || found[0].Name == found[1].Name {
		t.Errorf("%v, %v", found, err)
	}
}

// TestLargeDumpsAreNotReadWhole uses a file with a hole.
func TestLargeDumpsAreNotReadWhole(t *testing.T) {
	node := old(t, map[string]string{"big.sql": wholeSQL})
	f, err := os.OpenFile(filepath.Join(node.LegacyPaths[0], "big.sql"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const size = 50 << 30
	if err := f.Truncate(size); err != nil {
		t.Fatalf("this needs a file system that has files with holes: %v", err)
	}
	if _, err := f.WriteAt([]byte("\n"+dumpTrailer+"\n"), size-100); err != nil {
		t.Fatal(err)
	}
	f.Truncate(size - 100 + int64(len(dumpTrailer)) + 2)
	found, err := New(node, Options{}).Foreign(t.Context(), nil)
	if err != nil || len(found) != 1 || !found[0].Restorable || len(found[0].Tables) != 3 {
		t.Errorf("%+v, %v", found, err)
	}
}

// FuzzDumpScan holds the scanner to one answer however the dump is cut into pieces.
func FuzzDumpScan(f *testing.F) {
	f.Add([]byte(wholeSQL), 7)
	f.Fuzz(func(t *testing.T, dump []byte, piece int) {
		whole, err := scanDump(context.Background(), bytes.NewReader(dump), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		s := &scanner{}
		piece = 1 + (piece&0xff)%32
		for rest := dump; len(rest) > 0; {
			n := min(piece, len(rest))
			s.Write(rest[:n])
			rest = rest[n:]
		}
		s.end()
		if s.complete != whole.complete || len(s.tables) != len(whole.tables) || s.problem() != whole.problem() {
			t.Errorf("in pieces of %d: %+v; whole: %+v", piece, s.dumpScan, whole)
		}
	})
}
