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
		if x.hasAll(t.target, x.src.schema(t.Keyspace).Replication) {
			continue
		}
		if reason := x.otherShape(); reason != "" {
			x.refuse("", "the backup is of a host that did not have all rows of its ring, or this one does not (%s), and %s", t.into(), reason)
			return
		}
	}
}

// hasAll reports whether the backup is of a host that had all rows of a keyspace, and goes onto
// one that has.
func (x *examining) hasAll(target string, was map[string]string) bool {
	return ownsAll(x.src.ring, was, x.src.host) && ownsAll(x.hosts, x.replication(target), x.local.hostID)
}

// otherShape says how the ring differs from that of the backup in what decides where rows are.
func (x *examining) otherShape() string {
	was, is := places(x.src.ring), places(x.hosts)
	switch {
	case len(x.src.ring) != len(x.hosts):
		return fmt.Sprintf("that ring had %s, this one has %s. %s", hosts(len(x.src.ring)), hosts(len(x.hosts)), sameShape(was))
	case !slices.Equal(was, is):
		return fmt.Sprintf("that ring had its hosts in other racks or datacentres (%s) than this one has (%s). %s", strings.Join(was, ", "), strings.Join(is, ", "), sameShape(was))
	case !sameTokens(x.src.tokens, x.local.tokens):
		return x.otherTokens()
	}
	for _, old := range x.src.ring {
		now := ownerOf(x.hosts, old.tokens)
		if now == nil || now.datacenter != old.datacenter || now.rack != old.rack {
			return fmt.Sprintf("no host of this ring has the tokens and the place of %s in that one (%s/%s). %s",
				old.address, old.datacenter, old.rack, sameShape(was))
		}
	}
	return ""
}

// sameShape says which ring can take the files. It tells nothing to be done to a host of this
// one: what is amiss is the ring, and its hosts may be serving.
func sameShape(was []string) string {
	return fmt.Sprintf("Only a ring of the same shape (%s), each host with the tokens of one of that ring (ring.json in each backup tells them) and in its rack, can take the files as they are: build one of new hosts, or stream the files of every host with sstableloader into this one", strings.Join(was, ", "))
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
	if x.src.host == x.local.hostID {
		return "this host owned other tokens when the backup was taken. " + sameShape(places(x.src.ring))
	}
	return "that host owned other tokens than this one. " + x.successor()
}

// successor says how this host becomes the one that the backup is of. A host gets its tokens
// when it is first started, and keeps them; what it has in the ring so far is lost.
func (x *examining) successor() string {
	old := ownerOf(x.src.ring, x.src.tokens)
	return fmt.Sprintf("Only if this host is new and holds nothing that is served, make it the successor of that one (%s): stop it; remove the folders system and system_* from its data directories, and everything in its commitlog, hints and saved_caches, but leave the backup's snapshots; in cassandra.yaml set num_tokens: %d, initial_token: %s and auto_bootstrap: false%s; start it, seeds first; then restore again, with --onto-new-identity",
		old.address, len(x.src.tokens), strings.Join(x.src.tokens, ","), x.ownPlace(*old))
}

// ownPlace says where a host must be set, if it is not there.
func (x *examining) ownPlace(old peer) string {
	if old.datacenter == x.local.datacenter && old.rack == x.local.rack {
		return ""
	}
	return fmt.Sprintf(", and let the snitch place it in dc=%s, rack=%s (cassandra-rackdc.properties)", old.datacenter, old.rack)
}
