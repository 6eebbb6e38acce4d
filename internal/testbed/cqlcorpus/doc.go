// Package cqlcorpus fills a keyspace of Cassandra with all that a table can have: every kind of
// type, key, index and view, times to live, tombstones, dropped columns, names that need quotes.
// [Keyspace.Fill] writes it; [Keyspace.Content] reads every value with its write time and time
// to live, so that what a restore brings back can be compared with what was there.
package cqlcorpus
