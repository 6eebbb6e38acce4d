package examples_test

import (
	"fmt"
	"time"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// states describes the world of every example, by its directory.
func states() map[string]func(*config.Policy) planner.State {
	return map[string]func(*config.Policy) planner.State{
		"clearwater":      fifthNight,
		"cron-ellis":      firstPlan,
		"guards":          emptiedAndLowered,
		"identity":        anotherMachine,
		"many-homesteads": oneServerDown,
		"myisam":          tablesWithoutTransactions,
		"removed":         blocksThatAreGone,
		"year":            aYearOfNights,
	}
}

// fifthNight: four sets, and the fifth is due. The timer stands already.
func fifthNight(p *config.Policy) planner.State {
	s := world(p, "2026-11-24T00:00:07Z")
	s.nights(p, "subscribers", 4)
	s.installed(p)
	s.node("mysql.ellis").Foreign = []backup.Foreign{oldDump("mysql.ellis")}
	return s.State
}

// firstPlan: nothing was backed up by cwb yet, and the old script still runs, sixty times.
func firstPlan(p *config.Policy) planner.State {
	s := world(p, "2026-11-24T09:30:00Z")
	s.node("mysql.ellis").Foreign = []backup.Foreign{oldDump("mysql.ellis")}
	s.Legacy = []planner.LegacyJob{{
		Path: "/etc/cron.d/ellis_backup", Line: 1, EveryMinute: true,
		Text: "* 0 * * * root /usr/share/clearwater/ellis/backup/do_backup.sh",
	}}
	return s.State
}

// emptiedAndLowered: keep_last was lowered from 8 to 4, and last night's Ellis was nearly
// empty.
func emptiedAndLowered(p *config.Policy) planner.State {
	s := world(p, "2026-11-24T09:30:00Z")
	s.nights(p, "lines", 8)
	s.nights(p, "simservs", 8)
	ellis := s.node("mysql.ellis").Backups
	ellis[len(ellis)-1].Totals = backup.Totals{Tables: 2, Rows: 3, Bytes: 480, Stored: 310, Files: 5}
	return s.State
}

// anotherMachine: the backups are of one server, and the policy is run beside another.
func anotherMachine(p *config.Policy) planner.State {
	s := world(p, "2026-11-24T09:30:00Z")
	s.nights(p, "lines", 6)
	s.node("mysql.ellis").Server.Identity = backup.Identity{Machine: "9b1c3a52f0c44d0bb0ad5a0c5d1f77e2", DataDir: "/var/lib/mysql"}
	return s.State
}

// oneServerDown: two of three can be taken.
func oneServerDown(p *config.Policy) planner.State {
	s := world(p, "2026-11-24T02:15:04Z")
	s.nights(p, "homesteads", 4)
	s.node("cassandra.homestead-2").Server.Down = "connect to Cassandra at 127.0.0.2:9042: connection refused"
	return s.State
}

// tablesWithoutTransactions: an old Ellis on MyISAM.
func tablesWithoutTransactions(p *config.Policy) planner.State {
	s := world(p, "2026-11-24T09:30:00Z")
	server := &s.node("mysql.ellis").Server
	server.Consistency = "lock tables"
	server.ConsistencyReason = "no snapshot covers ellis.numbers (MyISAM), ellis.users (MyISAM); writers wait while those are read"
	return s.State
}

// blocksThatAreGone: of two blocks that stood in an earlier policy, one is forgotten.
func blocksThatAreGone(p *config.Policy) planner.State {
	s := world(p, "2026-11-24T09:30:00Z")
	s.nights(p, "lines", 4)
	for _, gone := range []struct {
		block string
		day   int
	}{{"before_upgrade", 2}, {"hourly", 3}} {
		id := backup.NewSetID(time.Date(2026, 10, gone.day, 13, 0, 0, 0, time.UTC))
		n := s.node("mysql.ellis")
		n.Backups = append(n.Backups, good(n, gone.block, id, []backup.NodeAddr{n.Node}))
	}
	s.readAgain()
	return s.State
}

// aYearOfNights: dailies that were never thinned out, but for the last weeks.
func aYearOfNights(p *config.Policy) planner.State {
	s := world(p, "2026-11-24T02:30:09Z")
	n := s.node("cassandra.vellum")
	for month := range 9 { // the last nights of January to September
		s.take(n, "vellum", time.Date(2026, time.Month(month+2), 0, 2, 30, 0, 0, time.UTC))
	}
	for _, back := range []int{37, 30, 23, 16, 9, 8, 7, 6, 5, 4, 3, 2, 1} { // Sundays, then every night
		s.take(n, "vellum", time.Date(2026, 11, 24-back, 2, 30, 0, 0, time.UTC))
	}
	s.readAgain()
	return s.State
}

func oldDump(node string) backup.Foreign {
	addr, err := backup.ParseNodeAddr(node)
	if err != nil {
		panic(err)
	}
	return backup.Foreign{
		Node: addr, Name: "1763942400", Kind: backup.ForeignScript,
		Path: "/usr/share/clearwater/ellis/backup/backups/1763942400/db_backup.sql", Bytes: 48_120_773,
		Time: time.Unix(1763942400, 0).UTC(), Restorable: true,
		Tables: []backup.ForeignRef{{Database: "ellis", Table: "numbers"}, {Database: "ellis", Table: "users"}},
	}
}

// observed is a state under construction.
type observed struct{ planner.State }

// world is a healthy deployment without backups, as seen from host backup-1.
func world(p *config.Policy, at string) observed {
	now, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	s := observed{planner.State{At: now, Host: "backup-1", Deployment: p.Deployment}}
	s.Machine = planner.Machine{Command: []string{"/usr/bin/cwb"}, Policy: "/etc/cwb", Zone: "UTC"}
	for i, n := range p.Nodes {
		s.Nodes = append(s.Nodes, planner.NodeState{Node: n.Addr, Server: server(n.Addr, i), FreeBytes: 200 << 30})
	}
	return s
}

func server(n backup.NodeAddr, i int) planner.Server {
	if n.Kind == backup.MySQL {
		return planner.Server{
			Identity: backup.Identity{Machine: "4c4a6f1d2f6e4d5a9d1f1b7f0a6c8e21", DataDir: "/var/lib/mysql"},
			Product:  "MariaDB", Version: "10.11.14-MariaDB", Consistency: "snapshot",
			ConsistencyReason: "one connection reads everything in one InnoDB snapshot; no lock is taken",
		}
	}
	host := fmt.Sprintf("0b7e4b6e-8f0e-4d38-9f53-00000000000%d", i)
	return planner.Server{
		Identity: backup.Identity{Cluster: "clearwater", HostID: host},
		Product:  "Cassandra", Version: "5.0.6", Consistency: "snapshot of this node: hard links at one moment",
		ConsistencyReason: "Cassandra flushes and links each table in turn; across hosts, replicas and repair make up for the moments between",
	}
}

// node finds a node's state.
func (s *observed) node(name string) *planner.NodeState {
	for i := range s.Nodes {
		if s.Nodes[i].Node.String() == name {
			return &s.Nodes[i]
		}
	}
	panic("no node " + name)
}

// nights adds complete sets of the block, a day apart, the last one yesterday.
func (s *observed) nights(p *config.Policy, block string, count int) {
	b, ok := p.Backup(block)
	if !ok {
		panic("no block " + block)
	}
	for night := count; night > 0; night-- {
		day := s.At.Truncate(24*time.Hour).AddDate(0, 0, -night)
		var hour, minute int
		if _, err := fmt.Sscanf(b.Schedule, "%d %d", &minute, &hour); err != nil {
			panic(err)
		}
		id := backup.NewSetID(day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + 4*time.Second))
		for _, addr := range b.Nodes {
			n := s.node(addr.String())
			n.Backups = append(n.Backups, good(n, block, id, b.Nodes))
		}
	}
}

