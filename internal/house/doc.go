// Package house holds no code: its tests hold the house to its plan. Which room may import
// which, who knows HCL, who a driver, who reads the clock, and what no file may contain.
// Start at the table in imports_test.go; a new room gets a line there.
package house
