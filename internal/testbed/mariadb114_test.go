//go:build servers

package testbed_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cwb/internal/testbed"
)

func TestMariaDB114KeepsDataOverRestarts(t *testing.T) {
	testMariaDBKeepsData(t, testbed.MariaDB114)
}

func TestMariaDB114HasItsOwnClients(t *testing.T) {
	server := testbed.MariaDBForTest(t, testbed.MariaDBOptions{Version: testbed.MariaDB114})
	for _, argv := range [][]string{
		{"mariadb", "--batch", "--skip-column-names", "--execute=SELECT CONCAT('MariaDB dump of ', VERSION())"},
		{"mariadb-dump", "mysql", "plugin"},
	} {
		program := filepath.Join(server.BinDir, argv[0])
		output, err := exec.Command(program, append([]string{"--defaults-file=" + server.DefaultsFile}, argv[1:]...)...).CombinedOutput()
		if err != nil || !strings.Contains(string(output), "MariaDB dump") || !strings.Contains(string(output), "11.4.") {
			t.Errorf("%q: %v\n%s", argv, err, output)
		}
	}
}
