package cassandraengine

import (
	"path"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// newerVersion reports whether a server version is of a later release than another: 4.1 is
// later than 4.0, 4.1.9 is not later than 4.1.3, since they write the same format.
func newerVersion(a, b string) bool {
	majorA, minorA := release(a)
	majorB, minorB := release(b)
	return majorA > majorB || majorA == majorB && minorA > minorB
}

// release reads "5.1-alpha1" as 5 and 1.
func release(version string) (major, minor int) {
	version, _, _ = strings.Cut(version, "-")
	parts := strings.Split(version, ".")
	major, _ = strconv.Atoi(parts[0])
	if len(parts) > 1 {
		minor, _ = strconv.Atoi(parts[1])
	}
	return major, minor
}

// formats are the versions of SSTables: by which release they came, and up to which they are
// read. Sources: BigFormat.BigVersion, BtiFormat.BtiVersion, and their isCompatible.
var formats = map[byte]struct{ since, until string }{
	'i': {"1.2", "2.0"}, 'j': {"2.0", "2.1"}, 'k': {"2.1", "3.11"}, 'l': {"2.2", "3.11"}, 'm': {"3.0", "5.0"}, 'n': {"4.0", "6.0"}, 'o': {"5.0", "6.0"}, 'd': {"5.0", "6.0"},
}

// formatOf is the version in the name of an SSTable's file: "nb".
func formatOf(file string) string {
	c, ok := parseComponent(path.Base(file))
	if !ok {
		return ""
	}
	parts := strings.Split(c.sstable, "-")
	if newName.MatchString(path.Base(file)) {
		return parts[0]
	}
	return parts[len(parts)-2]
}

// unreadable says why a server cannot load SSTables: newer ones than it, or too old ones.
func unreadable(files []found, version string) (tooNew, tooOld string) {
	for _, f := range files {
		name := formatOf(f.name)
		if name == "" {
			continue
		}
		known, ok := formats[name[0]]
		switch {
		case !ok, newerVersion(known.since, version):
			tooNew = name
		case newerVersion(version, known.until):
			tooOld = name
		}
	}
	return tooNew, tooOld
}
