package view_test

import (
	"errors"
	"io"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/view"
	"cwb/planner"
)

var (
	ellis     = backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"}
	homer     = backup.NodeAddr{Kind: backup.Cassandra, Name: "homer"}
	homestead = backup.NodeAddr{Kind: backup.Cassandra, Name: "homestead"}
	all       = []backup.NodeAddr{homer, homestead, ellis}
)

const (
	oldest = backup.SetID("20261119T000000Z")
	older  = backup.SetID("20261120T000000Z")
	newest = backup.SetID("20261123T000000Z")
)

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05.999", text)
	if err != nil {
		panic(err)
	}
	return t
}

// everyAction is a plan with each action, held steps, findings of each severity.
func everyAction() *planner.Plan {
	incomplete := planner.Take{
		Block: "subscribers", Purpose: backup.ForPolicy, Nodes: []backup.NodeAddr{homer, ellis}, Members: all, Slot: at("2026-11-24 00:00:00"),
		Rungs:       map[string]string{"cassandra.homer": "snapshot of this node", "mysql.ellis": "lock tables"},
		RungReasons: map[string]string{"mysql.ellis": "no snapshot covers ellis.old"},
	}
	return &planner.Plan{
		ID: "0123456789abcdef", Created: at("2026-11-24 00:00:07.25"), Expires: at("2026-11-25 00:00:07.25"), Deployment: "site1",
		Steps: []planner.Step{
			{ID: "take-subscribers", Reason: "the slot of 2026-11-24 00:00 UTC is due", Action: incomplete},
			{ID: "take-held", Reason: "asked for by hand", HeldBy: "mysql.ellis: its server is down", Action: planner.Take{Block: "held", Purpose: backup.Manual, Nodes: []backup.NodeAddr{ellis}, Members: []backup.NodeAddr{ellis}}},
			{ID: "verify-mysql.ellis-" + planner.StepID(older), Reason: "its bytes were last read 31 days ago", Action: planner.Verify{Node: ellis, Set: older}},
			{ID: "verify-mysql.ellis-" + planner.StepID(newest), Reason: "--allow shrink", Action: planner.Verify{Node: ellis, Set: newest, Accept: true}},
			{ID: "adopt-mysql.ellis-1763942400", Reason: "named by ops@backup-1", Action: planner.Adopt{Node: ellis, Name: "1763942400"}},
			{ID: "adopt-identity-homer", Reason: "named by ops@backup-1", Action: planner.Adopt{Node: homer, Identity: &backup.Succession{Identity: backup.Identity{Cluster: "clearwater", HostID: "h2"}}}},
			{ID: "schedule-/etc/cron.d/cwb-site1", Reason: "without it nothing starts the due backups", Action: planner.WriteSchedule{Path: "/etc/cron.d/cwb-site1", Content: "SHELL=/bin/sh\n0 0 * * * root cwb apply\n"}},
			{ID: "schedule-/etc/systemd/system/cwb-site1.timer", Reason: "it differs from what the policy asks for", Action: planner.WriteSchedule{Path: "/etc/systemd/system/cwb-site1.timer", Was: "[Timer]\nOnCalendar=01:00\nPersistent=true\n", Content: "[Timer]\nOnCalendar=00:00\nPersistent=true\n"}},
			{ID: "schedule-/etc/systemd/system/cwb-old.timer", Reason: "the policy asks for it no more", Action: planner.WriteSchedule{Path: "/etc/systemd/system/cwb-old.timer", Was: "[Timer]\n"}},
			{ID: "clean-cassandra.homer-" + planner.StepID(older), Reason: "a run was killed there", Action: planner.Clean{Node: homer, Set: older, Begun: "ab"}},
			{ID: "remove-mysql.ellis-" + planner.StepID(older), Needs: []planner.StepID{"take-subscribers"}, Reason: "no rule keeps it: keep_last = 4", Action: planner.Remove{Node: ellis, Set: older, Block: "subscribers", Bytes: 9_102_533}},
			{ID: "remove-mysql.ellis-" + planner.StepID(oldest), Reason: "no rule keeps it: keep_last = 4", HeldBy: "max_remove: 10 sets would go", Action: planner.Remove{Node: ellis, Set: oldest, Block: "subscribers", Bytes: 0}},
		},
		Findings: []planner.Finding{
			{Kind: "server_down", Severity: planner.Critical, Subject: "cassandra.homestead", Message: "its server cannot be asked"},
			{Kind: "orphaned", Severity: planner.Warning, Subject: "hourly", Message: "1 set is of it, and the policy has no such block"},
			{Kind: "note", Severity: planner.Info, Subject: "mysql.ellis", Message: "not tested on a real server"},
		},
	}
}

