package planner_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cwb/internal/backup"
	"cwb/planner"
)

// stateLine adds what one line of a scenario's state says.
func (sc *scenario) stateLine(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "every":
		sc.current = nil
		for _, n := range sc.policy.Nodes {
			sc.current = append(sc.current, n.Addr)
		}
		return nil
	case "node":
		sc.current = []backup.NodeAddr{mustNode(rest)}
		return nil
	case "legacy":
		sc.state.Legacy = append(sc.state.Legacy, planner.LegacyJob{Path: "/etc/crontab", Line: 7, Text: rest, EveryMinute: strings.HasPrefix(rest, "* ")})
		return nil
	case "zone":
		sc.state.Machine = planner.Machine{Command: []string{"/usr/bin/cwb"}, Policy: "/etc/cwb", Zone: rest}
		return nil
	case "schedule":
		path, text, _ := strings.Cut(rest, " ")
		sc.state.Schedules = append(sc.state.Schedules, planner.ScheduleFile{Path: path, Content: text})
		return nil
	}
	for i := range sc.state.Nodes {
		for _, n := range sc.current {
			if sc.state.Nodes[i].Node == n {
				if err := sc.nodeLine(&sc.state.Nodes[i], word, rest); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (sc *scenario) nodeLine(n *planner.NodeState, word, rest string) error {
	first, after, _ := strings.Cut(rest, " ")
	switch word {
	case "good", "partial", "damaged", "running", "debris":
		return sc.backups(n, planner.Status(word), strings.Fields(rest))
	case "daily":
		return sc.daily(n, strings.Fields(rest))
	case "identity":
		n.Server.Identity = identity(n.Node, rest)
	case "succeeds":
		n.Successor = &backup.Succession{Former: []backup.Identity{identity(n.Node, first)}, Identity: identity(n.Node, strings.TrimPrefix(after, "by "))}
	case "down":
		n.Server = planner.Server{Down: rest}
	case "refuses":
		n.Server.Refusals = append(n.Server.Refusals, rest)
	case "note":
		n.Server.Notes = append(n.Server.Notes, rest)
	case "rung":
		n.Server.Consistency, n.Server.ConsistencyReason = first, after
	case "ring": // HOST…
		for i, host := range strings.Fields(rest) {
			n.Server.Ring = append(n.Server.Ring, planner.RingMember{HostID: "host-" + host, Address: fmt.Sprintf("10.0.0.%d", i+1), Datacenter: "dc1", Rack: "r1", Tokens: 16})
		}
	case "doing": // HOST STATE WHAT-TO-WAIT-FOR
		state, settles, _ := strings.Cut(after, " ")
		at := slices.IndexFunc(n.Server.Ring, func(m planner.RingMember) bool { return m.HostID == "host-"+first })
		n.Server.Ring[at].State, n.Server.Ring[at].Settles = planner.MemberState(state), settles
	case "replicas": // KEYSPACE HOST,… RANGES [FIRST RANGES;…]
		return addReplicas(&n.Server, strings.SplitN(rest, " ", 4))
	case "unreachable":
		*n = planner.NodeState{Node: n.Node, Error: rest}
	case "unreadable":
		n.Unreadable = append(n.Unreadable, planner.Unreadable{Path: first, Error: after})
	case "problem":
		n.Problems = append(n.Problems, rest)
	case "locked":
		n.Lock = &planner.Lock{Who: rest, Command: "apply", Since: sc.now.Add(-time.Minute)}
	case "foreign":
		fields := strings.Fields(rest)
		n.Foreign = append(n.Foreign, backup.Foreign{Node: n.Node, Name: fields[0], Kind: backup.ForeignKind(fields[1]), Path: fields[2],
			Time: sc.now.Add(-time.Hour), Restorable: len(fields) == 3, Reason: strings.Join(fields[3:], " ")})
	default:
		return sc.restoreLine(n, word, rest)
	}
	return nil
}

func addReplicas(s *planner.Server, words []string) error {
	set := planner.ReplicaSet{}
	for host := range strings.SplitSeq(words[1], ",") {
		set.Hosts = append(set.Hosts, "host-"+host)
	}
	var err error
	if set.Ranges, err = strconv.Atoi(words[2]); err != nil {
		return err
	}
	if len(words) > 3 {
		set.First = strings.Split(words[3], ";")
	}
	if last := len(s.Replicas) - 1; last >= 0 && s.Replicas[last].Keyspace == words[0] {
		s.Replicas[last].Sets = append(s.Replicas[last].Sets, set)
		return nil
	}
	s.Replicas = append(s.Replicas, planner.KeyspaceReplicas{Keyspace: words[0], Sets: []planner.ReplicaSet{set}})
	return nil
}

// daily adds good backups, one a day.
func (sc *scenario) daily(n *planner.NodeState, words []string) error {
	id, err := backup.ParseSetID(words[0])
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(words[1])
	if err != nil {
		return err
	}
	for i := range count {
		next := backup.NewSetID(id.Time().AddDate(0, 0, i))
		if err := sc.backups(n, planner.Good, append([]string{string(next)}, words[2:]...)); err != nil {
			return err
		}
	}
	return nil
}

// backups adds backups of one status, with the fields that words set.
func (sc *scenario) backups(n *planner.NodeState, status planner.Status, words []string) error {
	var ids []backup.SetID
	for len(words) > 0 && !strings.Contains(words[0], "=") && words[0] != "accepted" {
		id, err := backup.ParseSetID(words[0])
		if err != nil {
			return err
		}
		ids, words = append(ids, id), words[1:]
	}
	for _, id := range ids {
		b := planner.Backup{Set: id, Block: "subscribers", Purpose: backup.ForPolicy, Status: status, Identity: identity(n.Node, "one"),
			Began: id.Time(), Captured: id.Time().Add(2 * time.Second), Finished: id.Time().Add(time.Minute), VerifiedAt: id.Time().Add(time.Minute),
			Record: "record-" + string(id), Totals: backup.Totals{Tables: 3, Rows: 1000, Bytes: 50000, Stored: 9000}}
		for _, word := range words {
			if err := sc.set(&b, word); err != nil {
				return err
			}
		}
		if b.Members == nil {
			b.Members = sc.membersOf(b.Block)
		}
		n.Backups = append(n.Backups, b)
	}
	return nil
}

// set gives one field its value.
func (sc *scenario) set(b *planner.Backup, word string) (err error) {
	name, value, _ := strings.Cut(word, "=")
	value = strings.ReplaceAll(value, "_", " ")
	switch name {
	case "block":
		b.Block = strings.ReplaceAll(value, " ", "_")
	case "purpose":
		b.Purpose = backup.Purpose(value)
	case "of":
		for one := range strings.SplitSeq(value, ",") {
			b.Members = append(b.Members, mustNode(one))
		}
	case "identity":
		b.Identity.Machine, b.Identity.HostID = replace(b.Identity.Machine, "machine-"+value), replace(b.Identity.HostID, "host-"+value)
	case "rows":
		b.Totals.Rows, err = strconv.ParseInt(value, 10, 64)
	case "verified":
		b.VerifiedAt = backup.SetID(value).Time() // "never" is the zero time
	case "held":
		b.Held = &backup.Hold{Reason: value, By: "ops", At: b.Began}
	case "accepted":
		b.ShrinkAccepted = true
	case "adopted":
		b.Origin, b.Foreign, b.Block, b.Identity = backup.Adopted, value, "", backup.Identity{}
		b.Members = []backup.NodeAddr{}
	case "why":
		b.Why = value
	case "record":
		b.Record = value
	default:
		err = fmt.Errorf("word %q is unknown", word)
	}
	return err
}

// replace gives a part of an identity another value, where it has one.
func replace(old, value string) string {
	if old == "" {
		return ""
	}
	return value
}
