package mysqlengine

import "testing"

// TestATableIsHeldByItsLastReader: what one reader has given back another may still hold.
func TestATableIsHeldByItsLastReader(t *testing.T) {
	c := capture{snapshots: make([]*session, 2), order: make([]tableRef, 5)}
	c.hold()
	if got := c.held(); got != 5 {
		t.Errorf("at first %d tables are held", got)
	}
	c.levels[0].Store(0)
	if got := c.held(); got != 5 {
		t.Errorf("while the second reader holds all, %d tables are held", got)
	}
	c.levels[1].Store(2)
	if got := c.held(); got != 2 {
		t.Errorf("while the second reader holds two, %d tables are held", got)
	}
	c.levels[1].Store(0)
	if got := c.held(); got != 0 {
		t.Errorf("when both have ended, %d tables are held", got)
	}
}
