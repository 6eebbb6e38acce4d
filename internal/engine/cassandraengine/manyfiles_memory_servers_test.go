//go:build servers && !race

// The race detector's own memory is several times that of what it watches.

package cassandraengine

import "testing"

// manyLimit is how many bytes of memory a process may need at most.
const manyLimit = 100 << 20

// Whoever takes or verifies a backup of 100,000 files needs less than 100 MB for it, beside
// earlier backups of as many. Each night is a process of its own, as in life, whose memory the
// kernel tells; the server is a fake.
func TestManyFilesNeedLittleMemory(t *testing.T) {
	m := many{t.TempDir()}
	m.lay(t)
	for _, p := range []struct {
		what  string
		verb  string
		night int
	}{
		{"a first take", "take", 0},
		{"a take with nothing new", "take", 1},
		{"a take with nothing new, beside two backups", "take", 2},
		{"verifying", "verify", 0},
	} {
		got := m.process(t, p.verb, p.night)
		t.Logf("bench: %d files of Cassandra: %s needs %d of %d MB of memory", manyFiles, p.what, got>>20, manyLimit>>20)
		if got > manyLimit {
			t.Errorf("%s of %d files needs %d bytes", p.what, manyFiles, got)
		}
	}
}
