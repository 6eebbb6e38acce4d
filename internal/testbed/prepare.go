package testbed

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os/exec"
	"strings"
)

// Part is something that [Prepare] can install.
type Part string

// The parts that servers need.
const (
	PartMariaDB     Part = "mariadb" // 10.11, Debian's
	PartMariaDB114  Part = "mariadb-11.4"
	PartCassandra   Part = "cassandra" // 5.0
	PartCassandra41 Part = "cassandra-4.1"
)

// Installed says where the installed parts are. Fields of parts not asked for are empty.
type Installed struct {
	MariaDBD       string // the server program
	MariaDBBin     string // directory of its client programs
	MariaDBData    string // a data directory that no server has run in, to be copied
	MariaDB114     string // directory of MariaDB 11.4, with its bin, scripts and share
	MariaDB114Data string // as MariaDBData
	Java           string // a Java 17 runtime, for Cassandra 5.0 and nodetool
	Java11         string // for Cassandra 4.1
	Cassandra      JarSet // 5.0
	Cassandra41    JarSet
}

// JarSet is one version of Cassandra.
type JarSet struct {
	Lib             string // directory of the jars of the server and its nodetool
	NodetoolClasses string // nodetool's classes as Java archives them, for a quick start; may not exist
}

//go:embed prepare.sh
var prepareScript string

// Prepare installs the given parts and says where they are. No part means one version of each
// server, those that options with no version start. It does nothing when they are there
// already, and may run in several processes at once. Installing Debian packages needs root.
func Prepare(ctx context.Context, parts ...Part) (Installed, error) {
	if len(parts) == 0 {
		parts = []Part{PartMariaDB, PartCassandra}
	}
	args := []string{"-c", prepareScript, "prepare.sh"}
	for _, part := range parts {
		args = append(args, string(part))
	}
	command := exec.CommandContext(ctx, "bash", args...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	stdout, err := command.Output()
	if err != nil {
		return Installed{}, fmt.Errorf("install the servers for tests: %w\n%s", err, stderr.String())
	}
	return parseInstalled(string(stdout)), nil
}

// parseInstalled reads the name=path lines that the script prints.
func parseInstalled(output string) Installed {
	paths := map[string]string{}
	for line := range strings.Lines(output) {
		name, path, _ := strings.Cut(strings.TrimSpace(line), "=")
		paths[name] = path
	}
	return Installed{
		MariaDBD:       paths["mariadbd"],
		MariaDBBin:     paths["mariadb_bin"],
		MariaDBData:    paths["mariadb_data"],
		MariaDB114:     paths["mariadb114"],
		MariaDB114Data: paths["mariadb114_data"],
		Java:           paths["java"],
		Java11:         paths["java11"],
		Cassandra:      JarSet{paths["cassandra_lib"], paths["cassandra_nodetool_classes"]},
		Cassandra41:    JarSet{paths["cassandra41_lib"], paths["cassandra41_nodetool_classes"]},
	}
}
