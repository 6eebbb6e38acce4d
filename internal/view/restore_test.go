package view_test

import (
	"time"

	"cwb/internal/backup"
	"cwb/internal/view"
	"cwb/planner"
)

// aRestore is the plan of a restore with all that can stand in one.
func aRestore() *planner.Plan {
	ellis, homer := backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"}, backup.NodeAddr{Kind: backup.Cassandra, Name: "homer"}
	p := everyAction()
	id := backup.SetID("20261124T000007Z")
	p.Request = planner.Request{Verb: planner.VerbRestore, Restore: &planner.RestoreRequest{}}
	p.Findings = []planner.Finding{{Kind: "restore_stays", Severity: planner.Warning, Subject: "mysql.ellis", Message: "1 table of the same databases is not in the backup"}}
	p.Steps = []planner.Step{
		{ID: "verify-mysql.ellis-20261122T000000Z", Reason: "every byte is read first", Action: planner.Verify{Node: ellis, Set: "20261122T000000Z"}},
		{ID: "take-safety", Reason: "a safety backup", Needs: []planner.StepID{"verify-mysql.ellis-20261122T000000Z"},
			Action: planner.Take{Block: "subscribers", Purpose: backup.Safety, Nodes: []backup.NodeAddr{ellis}, Members: []backup.NodeAddr{ellis}}},
		{ID: "load-mysql.ellis", Reason: "the newest complete set", Needs: []planner.StepID{"take-safety"}, Action: planner.Load{
			Restoring: backup.Restoring{ID: id, Node: ellis, From: ellis, Set: "20261122T000000Z", As: "ellis_old"}, SafetyStep: "take-safety",
			Replaces: []string{"ellis.numbers"}, Creates: []string{"ellis.users"}, Drops: []string{"ellis.newer"},
			Shown: planner.LoadShown{
				Tables: []planner.RestoreTable{
					{Database: "ellis", Name: "numbers", Exists: true, Rows: 1000, LiveRows: 3, Bytes: 50_000},
					{Database: "ellis", Name: "users", Rows: 20, LiveRows: -1, Bytes: 3000},
				},
				Method: "loaded into a scratch schema, counted, swapped in by one RENAME", Impact: "a pause of about a second",
				Undo: "the replaced tables stay in a schema of their own until confirmed", NeedBytes: 53_000, FreeBytes: 9_000_000_000,
			}}},
		{ID: "load-cassandra.homer", Reason: "asked for by name", Action: planner.Load{
			Restoring: backup.Restoring{ID: id, Node: homer, From: homer, Foreign: "truncated-1\x1b[2J"}, Replaces: []string{"homer.simservs"}, Creates: []string{}}},
	}
	for _, phase := range []planner.HookPhase{planner.HookBefore, planner.HookAfter, planner.HookOnFailure} {
		hook := planner.RunHook{Hook: "stop-ellis", Phase: phase, Command: []string{"monit", "stop", "-g", "a group\x1b[2J\u202e\" of $(ellis)"}, Timeout: 90 * time.Second,
			Operation: planner.HookRestore, Nodes: []backup.NodeAddr{homer, ellis}, Restore: id, Set: "20261122T000000Z"}
		if phase == planner.HookOnFailure {
			hook.Watches = []planner.StepID{"hook-stop-ellis-before", "swap-mysql.ellis"}
		}
		p.Steps = append(p.Steps, planner.Step{ID: "hook-stop-ellis-" + planner.StepID(phase), Reason: "why " + string(phase), Action: hook})
	}
	for _, phase := range []backup.RestorePhase{backup.PhaseTruncate, backup.PhaseImport, backup.PhaseSwap, backup.PhaseUndo, backup.PhaseConfirm} {
		p.Steps = append(p.Steps, planner.Step{ID: planner.StepID(string(phase) + "-cassandra.homer"), Reason: "why " + string(phase), Needs: []planner.StepID{"load-cassandra.homer"},
			Action: planner.Proceed{Phase: phase, Node: homer, Restore: id}})
	}
	return p
}

// withRestores are all states that a restore can be in.
func withRestores() view.Listing {
	ellis := backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"}
	began := time.Date(2026, 11, 24, 0, 0, 7, 0, time.UTC)
	one := backup.Restore{Restoring: backup.Restoring{ID: "20261124T000007Z", Node: ellis, From: ellis, Set: "20261122T000000Z"},
		Safety: "20261124T000008Z", Phase: backup.PhaseSwap, Changed: true, Began: began}
	var l view.Listing
	for i, change := range []func(*backup.Restore){
		func(*backup.Restore) {},
		func(r *backup.Restore) { r.Ended, r.Finished = true, began.Add(time.Minute) },
		func(r *backup.Restore) { r.Phase, r.Ended, r.Finished = backup.PhaseUndo, true, began.Add(time.Minute) },
		func(r *backup.Restore) {
			r.Phase, r.Ended, r.Finished = backup.PhaseConfirm, true, began.Add(time.Minute)
		},
		func(r *backup.Restore) {
			r.Phase, r.Changed, r.Set, r.Foreign = backup.PhaseLoad, false, "", "dump.sql"
		},
	} {
		r := one
		r.ID = backup.NewSetID(began.Add(time.Duration(i) * time.Hour))
		change(&r)
		if i == 0 {
			l.State.Nodes = []planner.NodeState{{Node: ellis}}
		}
		l.State.Nodes[0].Restores = append(l.State.Nodes[0].Restores, r)
	}
	return l
}
