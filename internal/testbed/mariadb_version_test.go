package testbed

import (
	"strings"
	"testing"
)

func TestMariaDBVersionsAreTheirNames(t *testing.T) {
	var names []string
	for _, version := range append(MariaDBVersions(), 99) {
		names = append(names, version.String())
	}
	if got, want := strings.Join(names, " "), "10.11 11.4 MariaDBVersion(99)"; got != want {
		t.Errorf("versions %q, want %q", got, want)
	}
	_, err := StartMariaDB(t.Context(), MariaDBOptions{Dir: t.TempDir(), Version: 99})
	if err == nil || !strings.Contains(err.Error(), "MariaDBVersion(99)") {
		t.Errorf("got %v; want an error that names the version", err)
	}
}
