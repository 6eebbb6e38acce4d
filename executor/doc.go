// Package executor acts: it observes the nodes of a policy, checks that the world still asks
// for a plan's steps, and applies them one by one. It owns the ports that the outside is
// reached through ([Node], [Session], [Take], [Engine], [Schedules]) and knows no product.
//
// It promises that a step runs only after all it needs has ended well, that a removal is
// looked at again just before it happens, that every step is in the journal before it
// begins, and that a panic in any goroutine becomes an error of its step. "Plan again" is
// always the recovery. Start at [Observe], [Check] and [Apply].
package executor
