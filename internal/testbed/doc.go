// Package testbed starts real database servers for tests and the demo: MariaDB and Cassandra
// in two versions each (see [MariaDBVersions] and [CassandraVersions]), several at once, each
// on a loopback address of its own. It installs what they need (see [Prepare]), and every
// server dies with the process that started it, however that ends.
//
// Tests use [MariaDBForTest], [CassandraForTest] and [RingForTest]; they fail, and never skip,
// when a server does not start, so they stand behind the build tag "servers". Everything else
// uses [StartMariaDB], [StartCassandra] and [StartRing].
package testbed