func nothing() *planner.Plan { return &planner.Plan{Steps: []planner.Step{}} }

// everyStatus lists sets and backups in each status, and foreign ones of some kinds.
func everyStatus() view.Listing {
	complete := planner.Set{
		ID: newest, Block: "subscribers", Purpose: backup.ForPolicy, Status: planner.SetComplete, Members: all, Spread: 1800 * time.Millisecond,
		Parts: []planner.Part{part(homer, newest, planner.Good, ""), part(homestead, newest, planner.Good, ""), part(ellis, newest, planner.Good, "")},
		Held:  &backup.Hold{Reason: "before the upgrade", By: "ops@backup-1", At: at("2026-11-23 09:00:00")},
	}
	incomplete := planner.Set{
		ID: older, Block: "subscribers", Purpose: backup.Manual, Status: planner.SetIncomplete, Members: all, Shrunken: true, Future: true,
		Parts:   []planner.Part{part(homer, older, planner.Partial, "manifest.json is missing"), part(ellis, older, planner.Damaged, "ellis/numbers.tsv.zst: wrong content")},
		Missing: []backup.NodeAddr{homer, homestead, ellis}, Unknown: []backup.NodeAddr{homestead},
	}
	adopted := planner.Set{
		ID: oldest, Block: "subscribers", Purpose: backup.ForPolicy, Origin: backup.Adopted, Status: planner.SetComplete, Members: []backup.NodeAddr{ellis},
		Parts: []planner.Part{part(ellis, oldest, planner.Good, "")},
	}
	adopted.Parts[0].Backup.Origin = backup.Adopted
	running := planner.Set{
		ID: "20261124T000000Z", Block: "subscribers", Purpose: backup.ForPolicy, Status: planner.SetRunning, Members: []backup.NodeAddr{ellis},
		Parts: []planner.Part{{Node: ellis, Backup: &planner.Backup{Set: "20261124T000000Z", Status: planner.Running, Why: "being taken", Began: at("2026-11-24 00:00:00")}}},
	}
	return view.Listing{
		Sets: []planner.Set{running, complete, incomplete, adopted},
		State: planner.State{Nodes: []planner.NodeState{
			{Node: homer, Backups: []planner.Backup{{Set: "20261118T000000Z", Status: planner.Debris, Why: "begun by ops@backup-1, and never finished"}}, Foreign: foreign()},
			{Node: homestead, Error: "read snapshot_path: permission denied"},
			{Node: ellis, Unreadable: []planner.Unreadable{{Path: "20261117T000000Z/backup.json", Error: "record is damaged"}}},
		}},
	}
}

// oneSet is a set whose record tells of its moment.
func oneSet() view.Listing {
	l := everyStatus()
	l.Sets = l.Sets[1:2]
	b := l.Sets[0].Parts[2].Backup
	b.Consistency, b.WaitedMS = "backup stage", 12
	b.Position = map[string]string{"binlog_snapshot_file": "binlog.000007", "binlog_snapshot_position": "4711", "gtid_binlog_pos": "0-1-99", "replica[\x1b[31mred].master_host": "db-2"}
	return l
}

func onlyEllis() view.Listing {
	l := everyStatus()
	l.Nodes = map[backup.NodeAddr]bool{ellis: true}
	return l
}

