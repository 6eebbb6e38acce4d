package cassandraengine

import (
	"encoding/binary"
	"io"
	"os"
	"slices"
)

// expires reports whether any value of a table's files has a time to live, so that rows can go
// by themselves; also where the files do not tell.
func (r *restoring) expires(t sourceTable) bool {
	return slices.ContainsFunc(t.files, func(f found) bool {
		c, _ := parseComponent(f.name)
		if c.name != "Statistics.db" {
			return false
		}
		ttl, ok := maxTTL(f)
		return !ok || ttl > 0
	})
}

// maxTTL reads the longest time to live from Statistics.db: a count of parts, for each its kind
// and offset, and the parts. The one of kind 2 begins with two histograms, a position in the
// commit log, the times of writes and of deletions, and the times to live
// (MetadataSerializer.java, StatsMetadata.java; version 3.0 on).
func maxTTL(f found) (int32, bool) {
	file, err := os.OpenFile(f.path(), os.O_RDONLY|noFollow, 0)
	if err != nil {
		return 0, false
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, smallFile))
	if err != nil {
		return 0, false
	}
	format := formatOf(f.name)
	if format == "" || format[0] < 'm' && format[0] != 'd' {
		return 0, false
	}
	b := reader{data: data}
	at, ok := statsOffset(&b)
	if !ok {
		return 0, false
	}
	b.at = at
	for range 2 {
		b.skip(16 * int(b.uint32())) // an EstimatedHistogram: pairs of long
	}
	b.skip(8 + 4 + 8 + 8 + 4 + 4 + 4) // position, write times, deletion times, shortest time to live
	ttl := int32(b.uint32())
	return ttl, !b.short
}

// statsOffset finds the part of kind 2. Since 4.0 a checksum stands behind the count.
func statsOffset(b *reader) (int, bool) {
	const stats, parts = 2, 4
	n := b.uint32()
	if n != parts {
		return 0, false
	}
	if crc := b.at; b.uint32() < parts { // a kind, not a checksum
		b.at = crc
	}
	for range n {
		kind, offset := b.uint32(), b.uint32()
		if kind == stats && !b.short {
			return int(offset), true
		}
	}
	return 0, false
}

// reader reads big-endian numbers and remembers when there were none left.
type reader struct {
	data  []byte
	at    int
	short bool
}

func (b *reader) skip(n int) {
	if n < 0 || b.at+n > len(b.data) || b.at+n < 0 {
		b.short = true
		return
	}
	b.at += n
}

func (b *reader) uint32() uint32 {
	start := b.at
	if b.skip(4); b.short {
		return 0
	}
	return binary.BigEndian.Uint32(b.data[start:])
}
