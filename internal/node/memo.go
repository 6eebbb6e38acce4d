package node

import (
	"fmt"
	"sync"

	"cwb/internal/backup"
)

// memo remembers what records said, by the hash of their bytes. A run looks at all backups
// again before each removal; reading a file anew is cheap, and understanding a manifest of
// thousands of files is not.
type memo struct {
	mu    sync.Mutex
	known map[string]any
	bytes int64             // of the outlines in it, and of other records as they lie on disk
	stamp map[string]string // what a file was on disk → the SHA-256 that it had
}

// maxMemo bounds the memory that a memo takes: so many bytes of outlines, or a few times as
// many of other records. It has room for those of six backups of 100,000 files.
const maxMemo = 16 << 20

// remember decodes data, unless it did before; without a memo it always does. What it returns
// is shared: nobody may change it.
func remember[T any](m *memo, raw backup.Digest, data []byte, decode func([]byte) (T, error)) (T, error) {
	if m == nil {
		return decode(data)
	}
	var kind T
	key := memoKey(kind, raw.SHA256)
	m.mu.Lock()
	known, ok := m.known[key].(T)
	m.mu.Unlock()
	if ok {
		return known, nil
	}
	v, err := decode(data)
	if err == nil {
		m.keep(key, v, raw.Bytes)
	}
	return v, err
}

func memoKey(kind any, sha256 string) string { return fmt.Sprintf("%T %s", kind, sha256) }

// keep adds to a memo, and starts anew when it is full.
func (m *memo) keep(key string, v any, bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || m.bytes+bytes > maxMemo {
		m.known, m.bytes, m.stamp = map[string]any{}, 0, nil
	}
	m.known[key] = v
	m.bytes += bytes
}
