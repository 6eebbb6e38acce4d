package mysqlengine

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"cwb/executor"
	"cwb/internal/backup"
)

const versionedSQL = "-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB\n-- Host: localhost    Database: ellis\n-- Server version\t10.11.6-MariaDB-0+deb12u1\n" + wholeSQL

func packed(t *testing.T, text string) (gz, zst string) {
	t.Helper()
	var a, b bytes.Buffer
	w := gzip.NewWriter(&a)
	enc, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{write(w, text), w.Close(), write(enc, text), enc.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return a.String(), b.String()
}

func write(w interface{ Write([]byte) (int, error) }, text string) error {
	_, err := w.Write([]byte(text))
	return err
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestProveWholeDumps(t *testing.T) {
	gz, zst := packed(t, versionedSQL)
	files := map[string]string{
		"1430438400/db_backup.sql": versionedSQL, "1430438401/db_backup.sql": versionedSQL, "1430438401/notes": "x", "a.sql": versionedSQL, "sub/b.sql.gz": gz, "c.sql.zst": zst,
	}
	node := old(t, files)
	mtime := time.Unix(1500000000, 5)
	for name := range files {
		if err := os.Chtimes(filepath.Join(node.LegacyPaths[0], name), mtime, mtime); err != nil {
			t.Fatal(err)
		}
	}
	e := New(node, Options{Now: func() time.Time { return time.Unix(1600000000, 0) }})
	for name, want := range map[string]struct {
		file    string
		at      time.Time
		folders []backup.Folder
		content backup.Digest
	}{
		"1430438400":   {"1430438400/db_backup.sql", time.Unix(1430438400, 0), []backup.Folder{{Root: node.LegacyPaths[0], Path: "1430438400"}}, backup.Digest{}},
		"1430438401":   {"1430438401/db_backup.sql", time.Unix(1430438401, 0), nil, backup.Digest{}}, // not alone
		"a.sql":        {"a.sql", mtime, nil, backup.Digest{}},
		"sub/b.sql.gz": {"sub/b.sql.gz", mtime, nil, backup.Digest{SHA256: sumOf(versionedSQL), Bytes: int64(len(versionedSQL))}},
		"c.sql.zst":    {"c.sql.zst", mtime, nil, backup.Digest{SHA256: sumOf(versionedSQL), Bytes: int64(len(versionedSQL))}},
	} {
		var last int64
		x, err := e.Prove(t.Context(), name, func(done, total int64) { last = done })
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		raw := files[want.file]
		file := slices.Collect(x.Content.Files)[0]
		if file.Device == 0 || file.Inode == 0 || last != int64(len(raw)) {
			t.Errorf("%s: device %d, inode %d, progress %d", name, file.Device, file.Inode, last)
		}
		file.Device, file.Inode = 0, 0
		diff := cmp.Diff(backup.File{
			Root: node.LegacyPaths[0], Path: want.file, Bytes: int64(len(raw)), SHA256: sumOf(raw), Content: want.content,
			Modified: mtime.UnixNano(), Hashed: time.Unix(1600000000, 0).UTC(),
		}, file)
		diff += cmp.Diff(want.folders, x.Folders)
		diff += cmp.Diff(backup.Totals{Tables: 3, Bytes: int64(len(versionedSQL)), Stored: int64(len(raw)), Files: 1}, x.Content.Totals)
		diff += cmp.Diff(backup.Server{Product: "MariaDB", Version: "10.11.6-MariaDB-0+deb12u1"}, x.Content.Server)
		if diff != "" || !x.At.Equal(want.at) || len(x.Content.Tables) != 3 {
			t.Errorf("%s: at %s, tables %v\n%s", name, x.At, x.Content.Tables, diff)
		}
	}
}

func TestProveRefusesWhatIsNotWhole(t *testing.T) {
	gz, zst := packed(t, wholeSQL)
	flipped := func(s string) string { b := []byte(s); b[len(b)/2] ^= 0x10; return string(b) }
	cases := map[string]struct{ name, content, want string }{
		"no_trailer":      {"a.sql", wholeSQL[:len(wholeSQL)-50], "it is cut"},
		"empty":           {"a.sql", "", "it is empty"},
		"no_dump":         {"a.sql", "SELECT 1;\n", "creates no table"},
		"no_table":        {"a.sql", "-- MySQL dump 10\n-- Dump completed on 2015\n", "it creates no table"},
		"zero_bytes":      {"a.sql", strings.Replace(wholeSQL, "INSERT", "\x00\x00\x00\x00\x00\x00", 1), "a zero byte"},
		"gzip_cut":        {"a.sql.gz", gz[:len(gz)-4], "it is damaged"},
		"gzip_flipped":    {"a.sql.gz", flipped(gz), "damaged"},
		"gzip_and_more":   {"a.sql.gz", gz + "more", "it is damaged"},
		"gzip_of_a_cut":   {"a.sql.gz", first(packed(t, wholeSQL[:200])), "it is cut"},
		"zstd_cut":        {"a.sql.zst", zst[:len(zst)-3], "it is damaged"},
		"zstd_flipped":    {"a.sql.zst", flipped(zst), "damaged"},
		"zstd_and_more":   {"a.sql.zst", zst + "more", "it is damaged"},
		"script_without":  {"1430438400/other", "x", "no such file"},
		"no_such_name":    {"b.sql", wholeSQL, "there is no dump"},
		"rows_after_dump": {"a.sql", wholeSQL + "INSERT INTO x VALUES (1);\n", "it is cut"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			asked := "a" + strings.TrimPrefix(c.name, "a")
			switch c.want {
			case "there is no dump":
				asked = "gone.sql"
			case "no such file":
				asked = "1430438400"
			}
			_, err := New(old(t, map[string]string{c.name: c.content}), Options{}).Prove(t.Context(), asked, nil)
			if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, not a refusal with %q", err, c.want)
			}
		})
	}
}

func first(a, _ string) string { return a }

// Every cut of a dump is refused, but for one that takes nothing but the last newline.
func TestProveRefusesEveryCut(t *testing.T) {
	gz, zst := packed(t, wholeSQL)
	for name, whole := range map[string]string{"a.sql": wholeSQL, "a.sql.gz": gz, "a.sql.zst": zst} {
		node := old(t, map[string]string{name: whole})
		path := filepath.Join(node.LegacyPaths[0], name)
		last := len(whole) - 1
		if name == "a.sql" {
			last = strings.Index(whole, dumpTrailer) + len(dumpTrailer) - 1
		}
		for n := last; n >= 0; n-- {
			if err := os.Truncate(path, int64(n)); err != nil {
				t.Fatal(err)
			}
			if _, err := proveDump(context.Background(), path, nil); err == nil {
				t.Fatalf("%s: the first %d bytes of %d passed", name, n, len(whole))
			}
		}
	}
}

func TestProveStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := New(old(t, map[string]string{"a.sql": wholeSQL}), Options{})
	cancel()
	if _, err := e.Prove(ctx, "a.sql", nil); !errors.Is(err, context.Canceled) || errors.Is(err, executor.ErrRefused) {
		t.Errorf("%v", err)
	}
}