func foreign() []backup.Foreign {
	ref := func(table string) backup.ForeignRef { return backup.ForeignRef{Database: "homer", Table: table} }
	return []backup.Foreign{
		{Node: homer, Name: "1763942400", Kind: backup.ForeignScript, Tables: []backup.ForeignRef{ref("simservs")}, Bytes: 48_120, Time: at("2026-11-24 00:00:00"), Restorable: true},
		{Node: homer, Name: "truncated-1763942500123-simservs", Kind: backup.ForeignTruncated, Tables: []backup.ForeignRef{ref("a"), ref("b"), ref("c"), ref("d"), ref("e")}, Bytes: 12, Restorable: true},
		{Node: homer, Name: "by-hand", Kind: backup.ForeignSnapshot, Reason: "simservs: TOC.txt is missing"},
		{Node: homer, Name: "for-a-day", Kind: backup.ForeignSnapshot, Tables: []backup.ForeignRef{ref("simservs")}, Bytes: 48_120, Time: at("2026-11-24 00:00:00"), Expires: at("2026-11-25 00:00:00"), Restorable: true},
	}
}

func part(n backup.NodeAddr, id backup.SetID, status planner.Status, why string) planner.Part {
	began := id.Time()
	totals := backup.Totals{Tables: 7, Bytes: 63_411_204}
	if n.Kind == backup.MySQL {
		totals = backup.Totals{Tables: 2, Rows: 150_031, Bytes: 47_980_144}
	}
	return planner.Part{Node: n, Backup: &planner.Backup{
		Set: id, Status: status, Why: why, Began: began, Captured: began.Add(3 * time.Second), Finished: began.Add(25 * time.Second),
		VerifiedAt: began.Add(25 * time.Second), Totals: totals,
	}}
}

// events are those of a run with each outcome.
func events() []executor.Event {
	plan := everyAction()
	take, verify, held, removal := plan.Steps[0], plan.Steps[2], plan.Steps[11], plan.Steps[10]
	record := func(bytes int64, captured string) *backup.Record {
		return &backup.Record{Totals: backup.Totals{Tables: 2, Rows: 31, Bytes: bytes}, Captured: at(captured)}
	}
	done := executor.StepResult{
		Step: take, Outcome: executor.Done, Began: at("2026-11-24 00:00:08"), Ended: at("2026-11-24 00:01:10.5"), Set: "20261124T000008Z",
		Members: []executor.MemberResult{{Node: homer, Record: record(1000, "2026-11-24 00:00:09")}, {Node: ellis, Record: record(2_000_000, "2026-11-24 00:00:10.2")}},
	}
	partly := done
	partly.Outcome, partly.Err = executor.Failed, errors.New("the set is incomplete")
	partly.Members = []executor.MemberResult{{Node: homer, Err: errors.New("nodetool snapshot: exit status 1")}, done.Members[1]}
	failed := executor.StepResult{Step: verify, Outcome: executor.Failed, Err: errors.New("manifest.json: wrong digest"), Began: at("2026-11-24 00:01:11"), Ended: at("2026-11-24 00:01:11.004")}
	allFailed := executor.StepResult{Step: take, Outcome: executor.Failed, Err: errors.New("nothing could be prepared"), Members: []executor.MemberResult{{Node: ellis}}}
	heldBack := executor.StepResult{Step: held, Outcome: executor.Held, Err: errors.New(held.HeldBy)}
	skipped := executor.StepResult{Step: removal, Outcome: executor.Skipped, Err: errors.New("take-subscribers, which it needs, failed")}
	results := []executor.StepResult{done, partly, failed, allFailed, heldBack, skipped}
	return []executor.Event{
		executor.StepStart{Step: take}, executor.StepProgress{Step: take.ID, Node: ellis, Done: 500, Total: 2000}, executor.StepDone{Result: done},
		executor.StepStart{Step: take}, executor.StepFailed{Result: partly},
		executor.StepStart{Step: verify}, executor.StepFailed{Result: failed},
		executor.StepStart{Step: take}, executor.StepFailed{Result: allFailed},
		executor.StepHeld{Result: heldBack}, executor.StepSkipped{Result: skipped},
		executor.Summary{Result: executor.Result{Steps: results}},
	}
}

