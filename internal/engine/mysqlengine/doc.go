// Package mysqlengine is all that cwb knows about MySQL and MariaDB: how to prove that a
// backup will be complete, to take one at a single moment over the server's own protocol,
// to store it, and to write it as SQL for the stock client.
//
// It promises that what it hands back as content was read at one proven point in time, that
// every stored value is the value the server has (four well-known tools lose FLOAT digits,
// INET6 or UUID values without a word), and that every file was read back and hashed before
// it counts. What it cannot take exactly or cannot prove, it refuses by name, with the
// GRANT, setting or statement that helps. It writes nothing to the server.
//
// A take goes: [Engine.Prepare] (options.go, connect.go, grants.go, catalog.go, refuse.go),
// Capture (snapshot.go), ReadOut (readout.go, rows.go, tsv.go, chunk.go). The layout of what
// is stored is in schema.go (schema.json.zst) and tsv.go (data/*.tsv.zst). [Engine.Export]
// (export.go) turns it into SQL, and [Engine.Foreign] lists the dumps of others. Start at
// [New].
package mysqlengine
