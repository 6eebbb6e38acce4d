//go:build servers

package mysqlengine

import (
	"testing"

	"cwb/internal/soak"
	"cwb/internal/testbed"
)

// TestExportGivesEverythingBackOn114 holds MariaDB 11.4 to what 10.11 is held to.
func TestExportGivesEverythingBackOn114(t *testing.T) {
	options := testbed.MariaDBOptions{Version: testbed.MariaDB114, BinLog: true}
	everythingComesBack(t, newBedWith(t, options), newBedWith(t, options))
}

// TestRandomSchemasComeBackOn114 takes and loads random schemas on MariaDB 11.4.
func TestRandomSchemasComeBackOn114(t *testing.T) {
	options := testbed.MariaDBOptions{Version: testbed.MariaDB114, BinLog: true}
	randomSchemasComeBack(t, newBedWith(t, options), newBedWith(t, options), soak.Of(30, 100))
}
