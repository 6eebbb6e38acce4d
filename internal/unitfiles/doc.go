// Package unitfiles keeps the systemd units and cron files of a deployment on the machine
// that cwb runs on: it is the [executor.Schedules] of the real world.
//
// It touches only files in the two directories below whose names begin with "cwb-" and whose
// first line says that they are this deployment's. A file appears whole or not at all. It
// also reads, and never changes, where old backup scripts may still be started from.
// Start at [Machine].
package unitfiles
