package testbed

import (
	"fmt"
	"path/filepath"
	"strings"
)

// What Cassandra 5.0 needs opened of Java 17, as in its own conf/jvm17-server.options. It is
// more than what 4.1 needs of Java 11.
var (
	serverOpens = []string{
		"java.base/sun.nio.ch", "java.base/java.io", "java.base/java.util", "java.base/java.util.concurrent",
		"java.base/java.util.concurrent.atomic", "java.base/java.nio", "java.base/java.lang", "java.base/java.math",
		"java.base/java.net", "java.base/java.lang.reflect", "java.base/java.time", "java.base/jdk.internal.ref",
		"java.base/jdk.internal.reflect", "java.base/jdk.internal.math", "java.base/jdk.internal.module",
		"java.base/jdk.internal.util.jar", "java.rmi/sun.rmi.transport.tcp",
		"jdk.management/com.sun.management.internal", "jdk.management.jfr/jdk.management.jfr",
	}
	serverExports = []string{
		"java.base/jdk.internal.misc", "java.base/java.lang.ref", "java.base/jdk.internal.ref",
		"java.base/jdk.internal.math", "java.base/sun.nio.ch", "java.management.rmi/com.sun.jmx.remote.internal.rmi",
		"java.rmi/sun.rmi.registry", "java.rmi/sun.rmi.server", "java.rmi/sun.rmi.transport.tcp",
		"java.sql/java.sql", "jdk.unsupported/sun.misc", "jdk.compiler/com.sun.tools.javac.file",
		"jdk.compiler/com.sun.tools.javac.api", "jdk.attach/sun.tools.attach",
	}
	nodetoolOpens = []string{
		"java.rmi/sun.rmi.transport.tcp", "java.base/java.lang", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.nio",
	}
	nodetoolExports = []string{"java.base/sun.nio.ch", "java.base/jdk.internal.ref"}
)

// opened gives the arguments that open those of Java's packages.
func opened(opens, exports []string) []string {
	var args []string
	for _, name := range opens {
		args = append(args, "--add-opens="+name+"=ALL-UNNAMED")
	}
	for _, name := range exports {
		args = append(args, "--add-exports="+name+"=ALL-UNNAMED")
	}
	return args
}

// serverCommand is the command line of the server.
func (c *Cassandra) serverCommand() []string {
	argv := []string{
		c.programs.java, "-ea", "-Xms512M", "-Xmx512M", "-Xss512k", "-XX:+UseSerialGC", "-XX:-UsePerfData",
		"-XX:+ExitOnOutOfMemoryError",
		"-XX:TieredStopAtLevel=1", // a third less time to start than with the optimizing compiler
	}
	argv = append(argv, opened(serverOpens, serverExports)...)
	for name, value := range c.properties() {
		argv = append(argv, "-D"+name+"="+value)
	}
	argv = append(argv, c.options.JavaArgs...)
	return append(argv, "-cp", c.classPath(), "org.apache.cassandra.service.CassandraDaemon")
}

func (c *Cassandra) properties() map[string]string {
	return map[string]string{
		"cassandra.config":                         "file://" + c.configFile(),
		"cassandra.storagedir":                     c.Dir,
		"cassandra.logdir":                         c.Dir,
		"cassandra.jmx.local.port":                 fmt.Sprint(c.JMXPort),
		"cassandra-foreground":                     "yes",
		"cassandra.ring_delay_ms":                  "1000",
		"cassandra.skip_wait_for_gossip_to_settle": "0",
		"cassandra.superuser_setup_delay_ms":       "0",
		"cassandra.shutdown_announce_in_ms":        "100",
		"java.io.tmpdir":                           c.tmpDir(),
		// A measurement at each start, a second long with the default of 100,000 rows.
		"cassandra.memtable_row_overhead_computation_step": "1000",
		"jdk.attach.allowAttachSelf":                       "true",
		"jna.tmpdir":                                       c.tmpDir(),
		"logback.configurationFile":                        "file://" + c.logbackFile("server"),
	}
}

func (c *Cassandra) classPath() string {
	return c.confDir() + ":" + filepath.Join(c.programs.jars.Lib, "*")
}

// shellQuote quotes the words for a shell.
func shellQuote(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}
