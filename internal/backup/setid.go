package backup

import (
	"fmt"
	"time"
)

const setIDLayout = "20060102T150405Z"

// SetID names a set: the UTC second it began, such as "20261122T000000Z". Ids sort as their
// times do.
type SetID string

// NewSetID is the id of a set that began at t; fractions of a second are dropped.
func NewSetID(t time.Time) SetID { return SetID(t.UTC().Format(setIDLayout)) }

// ParseSetID reads an id strictly: only the one spelling that [NewSetID] writes.
func ParseSetID(s string) (SetID, error) {
	t, err := time.Parse(setIDLayout, s)
	if err != nil || t.Format(setIDLayout) != s {
		return "", fmt.Errorf("%q is no set id: ids look like 20261122T000000Z (see cwb list)", s)
	}
	return SetID(s), nil
}

// Time is the second the set began; the zero time for an id that was never parsed.
func (id SetID) Time() time.Time {
	t, _ := time.Parse(setIDLayout, string(id))
	return t
}

// Next is the id one second later, for a set that finds its own second taken.
func (id SetID) Next() SetID { return NewSetID(id.Time().Add(time.Second)) }

// Tag is the Cassandra snapshot tag of a set's backup on the node of that name.
func (id SetID) Tag(node NodeAddr) string { return "cwb-" + string(id) + "-" + node.Name }
