// Package view turns plans, results, events and lists into text for people and JSON for
// programs. Both are made from the same values; nothing is decided here.
//
// What comes from outside (names, server messages) is printed with its control characters
// escaped, so that no backup can move a cursor. Start at [Plan] and [List].
package view
