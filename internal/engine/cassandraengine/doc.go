// Package cassandraengine is all that cwb knows about Cassandra, for one node: whom to ask, how
// a snapshot is taken and proven complete, how it is removed, and what other snapshots lie
// beside it.
//
// A successful "nodetool snapshot" proves nothing: the server logs a failing table and goes on
// (TakeSnapshotTask), and nodetool's exit status has lied before. So the engine believes only
// what it sees. A take is good when
//
//   - the schema read before the snapshot equals the schema read right after it,
//   - every table and view of it has its folder, and no other table has one,
//   - manifest.json, the TOC.txt of each SSTable that has one and the files present agree, over all data directories,
//   - every byte was read and hashed, or is vouched for by an earlier manifest (see known).
//
// It refuses rather than guesses: another node behind nodetool than behind CQL, data
// directories that are not the server's, names that are no Cassandra names. It never runs
// clearsnapshot without the exact tag of a set and the keyspaces, and never follows a link.
//
// CQL is reached through the interface server, nodetool through the type nodetool; both are
// faked in tests. Start at [Engine.Prepare] and follow take: Capture, then ReadOut.
//
// A ring is observed: its hosts, their tokens and what they are at. While rows are about to
// change hosts, takes go on, since all rows are still where they were, and no restore begins.
// What a host is at is read over CQL, from 4.1 on; of older rings it is not known.
//
// A restore proves before it changes: hard links of the files are staged inside the data
// directory and rehearsed in a scratch keyspace, the live tables are emptied once for the whole
// ring, and every host loads what is its own. Start at [Engine.Examine] and [Engine.Restore].
package cassandraengine
