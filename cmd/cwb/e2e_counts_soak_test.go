//go:build servers && soak

package main

// The long run: see e2e_counts_test.go.
const (
	randomKills   = 100
	moreNights    = 40
	takesInDDL    = 60
	takesInWrites = 40
)
