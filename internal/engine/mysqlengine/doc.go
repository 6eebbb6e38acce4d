// Package mysqlengine is all that cwb knows about MySQL and MariaDB: how to prove that a
// backup will be complete, to take one at a single moment over the server's own protocol,
// to store it, and to write it as SQL for the stock client.
//
// It promises that what it hands back as content was read at one proven point in time, that
// every stored value is the value the server has (four well-known tools lose FLOAT digits,
// INET6 or UUID values without a word), and that every file was read back and hashed before
// it counts. What it cannot take exactly or cannot prove, it refuses by name, with the
// GRANT, setting or statement that helps. Only a restore writes to the server.
//
// A take goes: [Engine.Prepare] connects (options.go, connect.go) and proves that all can be
// seen and stored (privileges.go, catalog.go, refuse.go, inspect.go); Capture opens the
// snapshots at one point and holds the schema still (snapshot.go, onepoint.go, proof.go,
// locking.go), and notes where they stand (position.go); ReadOut splits large tables by their
// keys (ranges.go, keysplitter.go, keyspace.go), reads, packs and verifies side by side
// (readout.go, readers.go, wire.go, pack.go, verify.go), gives way to who waits for it
// (giveway.go) and eases off while the server is busy (throttle.go, easing.go). What is
// stored: schema.go (schema.json.zst) and tsv.go (data/*.tsv.zst).
// [Engine.Export] (export.go) turns it into SQL, and [Engine.Foreign] lists the dumps of
// others. Start at [New].
//
// A restore goes: [Engine.Examine] (restore_examine*.go) says what would happen;
// [Engine.Restore] (restore.go) loads into databases of its own (restore_load.go,
// restore_tables.go, restore_send.go, restore_chunk.go; of dumps restore_dump*.go), exchanges
// all tables by one statement and lets the programs follow (restore_plan.go, restore_swap.go,
// restore_programs.go), or goes back (restore_undo.go). What it needs to know later stands in
// its notes (restore_notes.go).
package mysqlengine
