package testbed

import (
	"context"
	"fmt"
	"path/filepath"
)

// MariaDBVersion is a version of MariaDB that this package can start.
type MariaDBVersion int

// The versions of MariaDB; [MariaDB1011] is the zero value.
const (
	MariaDB1011 MariaDBVersion = iota // Debian's own
	MariaDB114
)

// MariaDBVersions gives all versions, the one that is started by default first.
func MariaDBVersions() []MariaDBVersion { return []MariaDBVersion{MariaDB1011, MariaDB114} }

// String is how MariaDB writes the version, without its last number: "10.11".
func (v MariaDBVersion) String() string {
	switch v {
	case MariaDB1011:
		return "10.11"
	case MariaDB114:
		return "11.4"
	}
	return fmt.Sprintf("MariaDBVersion(%d)", int(v))
}

// mariadbPrograms says where a version's programs are.
type mariadbPrograms struct {
	server string
	data   string   // a new data directory, to be copied
	binDir string   // of the client programs
	args   []string // what the server needs to find its own files
}

// prepare installs the version where it is missing.
func (v MariaDBVersion) prepare(ctx context.Context) (mariadbPrograms, error) {
	switch v {
	case MariaDB1011:
		installed, err := Prepare(ctx, PartMariaDB)
		return mariadbPrograms{
			server: installed.MariaDBD,
			data:   installed.MariaDBData,
			binDir: installed.MariaDBBin,
		}, err
	case MariaDB114:
		installed, err := Prepare(ctx, PartMariaDB114)
		home := installed.MariaDB114
		return mariadbPrograms{
			server: filepath.Join(home, "bin", "mariadbd"),
			data:   installed.MariaDB114Data,
			binDir: filepath.Join(home, "bin"),
			args:   []string{"--basedir=" + home},
		}, err
	}
	return mariadbPrograms{}, fmt.Errorf("start mariadb: there is no %s", v)
}
