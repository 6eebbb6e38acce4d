package cassandraengine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// judgeShape refuses to load a part of a ring's rows into a ring that places rows otherwise:
// each host drops what is not its own, and nobody else would have it.
func (x *examining) judgeShape() {
	if len(x.src.tokens) == 0 {
		return // it is not known whose rows they are
	}
	for _, t := range x.src.tables {
		hasAll := ownsAll(x.src.ring, x.src.schema(t.Keyspace).Replication, x.src.host)
		if hasAll && ownsAll(x.hosts, x.replication(t.target), x.local.hostID) {
			continue
		}
		if reason := x.otherShape(); reason != "" {
			x.refuse("", "the backup is of a host that did not have all rows of its ring, or this one does not (%s), and %s", t.into(), reason)
			return
		}
	}
}

// otherShape says how the ring differs from that of the backup in what decides where rows are.
func (x *examining) otherShape() string {
	was, is := places(x.src.ring), places(x.hosts)
	switch {
	case len(x.src.ring) != len(x.hosts):
		return fmt.Sprintf("that ring had %s, this one has %s. Only a ring of the same shape (%s) can take the files as they are; into another one, stream the files of every host with sstableloader. %s",
			hosts(len(x.src.ring)), hosts(len(x.hosts)), strings.Join(was, ", "), x.successor())
	case !slices.Equal(was, is):
		return fmt.Sprintf("that ring had its hosts in other racks or datacentres (%s) than this one has (%s). Build one like it, or stream the files of every host with sstableloader. %s",
			strings.Join(was, ", "), strings.Join(is, ", "), x.successor())
	case !sameTokens(x.src.tokens, x.local.tokens):
		return x.otherTokens()
	}
	for _, old := range x.src.ring {
		now := ownerOf(x.hosts, old.tokens)
		if now == nil || now.datacenter != old.datacenter || now.rack != old.rack {
			return fmt.Sprintf("no host of this ring has the tokens and the place of %s in that one (%s/%s): make one its successor; what its backup is refused for says how",
				old.address, old.datacenter, old.rack)
		}
	}
	return ""
}

// places counts hosts by datacentre and rack: "2 in datacenter1/rack1".
func places(ring []peer) []string {
	count := map[string]int{}
	for _, h := range ring {
		count[h.datacenter+"/"+h.rack]++
	}
	var all []string
	for _, place := range slices.Sorted(maps.Keys(count)) {
		all = append(all, fmt.Sprintf("%d in %s", count[place], place))
	}
	return all
}

func hosts(n int) string {
	if n == 1 {
		return "1 host"
	}
	return itoa(n) + " hosts"
}

// ownerOf is the host with exactly these tokens; nil when there is none.
func ownerOf(ring []peer, tokens []string) *peer {
	at := slices.IndexFunc(ring, func(h peer) bool { return sameTokens(h.tokens, tokens) })
	if at < 0 {
		return nil
	}
	return &ring[at]
}

// otherTokens says whose tokens this host has, or should have.
func (x *examining) otherTokens() string {
	if now := ownerOf(x.hosts, x.src.tokens); now != nil {
		return fmt.Sprintf("the host %s of this ring has the tokens of that host, and not %s: restore it there, by the address in the policy or by --to", now.address, x.local.address)
	}
	return "that host owned other tokens than this one. " + x.successor()
}

// successor says how this host becomes the one that the backup is of. A host gets its tokens
// when it is first started, and keeps them.
func (x *examining) successor() string {
	old := ownerOf(x.src.ring, x.src.tokens)
	return fmt.Sprintf("To make this host the successor of that one (%s): stop it; remove the folders system and system_* from its data directories, and everything in its commitlog, hints and saved_caches, but leave the backup's snapshots; in cassandra.yaml set num_tokens: %d, initial_token: %s and auto_bootstrap: false%s; start it, seeds first; then restore again, with --onto-new-identity",
		old.address, len(x.src.tokens), strings.Join(x.src.tokens, ","), x.ownPlace(*old))
}

// ownPlace says where a host must be set, if it is not there.
func (x *examining) ownPlace(old peer) string {
	if old.datacenter == x.local.datacenter && old.rack == x.local.rack {
		return ""
	}
	return fmt.Sprintf(", and let the snitch place it in dc=%s, rack=%s (cassandra-rackdc.properties)", old.datacenter, old.rack)
}

// judgeReplication refuses a keyspace that is kept on other hosts than it was, unless that is
// meant: the repair after the import brings the rows to where they belong now, but none of the
// files can be compared.
func (x *examining) judgeReplication() {
	for _, target := range x.src.targets() {
		k, live := x.src.schemaInto(target), x.live[target]
		if !x.exists(target) || len(k.Replication) == 0 || len(x.hosts) == 1 && len(x.src.ring) <= 1 || sameReplication(k.Replication, live.Replication) {
			continue
		}
		text := fmt.Sprintf("the keyspace %s is replicated as %s, and was as %s when the backup was taken", target, cqlMap(live.Replication), cqlMap(k.Replication))
		if x.o.SchemaMismatch {
			x.warn("%s: rows come to where they belong now by the repair after the import", text)
			continue
		}
		x.refuse("--schema-mismatch", "%s", text)
	}
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
