//go:build servers && !soak

package main

// randomRestoreKills is how many restores are killed at a random instant in every run of the
// tests; make soak kills more.
const randomRestoreKills = 6
