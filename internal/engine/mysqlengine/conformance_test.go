//go:build servers

package mysqlengine

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/enginetest"
)

func TestConformance(t *testing.T) {
	b := newBed(t)
	b.exec("CREATE DATABASE conformance CHARACTER SET utf8mb4")
	b.exec("CREATE TABLE conformance.texts (k VARCHAR(100) PRIMARY KEY, v TEXT)")
	node := b.node("conformance")
	node.LegacyPaths = []string{t.TempDir()}
	enginetest.Run(t, enginetest.Harness{
		Node:   node.Addr,
		Engine: func(*testing.T) executor.Engine { return b.engine(node) },
		Write: func(t *testing.T, rows map[string]string) {
			for k, v := range rows {
				if _, err := b.db.Exec("REPLACE INTO conformance.texts VALUES (?, ?)", k, v); err != nil {
					t.Fatal(err)
				}
			}
		},
		Content: storedTexts,
		Plant: func(t *testing.T) string {
			dir := filepath.Join(node.LegacyPaths[0], "1700000000")
			if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "db_backup.sql"), []byte("x"), 0o600)); err != nil {
				t.Fatal(err)
			}
			return "1700000000"
		},
	})
}

// storedTexts reads a table of two columns from the chunks of a backup.
func storedTexts(t *testing.T, dir executor.Dir, m backup.Manifest) map[string]string {
	t.Helper()
	dec, err := newDecoder()
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	out := map[string]string{}
	for _, f := range m.Files {
		if f.Table == "" {
			continue
		}
		var content bytes.Buffer
		if err := readFile(dir, f, dec, &content); err != nil {
			t.Fatal(err)
		}
		in := bufio.NewReader(&content)
		for {
			row, err := readRow(in, nil)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			fields, err := splitRow(row, nil, 2)
			if err != nil {
				t.Fatal(err)
			}
			out[string(fields[0])] = string(fields[1])
		}
	}
	return out
}
