package memengine

import (
	"fmt"
	"maps"
	"slices"
)

// Join makes servers the hosts of one ring.
func Join(servers ...*Server) {
	for _, s := range servers {
		s.ring = servers
	}
}

// Clone copies servers with all they hold, and their rings.
func Clone(servers ...*Server) []*Server {
	copies := map[*Server]*Server{}
	var all []*Server
	for _, s := range servers {
		s.mu.Lock()
		c := &Server{identity: s.identity, down: s.down, foreign: slices.Clone(s.foreign), settled: slices.Clone(s.settled),
			tables: cloneTables(s.tables), schemas: map[string]map[string]map[string]string{}}
		for name, tables := range s.schemas {
			c.schemas[name] = cloneTables(tables)
		}
		s.mu.Unlock()
		copies[s], all = c, append(all, c)
	}
	for _, s := range servers {
		for _, member := range s.ring {
			copies[s].ring = append(copies[s].ring, copies[member])
		}
	}
	return all
}

func cloneTables(tables map[string]map[string]string) map[string]map[string]string {
	copied := map[string]map[string]string{}
	for name, rows := range tables {
		copied[name] = maps.Clone(rows)
	}
	return copied
}

// Drop removes a table.
func (s *Server) Drop(table string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tables, table)
}

// Schemas are the names of all schemas beside the one that is served.
func (s *Server) Schemas() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.schemas))
}

// all are the hosts of the ring, this one alone where there is none.
func (s *Server) all() []*Server {
	if len(s.ring) == 0 {
		return []*Server{s}
	}
	return s.ring
}

func (s *Server) hosts() []string {
	var ids []string
	for _, member := range s.all() {
		ids = append(ids, member.Identity().HostID)
	}
	return ids
}

// schema is a schema beside the one that is served, made when it is new. The caller holds
// the lock.
func (s *Server) schema(name string) map[string]map[string]string {
	if s.schemas == nil {
		s.schemas = map[string]map[string]map[string]string{}
	}
	if s.schemas[name] == nil {
		s.schemas[name] = map[string]map[string]string{}
	}
	return s.schemas[name]
}

// add puts rows into a table. The caller holds the lock.
func (s *Server) add(table string, rows map[string]string) {
	if s.tables[table] == nil {
		s.tables[table] = map[string]string{}
	}
	maps.Copy(s.tables[table], rows)
}

// empty truncates tables.
func (s *Server) empty(tables []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != "" {
		return fmt.Errorf("server is down: %s", s.down)
	}
	for _, name := range tables {
		if s.tables[name] != nil {
			s.tables[name] = map[string]string{}
		}
	}
	return nil
}
