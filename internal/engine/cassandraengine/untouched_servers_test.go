//go:build servers

package cassandraengine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// verify reads every file of a backup again.
func verify(t *testing.T, k taken) {
	t.Helper()
	for f := range k.content.Files {
		data := k.dir[f.Path]
		if f.Root != "" {
			var err error
			if data, err = os.ReadFile(filepath.Join(f.Root, f.Path)); err != nil {
				t.Error(err)
				continue
			}
		}
		sum := sha256.Sum256(data)
		if hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(data)) != f.Bytes {
			t.Errorf("%s is not what was recorded", f.Path)
		}
	}
}

// Whatever the server does to a table later, a backup of it stays as it was.
func TestRealBackupIsUntouched(t *testing.T) {
	r := newReal(t, "untouched")
	r.exec(`CREATE TABLE untouched.t (k int PRIMARY KEY, v text, w text)`,
		`CREATE TABLE untouched.u (k int PRIMARY KEY, v text, w text)`,
		`CREATE CUSTOM INDEX sai_v ON untouched.t (v) USING 'StorageAttachedIndex'`,
		`CREATE INDEX old_w ON untouched.t (w)`)
	fill := func(from, to int) {
		for i := from; i < to; i++ {
			r.exec(fmt.Sprintf(`INSERT INTO untouched.t (k, v, w) VALUES (%d, 'v%d', 'w')`, i, i),
				fmt.Sprintf(`INSERT INTO untouched.u (k, v, w) VALUES (%d, 'v%d', 'w')`, i, i))
		}
	}
	fill(0, 50)
	first := r.take()
	fill(50, 100)
	second := r.take(first)
	for _, command := range [][]string{
		{"rebuild_index", "untouched", "t", "t.sai_v"},
		{"upgradesstables", "-a", "untouched"},
		{"compact", "untouched"},
	} {
		if out, err := realServer.RunNodetool(t.Context(), command...); err != nil {
			t.Log(out, err)
		}
	}
	r.exec(`CREATE CUSTOM INDEX sai_u ON untouched.u (v) USING 'StorageAttachedIndex'`,
		`CREATE INDEX later ON untouched.u (w)`)
	r.exec(`DROP INDEX untouched.sai_u`, `DROP INDEX untouched.sai_v`, `DROP INDEX untouched.old_w`,
		`ALTER TABLE untouched.t DROP w`, `ALTER TABLE untouched.t ADD x int`)
	third := r.take(second)
	r.exec(`TRUNCATE untouched.t`, `DROP TABLE untouched.u`)
	last := r.take(third)
	for i, k := range []taken{first, second, third, last} {
		t.Run(fmt.Sprint(i), func(t *testing.T) { verify(t, k) })
	}
}
