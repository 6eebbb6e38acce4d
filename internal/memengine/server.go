package memengine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"cwb/internal/backup"
)

// Server is a database server in memory: one database with tables of text rows. It is safe
// for concurrent use.
type Server struct {
	mu       sync.Mutex
	identity backup.Identity
	tables   map[string]map[string]string
	down     string
	foreign  []backup.Foreign
	schemas  map[string]map[string]map[string]string // of restores, beside what is served
	settled  []string                                // restores whose swap was settled
	ring     []*Server                               // all hosts, this one included; nil: alone
}

// Database is the name of every server's one database, or keyspace.
const Database = "db"

// NewServer makes a server with one empty table, "lines".
func NewServer(identity backup.Identity) *Server {
	return &Server{identity: identity, tables: map[string]map[string]string{"lines": {}}}
}

// Write adds rows to a table, making it when it is new.
func (s *Server) Write(table string, rows map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tables[table] == nil {
		s.tables[table] = map[string]string{}
	}
	maps.Copy(s.tables[table], rows)
}

// Empty removes all rows of all tables.
func (s *Server) Empty() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.tables {
		s.tables[name] = map[string]string{}
	}
}

// SetDown makes the server refuse everything, for the given reason; "" brings it back.
func (s *Server) SetDown(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = why
}

// Replace makes it another server.
func (s *Server) Replace(identity backup.Identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identity = identity
}

// Identity is which server it is.
func (s *Server) Identity() backup.Identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.identity
}

// PlantDump lists a foreign dump.
func (s *Server) PlantDump(f backup.Foreign) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.foreign = append(s.foreign, f)
	slices.SortFunc(s.foreign, func(a, b backup.Foreign) int { return strings.Compare(a.Name, b.Name) })
}

// Content is what the server holds now: "table/key" → row.
func (s *Server) Content() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	flat := map[string]string{}
	for table, rows := range s.tables {
		for key, row := range rows {
			flat[table+"/"+key] = row
		}
	}
	return flat
}

// moment copies all tables at once.
func (s *Server) moment() (map[string]map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != "" {
		return nil, fmt.Errorf("server is down: %s", s.down)
	}
	copied := map[string]map[string]string{}
	for name, rows := range s.tables {
		copied[name] = maps.Clone(rows)
	}
	return copied, nil
}
