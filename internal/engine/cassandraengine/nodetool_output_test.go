package cassandraengine

import (
	"strings"
	"testing"
)

// What nodetool has printed, by version; all of it but the failures is good.
var snapshotOutputs = map[string]string{
	"1.1":  "Requested snapshot for: homer\nSnapshot directory: TAG\n",
	"2.1":  "xss =  -ea -javaagent:/usr/share/cassandra/lib/jamm-0.3.0.jar -XX:+CMSClassUnloadingEnabled -Xms2G\nRequested creating snapshot(s) for [homer, homestead] with snapshot name [TAG]\nSnapshot directory: TAG\n",
	"3.11": "Requested creating snapshot(s) for [homer] with snapshot name [TAG] and options {skipFlush=false}\nSnapshot directory: TAG\n",
	"5.0":  "Requested creating snapshot(s) for [homer] with snapshot name [TAG] and options {skipFlush=false}\r\nSnapshot directory: TAG\r\n",
}

func TestParseSnapshot(t *testing.T) {
	for version, output := range snapshotOutputs {
		if got := failureText(output); got != "" {
			t.Errorf("%s: taken for a failure: %q", version, got)
		}
		if err := parseSnapshot(output, "TAG"); err != nil {
			t.Errorf("%s: %v", version, err)
		}
		for _, tag := range []string{"TA", "TAG2", ""} {
			if parseSnapshot(output, tag) == nil {
				t.Errorf("%s: taken for the tag %q", version, tag)
			}
		}
	}
	if parseSnapshot("", "TAG") == nil {
		t.Error("silence taken for a snapshot")
	}
}

func TestFailureText(t *testing.T) {
	cases := map[string]string{
		"error: Snapshot TAG already exists.\n-- StackTrace --\njava.io.IOException: Snapshot TAG already exists.\n":       "error: Snapshot TAG already exists.",
		"Requested creating snapshot(s) for [x]\nnodetool: Keyspace nope does not exist\nSee 'nodetool help'\n":            "nodetool: Keyspace nope does not exist",
		"nodetool: Failed to connect to '127.0.0.1:1' - ConnectException: 'Connection refused'.\n":                         "nodetool: Failed to connect to '127.0.0.1:1' - ConnectException: 'Connection refused'.",
		"Exception in thread \"main\" java.lang.RuntimeException: x\n":                                                     "Exception in thread \"main\" java.lang.RuntimeException: x",
		"Error: Could not find or load main class org.apache.cassandra.tools.NodeTool\n":                                   "Error: Could not find or load main class org.apache.cassandra.tools.NodeTool",
		"java.lang.OutOfMemoryError: Java heap space\n":                                                                    "java.lang.OutOfMemoryError: Java heap space",
		"Error occurred during initialization\nCaused by: java.rmi.ConnectException: Connection refused to host: 1.2.3.4;": "Caused by: java.rmi.ConnectException: Connection refused to host: 1.2.3.4;",
	}
	for output, want := range cases {
		if got := failureText(output); got != want {
			t.Errorf("%q:\n got %q\nwant %q", output, got, want)
		}
	}
}

func TestParseHostID(t *testing.T) {
	for version, output := range map[string]string{
		"2.1": "xss = -ea\nID                     : 76baeddd-84f2-419c-ab52-fdcc7e77df65\nGossip active          : true\nThrift active          : false\nLoad                   : 1.2 MB\nExceptions             : 0\n",
		"4.1": "ID                     : 76baeddd-84f2-419c-ab52-fdcc7e77df65\nGossip active          : true\nExceptions             : 2\n",
		"5.0": "ID                     : 76baeddd-84f2-419c-ab52-fdcc7e77df65\nGossip active          : true\nUncompressed load      : 223.7 KiB\nBootstrap failed       : false\n",
	} {
		id, err := parseHostID(output)
		if err != nil || id != hostOne {
			t.Errorf("%s: %q, %v", version, id, err)
		}
		if got := failureText(output); got != "" {
			t.Errorf("%s: taken for a failure: %q", version, got)
		}
	}
	for _, output := range []string{"", "ID : x", "Token : 76baeddd-84f2-419c-ab52-fdcc7e77df65"} {
		if _, err := parseHostID(output); err == nil {
			t.Errorf("%q has a host id", output)
		}
	}
}

func TestParseSchemaVersions(t *testing.T) {
	const head = "Cluster Information:\n\tName: c\n\tSnitch: org.apache.cassandra.locator.SimpleSnitch\n\tSchema versions:\n"
	const one, two = "\t\tabf6d2bb-8177-3aff-822c-6b83c4da15b8: [127.0.0.1, 127.0.0.3]\n\n", "\t\tbbf6d2bb-8177-3aff-822c-6b83c4da15b8: [127.0.0.2]\n\n"
	const stats = "Stats for all nodes:\n\tLive: 1\n\tUnreachable: 0\n"
	for output, want := range map[string]int{head + one + stats: 1, head + one + two: 2, head + two + "\t\tUNREACHABLE: [127.0.0.3]\n" + stats: 1} {
		got, err := parseSchemaVersions(output)
		if err != nil || len(got.byVersion) != want {
			t.Errorf("%q: %v, %v", output, got, err)
		}
	}
	for _, output := range []string{"", head, head + stats, strings.TrimPrefix(head, "Cluster")} {
		if _, err := parseSchemaVersions(output); err == nil {
			t.Errorf("%q lists versions", output)
		}
	}
}

func TestParseCleared(t *testing.T) {
	for _, output := range []string{
		"Requested clearing snapshot(s) for [homer] with snapshot name [TAG]\n",
		"Requested clearing snapshot(s) for [homer, homestead] with snapshot name [TAG]\n",
	} {
		if err := parseCleared(output, "TAG"); err != nil {
			t.Error(err)
		}
	}
	for _, output := range []string{"", "Requested clearing snapshot(s) for [all keyspaces] with [all snapshots]\n"} {
		if parseCleared(output, "TAG") == nil {
			t.Errorf("%q clears the tag", output)
		}
	}
}
