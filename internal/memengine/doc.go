// Package memengine is an engine whose server lives in memory, for tests that need neither a
// product nor its speed. It is faithful where the executor could tell the difference: it
// stores rows in chunk files (the MySQL way) or leaves them outside under a tag (the
// Cassandra way), captures one moment, verifies by reading back, and knows foreign backups.
// It passes the suite of enginetest.
//
// It can be made to fail, hang, panic, lose its reply or lie at any operation: see [Around]
// and [Lies]. Start at [NewServer] and [New].
package memengine
