package testbed

import (
	"context"
	"fmt"
)

// CassandraVersion is a version of Cassandra that this package can start.
type CassandraVersion int

// The versions of Cassandra; [Cassandra50] is the zero value.
const (
	Cassandra50 CassandraVersion = iota
	Cassandra41
)

// CassandraVersions gives all versions, the one that is started by default first.
func CassandraVersions() []CassandraVersion { return []CassandraVersion{Cassandra50, Cassandra41} }

// String is how Cassandra writes the version, without its last number: "5.0".
func (v CassandraVersion) String() string {
	switch v {
	case Cassandra50:
		return "5.0"
	case Cassandra41:
		return "4.1"
	}
	return fmt.Sprintf("CassandraVersion(%d)", int(v))
}

// cassandraPrograms says what runs a version.
type cassandraPrograms struct {
	java     string // for the server
	toolJava string // for nodetool
	jars     JarSet
}

// prepare installs the version where it is missing.
func (v CassandraVersion) prepare(ctx context.Context) (cassandraPrograms, error) {
	switch v {
	case Cassandra50:
		installed, err := Prepare(ctx, PartCassandra)
		return cassandraPrograms{java: installed.Java, toolJava: installed.Java, jars: installed.Cassandra}, err
	case Cassandra41:
		installed, err := Prepare(ctx, PartCassandra41)
		// The Java 11 that is installed lacks a module that nodetool uses, jdk.naming.rmi.
		return cassandraPrograms{java: installed.Java11, toolJava: installed.Java, jars: installed.Cassandra41}, err
	}
	return cassandraPrograms{}, fmt.Errorf("start cassandra: there is no %s", v)
}