func human(w io.Writer) {
	h := &view.Human{Out: view.Text{W: w}, Meter: &view.Ticker{W: w, Now: func() time.Time { return at("2026-11-24 00:00:08") }, Every: time.Hour}}
	for _, e := range events() {
		h.Emit(e)
	}
}

func stream(w io.Writer) {
	s := view.NewStream(w, "0.1.0")
	s.Plan(everyAction())
	for _, e := range events() {
		s.Emit(e)
		if sum, last := e.(executor.Summary); last {
			s.Summary(sum.Result, 3)
		}
	}
}

func verifyText(w io.Writer) {
	report(&view.CheckText{Out: view.Text{W: w}, Meter: &view.Ticker{W: w, Now: time.Now, Every: time.Hour}})
}

func verifyStream(w io.Writer) { report(view.NewCheckStream(w, "0.1.0")) }

func report(r view.CheckReport) {
	r.Checked(ellis, newest, backup.Check{Good: true, Bytes: 9_102_533}, nil)
	r.Checked(ellis, older, backup.Check{Bytes: 12, Problems: []string{"ellis/numbers.tsv.zst: wrong content", "ellis/users.tsv.zst: missing"}}, nil)
	r.Checked(homer, older, backup.Check{}, errors.New("manifest.json: no such file"))
	r.Unreachable(homestead, "permission denied")
	r.Unreadable(homer, planner.Unreadable{Path: string(newest) + "/backup.json", Error: "record is damaged"})
	r.End()
}

func journal() []view.LogEntry {
	entry := func(event executor.JournalEvent, step planner.StepID, action planner.ActionKind, detail string) view.LogEntry {
		return view.LogEntry{Node: "mysql.ellis", Entry: executor.Entry{
			At: at("2026-11-24 00:00:08"), Plan: "0123456789abcdef", Command: "apply", By: "ops@backup-1", Step: step, Action: action, Event: event, Detail: detail,
		}}
	}
	return []view.LogEntry{
		entry(executor.RunBegun, "", "", ""),
		entry(executor.StepBegun, "take-subscribers", planner.ActTake, ""),
		entry(executor.StepErred, "take-subscribers", planner.ActTake, "nodetool snapshot: exit status 1"),
		entry(executor.RunEnded, "", "", "1 failed"),
		{Node: "cassandra.homer", Unreadable: "journal: permission denied"},
	}
}

func due() []view.Due {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return []view.Due{
		{Backup: "subscribers", Expression: "30 2 * * *", Zone: zone, Last: at("2026-03-28 02:30:00"), Next: []time.Time{at("2026-03-29 01:30:00"), at("2026-03-30 01:30:00")}},
		{Backup: "leap", Expression: "0 0 29 2 *", Zone: zone, Next: []time.Time{at("2028-02-29 00:00:00")}},
		{Backup: "by-hand", Zone: zone},
	}
}

// troubled is a node that is well, one with an older backup, and one with none.
func troubled() planner.Health {
	overdue := planner.Finding{Kind: planner.KindOverdue, Severity: planner.Critical, Subject: "subscribers", Message: "the slot of 2026-11-24 00:00 UTC has no complete set"}
	down := planner.Finding{Kind: planner.KindServerDown, Severity: planner.Critical, Subject: "mysql.ellis", Message: "its server\x1b[2J is down"}
	return planner.Health{
		Nodes: []planner.NodeHealth{
			{Node: homer, Set: newest, Age: 12 * time.Hour},
			{Node: homestead, Set: older, Age: 50 * time.Hour, Problems: []string{overdue.Message}},
			{Node: ellis, Problems: []string{down.Message, overdue.Message, "there is no good backup of it"}},
		},
		Findings: []planner.Finding{overdue, down, {Kind: "orphan_block", Severity: planner.Warning, Subject: "hourly", Message: "1 set is of it, and the policy has no such block"}},
	}
}
