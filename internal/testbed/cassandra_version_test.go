package testbed

import (
	"strings"
	"testing"
)

func TestCassandraVersionsAreTheirNames(t *testing.T) {
	var names []string
	for _, version := range append(CassandraVersions(), 99) {
		names = append(names, version.String())
	}
	if got, want := strings.Join(names, " "), "5.0 4.1 CassandraVersion(99)"; got != want {
		t.Errorf("versions %q, want %q", got, want)
	}
	_, err := StartCassandra(t.Context(), CassandraOptions{Dir: t.TempDir(), Version: 99})
	if err == nil || !strings.Contains(err.Error(), "CassandraVersion(99)") {
		t.Errorf("got %v; want an error that names the version", err)
	}
}
