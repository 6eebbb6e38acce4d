// Package planner decides what must be done so that the backups that exist become the
// backups the policy asks for. It decides only: it opens no connection, reads no clock and
// deletes nothing, so that every decision can be tested from text.
//
// It promises that the newest good backup of every node at every place, and the floor,
// survive every plan; that what cwb did not make is never removed; that nothing is removed
// before what replaces it is verified; and that a plan is a function of policy, [State],
// time and [Request] alone.
//
// Start at [Diff]. It builds a world (assemble.go), asks for takes (slots.go, take.go), for
// what is due to be read again (verification.go), and for removals (rotation.go, shield.go,
// guards.go, removal.go); the findings are in find*.go. [ApplyRetention] is the retention
// alone, [Sets] what lists show, [EqualSteps] the check before an apply, [StillRemovable] the
// last look before a removal, [EncodePlan] and [EncodeState] the files.
//
// A lock that is held is a finding and holds nothing back: the apply that meets it says who
// holds it, and a run that checks its own plan holds all locks itself.
package planner
