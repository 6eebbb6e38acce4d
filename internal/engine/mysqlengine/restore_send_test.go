package mysqlengine

import (
	"fmt"
	"slices"
	"testing"

	"cwb/internal/backup"
)

// TestRowsThatNeedKeysGoFirst follows two connections that send chunks in turn: the keys of
// the one table are to be made while there are rows of the other to send.
func TestRowsThatNeedKeysGoFirst(t *testing.T) {
	s := &sender{loader: &loader{restore: &restore{}}}
	for _, one := range []struct {
		name   string
		chunks int
		keys   []string
	}{{"large", 4, nil}, {"keyed", 3, []string{"KEY (a)"}}, {"larger", 5, nil}} {
		l := &loadTable{tableRef: tableRef{&database{}, &table{Name: text(one.name)}}, chunks: make([]backup.File, one.chunks), left: one.chunks}
		l.plan.keys = one.keys
		for i := range l.chunks {
			l.chunks[i] = backup.File{Path: fmt.Sprintf("%s %d", one.name, i+1), Content: backup.Digest{Bytes: 10}}
			l.unsent += 10
		}
		s.tables = append(s.tables, l)
	}
	var order []string
	var open []job
	for {
		j, ok := s.take()
		if !ok {
			break
		}
		order, open = append(order, j.chunk.Path), append(open, j)
		if len(open) == 2 {
			s.arrived(open[0])
			open = open[1:]
		}
	}
	want := []string{"keyed 1", "keyed 2", "keyed 3", "larger 1", "large 1", "larger 2", "large 2", "larger 3", "large 3", "larger 4", "large 4", "larger 5"}
	if !slices.Equal(order, want) {
		t.Errorf("the order is %q, want %q", order, want)
	}
}
