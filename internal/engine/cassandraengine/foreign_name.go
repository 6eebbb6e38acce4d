package cassandraengine

import (
	"regexp"
	"strconv"
	"time"

	"cwb/internal/backup"
)

// madeBy is what the name of a snapshot tells about it.
type madeBy struct {
	kind backup.ForeignKind
	at   time.Time // zero when the name does not tell
}

// The names that Cassandra gives. Sources: ColumnFamilyStore.SNAPSHOT_TRUNCATE_PREFIX and
// SNAPSHOT_DROP_PREFIX (3.0 on), Keyspace.getTimestampedSnapshotName (all), SystemKeyspace
// (upgrade), ColumnFamilyStore.scrub and StandaloneScrubber, DiagnosticSnapshotService.
var (
	prefixedName = regexp.MustCompile(`^(truncated|dropped)-([0-9]{13})-.+$`)
	bareName     = regexp.MustCompile(`^([0-9]{13})$`)
	upkeepName   = regexp.MustCompile(`^(?:([0-9]{13})-(?:upgrade-|compact-|pre-scrub).*|pre-scrub-([0-9]{13}).*|(?:DiagnosticSnapshot|upgrade-|compact-|cwb-).*)$`)
	stampedName  = regexp.MustCompile(`^([0-9]{13})-(.+)$`)
)

// classify tells who made a snapshot. Before 3.0 a TRUNCATE and a DROP TABLE named theirs alike,
// "<ms>-<table>": these count as truncated, unless they are named after the keyspace, which
// only DROP KEYSPACE did. What looks like one of cwb's own, but is not, is another policy's.
func classify(name, keyspace string) madeBy {
	if m := prefixedName.FindStringSubmatch(name); m != nil {
		return madeBy{kind: backup.ForeignKind(m[1]), at: fromMillis(m[2])}
	}
	if m := bareName.FindStringSubmatch(name); m != nil {
		return madeBy{kind: backup.ForeignSnapshot, at: fromMillis(m[1])}
	}
	if m := upkeepName.FindStringSubmatch(name); m != nil {
		return madeBy{kind: backup.ForeignOther, at: fromMillis(m[1] + m[2])}
	}
	if m := stampedName.FindStringSubmatch(name); m != nil && m[2] == keyspace {
		return madeBy{kind: backup.ForeignDropped, at: fromMillis(m[1])}
	} else if m != nil {
		return madeBy{kind: backup.ForeignTruncated, at: fromMillis(m[1])}
	}
	return madeBy{kind: backup.ForeignSnapshot}
}

// fromMillis reads the milliseconds since 1970 in a name; the zero time for an empty one.
func fromMillis(digits string) time.Time {
	ms, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
