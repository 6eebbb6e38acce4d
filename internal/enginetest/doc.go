// Package enginetest is what every engine must pass, real or fake: see [Run].
//
// An engine's test makes one [Harness] for a server that has at least one table to write to,
// and calls Run with it. The suite takes backups the way a node does, and looks only at what
// the port promises: that a backup is complete, that it is of one moment, that nothing is
// left where nothing should be, and that what others made stays. To add a case, write a
// function of a suite and name it in cases.
package enginetest
