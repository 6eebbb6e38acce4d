// Package node is a node on this machine: one engine, and the files under one snapshot_path,
// behind the executor's port. It knows what lies on disk (directories, records, sidecars,
// lock, journal, markers) and nothing of any product.
//
// It promises that a backup appears whole or not at all: its directory appears with
// begun.json in it, and backup.json is written last, after every file of the manifest was
// found with its size. It removes in the opposite order, so that whatever a killed run
// leaves can be proven ours. It never follows a link out of the directories it was given,
// and never touches what it cannot prove to be of its own deployment and node.
// Start at [New]; what one directory may look like is judged in [survey].
package node
