package main

import (
	"strings"
	"testing"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// A set is not held as long as a member of it cannot be seen; nodes that are no members do not
// matter, and neither does what is wrong with other sets.
func TestUnseenMembers(t *testing.T) {
	const set, other = backup.SetID("20261122T000000Z"), backup.SetID("20261121T000000Z")
	node := func(name string) backup.NodeAddr { return backup.NodeAddr{Kind: backup.MySQL, Name: name} }
	members := []backup.NodeAddr{node("good"), node("gone"), node("torn")}
	good := planner.NodeState{Node: node("good"), Backups: []planner.Backup{
		{Set: set, Record: "x", Members: members}, {Set: other, Record: "y", Members: []backup.NodeAddr{node("past")}},
	}}
	torn := planner.NodeState{Node: node("torn"), Backups: []planner.Backup{{Set: set}}, Unreadable: []planner.Unreadable{
		{Path: string(set) + "/backup.json", Error: "no JSON"}, {Path: string(other) + "/backup.json", Error: "no JSON"},
	}}
	s := planner.State{Nodes: []planner.NodeState{good, torn,
		{Node: node("gone"), Error: "no route"}, {Node: node("past"), Error: "no route"}, {Node: node("never"), Error: "no route"}}}
	var said []string
	for _, err := range unseenMembers(&config.Policy{}, s, set) {
		said = append(said, err.Error())
	}
	want := "20261122T000000Z/backup.json of mysql.torn cannot be read: no JSON\nmysql.gone cannot be reached: no route"
	if got := strings.Join(said, "\n"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if errs := unseenMembers(&config.Policy{}, planner.State{Nodes: s.Nodes[:1]}, set); len(errs) > 0 {
		t.Errorf("of a set that is all there: %v", errs)
	}
}
