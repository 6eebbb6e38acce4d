// Package planner decides what must be done so that the backups that exist become the
// backups the policy asks for. It decides only: it opens no connection, reads no clock and
// deletes nothing, so that every decision can be tested from text.
//
// It promises that the newest good backup of every node at every place, and the floor,
// survive every plan; that what cwb did not make is never removed; that nothing is removed
// before what replaces it is verified; and that a plan is a function of policy, [State],
// time and [Request] alone. Start at [Diff].
package planner
