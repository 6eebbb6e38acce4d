package cassandraengine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// judgeReplication refuses a keyspace that is kept on other hosts than it was, unless that is
// meant: none of the files can be compared then, and what nobody would read is lost.
func (x *examining) judgeReplication() {
	for _, target := range x.src.targets() {
		was, live := x.src.schemaInto(target).Replication, x.live[target].Replication
		if !x.exists(target) || len(was) == 0 || len(x.hosts) == 1 && len(x.src.ring) <= 1 || sameReplication(was, live) {
			continue
		}
		text := fmt.Sprintf("the keyspace %s is replicated as %s, and was as %s when the backup was taken", target, cqlMap(live), cqlMap(was))
		switch lost := x.unread(target, was, live); {
		case lost != "":
			x.refuse("", "%s: no host that had the rows of the range %s is to have them now, so they would be loaded where nobody reads them: replicate the keyspace as it was (ALTER KEYSPACE), restore, then replicate it to both places, repair, and only then take the old one away", text, lost)
		case !x.o.SchemaMismatch:
			x.refuse("--schema-mismatch", "%s", text)
		case isReplicated(x.hosts, live):
			x.warn("%s: rows come to where they belong now by the repair after the import", text)
		default:
			x.warn("%s: no repair follows the import, since each row is on one host now: what only other hosts had of it is loaded where nobody reads it", text)
		}
	}
}

// unread is a range of which no host that had its rows is to have them now; empty when there is
// none, or that cannot be told. A repair brings rows only to hosts from others that own them.
func (x *examining) unread(target string, was, is map[string]string) string {
	if len(x.src.tokens) == 0 || x.hasAll(target, was) || x.otherShape() != "" {
		return "" // in a ring of the same shape, each host stands for the one with its tokens
	}
	ring, ok := placeHosts(x.hosts)
	if !ok {
		return ""
	}
	for at := range ring {
		before, now := replicasAt(ring, at, was), replicasAt(ring, at, is)
		known := before != nil && now != nil
		if known && len(before) > 0 && !slices.ContainsFunc(before, func(id string) bool { return slices.Contains(now, id) }) {
			return rangeText(ring, at)
		}
	}
	return ""
}

// sameReplication compares without the package of the strategy's class.
func sameReplication(a, b map[string]string) bool {
	short := func(m map[string]string) map[string]string {
		m = maps.Clone(m)
		m["class"] = m["class"][strings.LastIndex(m["class"], ".")+1:]
		return m
	}
	return maps.Equal(short(a), short(b))
}
