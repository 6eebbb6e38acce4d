//go:build servers && !soak

package main

// How much is tried in every run of the tests; make soak tries more.
const (
	randomKills   = 10
	moreNights    = 0 // after the ten beside the old scripts
	takesInDDL    = 8
	takesInWrites = 5
)
