package cassandraengine

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// failureMarks begin or stand in the lines that nodetool reports failures with, 2.1 to 5.0:
// "error: …" (NodeTool.err), "nodetool: …" (NodeTool.badUse), stack traces, Java's own words.
var failureMarks = regexp.MustCompile(`(?m)^(error:|nodetool: |Error: |Exception in thread|\[?ERROR).*$|^.*\b[A-Za-z.]*(Exception|Error): .*$|^-- StackTrace --$`)

// failureText is the first line of output that reports a failure; empty when none does.
func failureText(output string) string {
	found := strings.TrimSpace(failureMarks.FindString(output))
	return clip(found, 300)
}

func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return clip(lines[len(lines)-1], 300)
}

// parseSnapshot wants the line that nodetool has printed after every snapshot since 1.0.
func parseSnapshot(output, tag string) error {
	if slices.Contains(trimmedLines(output), "Snapshot directory: "+tag) {
		return nil
	}
	return fmt.Errorf("nodetool snapshot did not say that it made %q; it said: %q", tag, lastLine(output))
}

// parseCleared wants the line that nodetool prints before it clears.
func parseCleared(output, tag string) error {
	for _, line := range trimmedLines(output) {
		if strings.HasPrefix(line, "Requested clearing snapshot(s) for ") && strings.Contains(line, "["+tag+"]") {
			return nil
		}
	}
	return fmt.Errorf("nodetool clearsnapshot did not say that it cleared %q; it said: %q", tag, lastLine(output))
}

// parseHostID finds the host id in what "nodetool info" prints: "ID : UUID".
func parseHostID(output string) (string, error) {
	for _, line := range trimmedLines(output) {
		key, value, ok := strings.Cut(line, ":")
		if value = strings.TrimSpace(value); ok && strings.TrimSpace(key) == "ID" && tableID.MatchString(value) {
			return value, nil
		}
	}
	return "", fmt.Errorf("nodetool info did not say the host id; it said: %q", lastLine(output))
}

// schemaVersions are what "nodetool describecluster" lists: hosts by version, and those that
// could not be asked.
type schemaVersions struct {
	byVersion   map[string]string // version → "[addresses]"
	unreachable string
}

var versionLine = regexp.MustCompile(`^([0-9a-f-]{36}|UNREACHABLE): (\[.*\])$`)

func parseSchemaVersions(output string) (schemaVersions, error) {
	_, list, ok := strings.Cut(output, "Schema versions:")
	found := schemaVersions{byVersion: map[string]string{}}
	for _, line := range trimmedLines(list) {
		if line == "" {
			continue // stands between the versions
		}
		m := versionLine.FindStringSubmatch(line)
		if m == nil {
			break
		}
		if m[1] == "UNREACHABLE" {
			found.unreachable = m[2]
		} else {
			found.byVersion[m[1]] = m[2]
		}
	}
	if !ok || len(found.byVersion) == 0 {
		return found, fmt.Errorf("nodetool describecluster did not list the schema versions; it said: %q", lastLine(output))
	}
	return found, nil
}

func trimmedLines(s string) []string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return lines
}
