package planner_test

import (
	"fmt"
	"slices"
	"strings"

	"cwb/internal/backup"
	"cwb/planner"
)

// restoreLine adds what one line of a scenario says of restores:
//
//	tables DB.NAME…                what the examination finds; with ? behind it: not there now
//	examined refuse|warn|stays|need|free|ring WORDS
//	restored ID of SET PHASE[+] [changed] [safety=ID] [finished=ID] [from=NODE]
//	                               a record; + says that the phase ended
func (sc *scenario) restoreLine(n *planner.NodeState, word, rest string) error {
	switch word {
	case "tables":
		for _, name := range strings.Fields(rest) {
			database, table, _ := strings.Cut(strings.TrimSuffix(name, "?"), ".")
			x := examined(n)
			x.Replaces = append(x.Replaces, planner.RestoreTable{Database: database, Name: table, Exists: !strings.HasSuffix(name, "?"), Rows: 100, LiveRows: 7, Bytes: 5000})
		}
		return nil
	case "examined":
		key, value, _ := strings.Cut(rest, " ")
		return examinedLine(examined(n), key, value)
	case "restored":
		return sc.restored(n, strings.Fields(rest))
	}
	return fmt.Errorf("word %q is unknown", word)
}

// examined is the examination of a node: made as its product has it.
func examined(n *planner.NodeState) *planner.Examination {
	if n.Examination == nil {
		n.Examination = &planner.Examination{Identity: n.Server.Identity, Phases: phasesOf(n.Node), Method: "as it does", FreeBytes: 1 << 40}
		if n.Node.Kind == backup.Cassandra {
			n.Examination.Ring = []string{n.Server.Identity.HostID}
		}
	}
	return n.Examination
}

func phasesOf(n backup.NodeAddr) []backup.RestorePhase {
	if n.Kind == backup.Cassandra {
		return []backup.RestorePhase{backup.PhaseLoad, backup.PhaseTruncate, backup.PhaseImport}
	}
	return []backup.RestorePhase{backup.PhaseLoad, backup.PhaseSwap}
}

func examinedLine(x *planner.Examination, key, value string) (err error) {
	switch key {
	case "refuse":
		reason, flag, _ := strings.Cut(value, " | ")
		x.Refusals = append(x.Refusals, planner.Refusal{Reason: reason, Flag: flag})
	case "warn":
		x.Warnings = append(x.Warnings, value)
	case "stays":
		x.Stays = strings.Fields(value)
	case "ring":
		x.Ring = strings.Fields(value)
	case "need":
		_, err = fmt.Sscan(value, &x.NeedBytes)
	case "free":
		_, err = fmt.Sscan(value, &x.FreeBytes)
	default:
		err = fmt.Errorf("examined %q is unknown", key)
	}
	return err
}

// restored adds a record. Its parts are the nodes that the line is of, each for itself.
func (sc *scenario) restored(n *planner.NodeState, words []string) error {
	r := backup.Restore{Restoring: backup.Restoring{ID: backup.SetID(words[0]), Node: n.Node, From: n.Node, Set: backup.SetID(words[2])},
		Identity: n.Server.Identity, Phase: backup.RestorePhase(strings.TrimSuffix(words[3], "+")), Ended: strings.HasSuffix(words[3], "+"),
		Began: backup.SetID(words[0]).Time(), By: "ops"}
	for _, b := range n.Backups {
		if b.Set == r.Set {
			r.Record = b.Record
		}
	}
	for _, word := range words[4:] {
		switch name, value, _ := strings.Cut(word, "="); name {
		case "changed":
			r.Changed = true
		case "safety":
			r.Safety = backup.SetID(value)
		case "finished":
			r.Finished = backup.SetID(value).Time()
		case "from":
			r.From = mustNode(value)
		default:
			return fmt.Errorf("word %q is unknown", word)
		}
	}
	var empties []backup.NodeAddr // the first of the Cassandra nodes does
	for _, p := range sc.policy.Nodes {
		part := backup.RestorePart{Node: p.Addr, From: p.Addr, Phases: phasesOf(p.Addr)}
		if p.Addr.Kind == backup.Cassandra {
			if empties = append(empties, p.Addr); len(empties) > 1 {
				empties, part.Phases = empties[:1], []backup.RestorePhase{backup.PhaseLoad, backup.PhaseImport}
			}
			part.After = empties
		}
		r.Parts = append(r.Parts, part)
	}
	n.Restores = append(n.Restores, r)
	return nil
}

// restoreRequest reads a line of a request for a restore:
//
//	restore [SET|NODE/NAME], resume|undo|confirm [ID], of NODE, database|keyspace|table NAME,
//	onto NODE, as NAME, with FLAG…
func restoreRequest(r *planner.Request, word, rest string) error {
	verbs := map[string]planner.Verb{"restore": planner.VerbRestore, "resume": planner.VerbRestoreResume, "undo": planner.VerbRestoreUndo, "confirm": planner.VerbRestoreConfirm}
	if verb, ok := verbs[word]; ok {
		r.Verb, r.Restore = verb, &planner.RestoreRequest{}
	}
	q := r.Restore
	if q == nil {
		return fmt.Errorf("request line %q is unknown", word)
	}
	node, name, foreign := strings.Cut(rest, "/")
	switch {
	case word == "restore" && foreign:
		q.Foreign = &planner.ForeignName{Node: mustNode(node), Name: name}
	case word == "restore":
		q.Set = backup.SetID(rest)
	case verbs[word] != "":
		q.Restore = backup.SetID(rest)
	case word == "of":
		q.Nodes = append(q.Nodes, mustNode(rest))
	case word == "database":
		q.Databases = append(q.Databases, rest)
	case word == "keyspace":
		q.Keyspaces = append(q.Keyspaces, rest)
	case word == "table":
		q.Tables = append(q.Tables, rest)
	case word == "onto":
		to := mustNode(rest)
		q.To = &to
	case word == "as":
		q.As = rest
	case word == "with":
		flags := strings.Fields(rest)
		q.Exact = slices.Contains(flags, "exact")
		q.OntoNewIdentity = slices.Contains(flags, "onto-new-identity")
		q.WithoutSafety = slices.Contains(flags, "without-safety")
	default:
		return fmt.Errorf("request line %q is unknown", word)
	}
	return nil
}

// restoreText is a step of a restore on one line.
func restoreText(a planner.Action) string {
	switch a := a.(type) {
	case planner.Load:
		text := fmt.Sprintf("load %s: %s%s of %s", a.Node, a.Set, a.Foreign, a.From)
		for _, more := range []struct {
			name  string
			words []string
		}{{"databases", a.Databases}, {"tables", a.Tables}, {"replaces", a.Replaces}, {"creates", a.Creates}, {"drops", a.Drops}} {
			if len(more.words) > 0 {
				text += fmt.Sprintf("; %s %s", more.name, strings.Join(more.words, " "))
			}
		}
		if a.As != "" {
			text += "; as " + a.As
		}
		return text + fmt.Sprintf("; safety %s%s", a.SafetyStep, a.Safety)
	case planner.Proceed:
		text := fmt.Sprintf("%s %s of restore %s", a.Phase, a.Node, a.Restore)
		if a.Emptied {
			text += ", whose ring was emptied"
		}
		return text
	case planner.RunHook:
		text := fmt.Sprintf("run %s of %s around %s %s of %s: %q at most %s", a.Phase, a.Hook, a.Operation, a.Restore, a.Nodes, a.Command, a.Timeout)
		if a.Conditional() {
			text += fmt.Sprintf("; watches %v", a.Watches)
		}
		return text
	}
	return fmt.Sprintf("%v", a)
}
