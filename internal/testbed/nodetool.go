package testbed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// writeNodetool writes a program that is called like the packaged nodetool.
func (c *Cassandra) writeNodetool() error {
	if err := os.WriteFile(c.logbackFile("nodetool"), []byte(logback("ERROR")), 0o644); err != nil {
		return err
	}
	argv := []string{c.programs.toolJava, "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
		"-XX:SharedArchiveFile=" + c.programs.jars.NodetoolClasses, "-Xshare:auto"}
	argv = append(argv, opened(nodetoolOpens, nodetoolExports)...)
	argv = append(argv,
		"-Dlogback.configurationFile=file://"+c.logbackFile("nodetool"),
		"-Dcassandra.storagedir="+c.tmpDir(),
		"-Djava.io.tmpdir="+c.tmpDir(),
		"-Duser.home="+c.tmpDir(), // where it keeps a history of its calls
		"-cp", filepath.Join(c.programs.jars.Lib, "*"),
		"org.apache.cassandra.tools.NodeTool")
	path := filepath.Join(c.Dir, "bin", "nodetool")
	text := fmt.Sprintf("#!/bin/sh\nexec %s \"$@\"\n", shellQuote(argv))
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		return err
	}
	c.Nodetool = []string{path, "-h", "127.0.0.1", "-p", strconv.Itoa(c.JMXPort)}
	return nil
}

// RunNodetool runs nodetool with args and gives what it printed.
func (c *Cassandra) RunNodetool(ctx context.Context, args ...string) (string, error) {
	argv := append(c.Nodetool[1:len(c.Nodetool):len(c.Nodetool)], args...)
	output, err := exec.CommandContext(ctx, c.Nodetool[0], argv...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("nodetool %q: %w\n%s", args, err, output)
	}
	return string(output), nil
}