// readAgain says that older backups were verified again a week ago.
func (s *observed) readAgain() {
	week := s.At.AddDate(0, 0, -7)
	for _, n := range s.Nodes {
		for i := range n.Backups {
			if b := &n.Backups[i]; b.VerifiedAt.Before(week) {
				b.VerifiedAt = week
			}
		}
	}
}

// take adds one good backup of a node that is alone in its block.
func (s *observed) take(n *planner.NodeState, block string, at time.Time) {
	n.Backups = append(n.Backups, good(n, block, backup.NewSetID(at.Add(4*time.Second)), []backup.NodeAddr{n.Node}))
}

func good(n *planner.NodeState, block string, id backup.SetID, members []backup.NodeAddr) planner.Backup {
	began := id.Time()
	totals := backup.Totals{Tables: 7, Bytes: 63_411_204, Stored: 63_411_204, Files: 61}
	if n.Node.Kind == backup.MySQL {
		totals = backup.Totals{Tables: 2, Rows: 150_031, Bytes: 47_980_144, Stored: 9_102_533, Files: 9}
	}
	return planner.Backup{
		Set: id, Block: block, Purpose: backup.ForPolicy, Status: planner.Good, Members: members,
		Identity: n.Server.Identity, Began: began, Captured: began.Add(3 * time.Second), Finished: began.Add(25 * time.Second),
		Totals: totals, Consistency: n.Server.Consistency, VerifiedAt: began.Add(25 * time.Second),
		Record: fmt.Sprintf("%064x", began.Unix()),
	}
}

// installed puts the files there that the policy asks for.
func (s *observed) installed(p *config.Policy) {
	plan, err := planner.Diff(p, s.State, s.At, planner.Request{Verb: planner.VerbReconcile})
	if err != nil {
		panic(err)
	}
	for _, step := range plan.Steps {
		if w, ok := step.Action.(planner.WriteSchedule); ok {
			s.Schedules = append(s.Schedules, planner.ScheduleFile{Path: w.Path, Content: w.Content})
		}
	}
}
