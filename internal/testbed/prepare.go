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
	PartMariaDB   Part = "mariadb"
	PartCassandra Part = "cassandra"
)

// Installed says where the installed parts are. Fields of parts not asked for are empty.
type Installed struct {
	MariaDBD         string // the server program
	MariaDBInstallDB string // the program that makes a new data directory
	Java             string // a Java 17 runtime
	CassandraLib     string // directory of the jars of Cassandra and its nodetool
	NodetoolClasses  string // nodetool's classes as Java archives them, for a quick start; may not exist
}

//go:embed prepare.sh
var prepareScript string

// Prepare installs the given parts, all of them when none is given, and says where they are.
// It does nothing when they are there already, and may run in several processes at once.
// Installing Debian packages needs root.
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
		MariaDBD:         paths["mariadbd"],
		MariaDBInstallDB: paths["mariadb_install_db"],
		Java:             paths["java"],
		CassandraLib:     paths["cassandra_lib"],
		NodetoolClasses:  paths["nodetool_classes"],
	}
}
