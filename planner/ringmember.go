package planner

import "fmt"

// RingMember is one host of an observed Cassandra cluster, or one on its way into it.
type RingMember struct {
	HostID     string      `json:"host_id"`
	Address    string      `json:"address"`
	Datacenter string      `json:"datacenter"`
	Rack       string      `json:"rack"`
	Tokens     int         `json:"tokens"`          // that it owns; 0 while it is joining
	State      MemberState `json:"state,omitempty"` // empty: the server does not tell (before 4.1)

	// Settles says what to wait for while rows are about to change hosts because of this one.
	Settles string `json:"settles,omitempty"`
}

// MemberState is what a host of a ring is at.
type MemberState string

// The states.
const (
	MemberNormal      MemberState = "normal" // or gone without a word
	MemberJoining     MemberState = "joining"
	MemberReplacing   MemberState = "replacing" // joining with the tokens of one that is dead
	MemberLeaving     MemberState = "leaving"
	MemberRemoving    MemberState = "removing" // being removed by the others
	MemberMoving      MemberState = "moving"   // to other tokens
	MemberHibernating MemberState = "hibernating"
	MemberStopped     MemberState = "stopped" // in order
	MemberLeft        MemberState = "left"    // only the tables of others still name it
)

func (m RingMember) String() string {
	return fmt.Sprintf("%s (host id %s, %s/%s)", m.Address, m.HostID, m.Datacenter, m.Rack)
}

// owns reports whether it is already a host: one that is joining has no rows of its own.
func (m RingMember) owns() bool { return m.State != MemberJoining && m.State != MemberReplacing }
