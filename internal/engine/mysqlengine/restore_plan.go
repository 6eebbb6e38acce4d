package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cwb/executor"
)

// swapPlan is what a swap would change on the server as it is now.
type swapPlan struct {
	swapped
	live      *live
	border    border
	newer     []string // quoted: live tables that the backup does not have
	conflicts []string // what keeps it from being done
}

// planSwap compares what is loaded, or would be, with what is live. It changes nothing.
func planSwap(ctx context.Context, s *session, p product, o executor.RestoreOrder, b begun, l loaded) (*swapPlan, error) {
	places := b.Places
	live, err := readLive(ctx, s, p, targets(places))
	if err != nil {
		return nil, err
	}
	plan := &swapPlan{live: live}
	plan.conflicts = append(plan.conflicts, live.refusals...)
	for i := range places {
		plan.database(i, l.Databases[i], o, b)
	}
	return plan, plan.joins(ctx, s, o, places, l)
}

// database plans one database: which tables move, and what its programs were and shall be.
func (plan *swapPlan) database(i int, after database, o executor.RestoreOrder, b begun) {
	before, exists := plan.live.of(after.Name)
	if !exists {
		plan.Made = append(plan.Made, after.Name)
		before.Collation = after.Collation
	} else if o.As != "" && len(before.Tables)+len(before.Views)+len(before.Sequences) > b.standInsIn(after.Name) {
		plan.conflicts = append(plan.conflicts, fmt.Sprintf("database %s exists and is not empty; choose another name for --as", quoteName(o.As)))
	}
	if exists && !whole(o) {
		after.Collation = before.Collation
	}
	exact := o.Exact && whole(o)
	moved := plan.moves(i, before, after, exact)
	for _, name := range append(tableNames(before), sequenceNames(before)...) {
		if !moved[name] && whole(o) {
			plan.newer = append(plan.newer, string(after.Name)+"."+string(name))
		}
	}
	plan.Before = append(plan.Before, concerned(before, after, moved, exact))
	plan.After = append(plan.After, after)
}

// standInsIn counts the sequences that the load made in a database.
func (b begun) standInsIn(name text) int {
	return len(filter(b.StandIns, func(q standIn) bool { return q.Database == name }))
}

// moves plans the ways of tables and sequences, and reports which live ones leave.
func (plan *swapPlan) moves(i int, before, after database, exact bool) map[text]bool {
	live := append(tableNames(before), sequenceNames(before)...)
	leaves := map[text]bool{}
	for _, name := range append(tableNames(after), sequenceNames(after)...) {
		out := slices.Contains(live, name)
		leaves[name] = out
		plan.Moves = append(plan.Moves, move{Place: i, Name: name, Out: out, In: true})
	}
	for _, v := range after.Views {
		if slices.Contains(live, v.Name) && !leaves[v.Name] {
			leaves[v.Name] = true
			plan.Moves = append(plan.Moves, move{Place: i, Name: v.Name, Out: true})
		}
	}
	for _, name := range live {
		if exact && !leaves[name] {
			leaves[name] = true
			plan.Moves = append(plan.Moves, move{Place: i, Name: name, Out: true})
			plan.newer = append(plan.newer, string(after.Name)+"."+string(name))
		}
	}
	return leaves
}

// concerned is the part of a live database that a swap changes: what goes back in an undo.
func concerned(before, after database, leaves map[text]bool, exact bool) database {
	before.Tables = filter(before.Tables, func(t table) bool { return leaves[t.Name] })
	before.Sequences = nil
	incoming := append(tableNames(after), sequenceNames(after)...)
	before.Views = filter(before.Views, func(v view) bool {
		return exact || slices.Contains(incoming, v.Name) || slices.ContainsFunc(after.Views, func(w view) bool { return w.Name == v.Name })
	})
	before.Routines = filter(before.Routines, func(p routine) bool {
		return exact || slices.ContainsFunc(after.Routines, p.same)
	})
	before.Events = filter(before.Events, func(v event) bool {
		return exact || slices.ContainsFunc(after.Events, func(w event) bool { return w.Name == v.Name })
	})
	return before
}

func (p routine) same(o routine) bool {
	return p.Type == o.Type && strings.EqualFold(string(p.Name), string(o.Name))
}

func tableNames(d database) []text {
	var out []text
	for _, t := range d.Tables {
		out = append(out, t.Name)
	}
	return out
}

func sequenceNames(d database) []text {
	var out []text
	for _, q := range d.Sequences {
		out = append(out, q.Name)
	}
	return out
}

// joins plans what becomes of the foreign keys of which only one side is moved.
func (plan *swapPlan) joins(ctx context.Context, s *session, o executor.RestoreOrder, places []restorePlace, l loaded) error {
	all, err := references(ctx, s, targets(places))
	if err != nil {
		return err
	}
	leaves := map[string]bool{}
	undo := map[text]text{}
	for _, m := range plan.Moves {
		leaves[quoteTable(string(places[m.Place].Target), string(m.Name))] = m.Out
		undo[places[m.Place].Target] = places[m.Place].Undo
	}
	plan.border = borderOf(all, leaves)
	for _, f := range append(append([]reference(nil), plan.border.inward...), plan.border.outward...) {
		j, err := joinOf(ctx, s, f)
		if err != nil {
			return err
		}
		plan.JoinsBefore = append(plan.JoinsBefore, j)
		if leaves[f.child()] {
			j.Database = undo[j.Database]
			plan.Detach = append(plan.Detach, j)
		} else {
			plan.JoinsAfter = append(plan.JoinsAfter, j)
		}
	}
	plan.JoinsAfter = append(plan.JoinsAfter, l.Joins...)
	return nil
}
