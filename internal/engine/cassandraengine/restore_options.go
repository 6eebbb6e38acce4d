package cassandraengine

import (
	"regexp"
	"strconv"
	"time"
)

var (
	gcGrace         = regexp.MustCompile(`\bgc_grace_seconds = ([0-9]+)`)
	compactionIsOff = regexp.MustCompile(`\bcompaction = \{[^}]*'enabled': 'false'`)
)

// tableText is the statement that makes a table; empty when it is not known.
func (k keyspaceSchema) tableText(table string) string {
	for _, st := range k.Statements {
		if st.Type == "table" && st.Name == table {
			return k.executable(st)
		}
	}
	return ""
}

// graceOf is how long a table remembers deletions.
func graceOf(k keyspaceSchema, table string) (time.Duration, bool) {
	m := gcGrace.FindStringSubmatch(k.tableText(table))
	if m == nil {
		return 0, false
	}
	seconds, err := strconv.Atoi(m[1])
	return time.Duration(seconds) * time.Second, err == nil
}

// compacts reports whether the server compacts a table by itself.
func (k keyspaceSchema) compacts(table string) bool {
	return !compactionIsOff.MatchString(k.tableText(table))
}
