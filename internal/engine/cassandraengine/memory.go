package cassandraengine

import (
	"sync"
	"time"
)

// memory is what an engine remembers from one call to the next. Without it everything works as
// well, a second slower.
type memory struct {
	mu        sync.Mutex
	host      string    // that nodetool was last proven to reach; empty: none
	proven    time.Time // when
	unsettled map[string]bool
}

// proofLasts is how long nodetool is believed to reach the host it reached.
const proofLasts = 5 * time.Minute

func (m *memory) isProven(host string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	age := now.Sub(m.proven)
	return m.host == host && age >= 0 && age < proofLasts
}

func (m *memory) prove(host string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.host, m.proven = host, now
}

// doubt forgets what was proven.
func (m *memory) doubt() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.host = ""
}

// unsettle remembers that a snapshot may still be in the making although nodetool has ended.
func (m *memory) unsettle(tag string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.unsettled == nil {
		m.unsettled = map[string]bool{}
	}
	m.unsettled[tag] = true
}

func (m *memory) isUnsettled(tag string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.unsettled[tag]
}

func (m *memory) settle(tag string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.unsettled, tag)
}
