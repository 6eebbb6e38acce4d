package cassandraengine

import (
	"encoding/json"
	"strings"
	"testing"
)

const hostThree = "96baeddd-84f2-419c-ab52-fdcc7e77df65"

// newRingBackup is a backup of a host of a ring of two, that had a part of the rows.
func newRingBackup(t *testing.T) *restoreFake {
	f := newRestoreFake(t)
	f.replicate("1")
	data, err := json.Marshal(ringFile{Host: hostOne, Hosts: []ringHost{
		{HostID: hostOne, Address: "10.0.0.1", Datacenter: "dc1", Rack: "r1", Tokens: []string{"1", "5"}},
		{HostID: hostTwo, Address: "10.0.0.2", Datacenter: "dc1", Rack: "r2", Tokens: []string{"3", "7"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	f.order.Source.Dir.(memDir)[ringJSON] = data
	f.server.row.peer = peer{hostID: hostOne, address: "10.0.0.1", datacenter: "dc1", rack: "r1", tokens: []string{"5", "1"}, schemaVersion: "v1"}
	f.server.others = []peer{{hostID: hostTwo, address: "10.0.0.2", datacenter: "dc1", rack: "r2", tokens: []string{"3", "7"}, schemaVersion: "v1"}}
	return f
}

// ring changes what the backup tells of its ring.
func (f *restoreFake) ring(change func(*ringFile)) {
	f.t.Helper()
	var r ringFile
	if err := readJSON(f.order.Source.Dir, ringJSON, &r); err != nil {
		f.t.Fatal(err)
	}
	change(&r)
	data, err := json.Marshal(r)
	if err != nil {
		f.t.Fatal(err)
	}
	f.order.Source.Dir.(memDir)[ringJSON] = data
}

// replicate sets how often rows are kept, live and in the backup.
func (f *restoreFake) replicate(factor string) {
	k := f.server.schemas["homer"]
	k.Replication = map[string]string{"class": "SimpleStrategy", "replication_factor": factor}
	f.server.schemas["homer"] = k
	data, _ := json.Marshal(schema{Keyspaces: []keyspaceSchema{k}})
	f.order.Source.Dir.(memDir)[schemaJSON] = data
}

func TestShape(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *restoreFake)
		reason string // none: it is accepted
	}{
		"the same ring": {func(*restoreFake) {}, ""},
		"new hosts with the old tokens": {func(f *restoreFake) {
			f.server.row.hostID, f.server.row.address = hostThree, "10.0.0.9"
			f.order.OntoNewIdentity = true
		}, ""},
		"a host alone": {func(f *restoreFake) { f.server.others = nil }, "had 2 hosts, this one has 1 host. Only a ring of the same shape (1 in dc1/r1, 1 in dc1/r2), each host with the tokens"},
		"a third host": {func(f *restoreFake) {
			f.server.others = append(f.server.others, peer{hostID: hostThree, datacenter: "dc1", rack: "r1", tokens: []string{"9"}, schemaVersion: "v1"})
		}, "had 2 hosts, this one has 3 hosts"},
		"another rack":       {func(f *restoreFake) { f.server.others[0].rack = "r1" }, "other racks or datacentres (1 in dc1/r1, 1 in dc1/r2) than this one has (2 in dc1/r1)"},
		"another datacentre": {func(f *restoreFake) { f.server.row.datacenter = "dc2" }, "(1 in dc1/r2, 1 in dc2/r1)"},
		"a new host with other tokens": {func(f *restoreFake) { f.server.row.hostID, f.server.row.tokens = hostThree, []string{"2", "5"} },
			"Only if this host is new and holds nothing that is served, make it the successor of that one (10.0.0.1): stop it;"},
		"what a new host is to be set to": {func(f *restoreFake) { f.server.row.hostID, f.server.row.tokens = hostThree, []string{"2", "5"} },
			"set num_tokens: 2, initial_token: 1,5 and auto_bootstrap: false; start it"},
		"other tokens on the very host": {func(f *restoreFake) { f.server.row.tokens = []string{"2", "5"} },
			"this host owned other tokens when the backup was taken. Only a ring of the same shape"},
		"other tokens in the other rack": {func(f *restoreFake) {
			f.server.row.hostID = hostThree
			f.server.row.tokens, f.server.row.rack, f.server.others[0].rack = []string{"2", "5"}, "r2", "r1"
		}, "place it in dc=dc1, rack=r1"},
		"the tokens of the other host": {func(f *restoreFake) {
			f.server.row.tokens, f.server.others[0].tokens = f.server.others[0].tokens, f.server.row.tokens
		}, "the host 10.0.0.2 of this ring has the tokens of that host, and not 10.0.0.1"},
		"the other host has other tokens": {func(f *restoreFake) { f.server.others[0].tokens = []string{"4", "7"} },
			"no host of this ring has the tokens and the place of 10.0.0.2"},
		"the other host changed places": {func(f *restoreFake) { f.server.row.rack, f.server.others[0].rack = "r2", "r1" },
			"no host of this ring has the tokens and the place of 10.0.0.1"},
		"all rows, on a host that has all": {func(f *restoreFake) {
			f.replicate("2")
			f.server.others = nil
		}, ""},
		"all rows, on one that has not": {func(f *restoreFake) {
			f.replicate("2")
			f.server.others = append(f.server.others, peer{hostID: hostThree, datacenter: "dc1", rack: "r1", tokens: []string{"9"}, schemaVersion: "v1"})
		}, "had 2 hosts, this one has 3 hosts"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newRingBackup(t)
			c.change(f)
			x := f.examine()
			if c.reason == "" && len(x.Refusals) == 0 {
				return
			}
			for _, r := range x.Refusals {
				if c.reason != "" && strings.Contains(r.Reason, c.reason) && r.Flag == "" {
					return
				}
			}
			t.Errorf("refusals %+v, want %q", x.Refusals, c.reason)
		})
	}
}

// Whoever may be serving is never told to be wiped.
func TestShapeWipesNoHostThatMayServe(t *testing.T) {
	for name, change := range map[string]func(f *restoreFake){
		"one host less":       func(f *restoreFake) { f.server.others = nil },
		"another rack":        func(f *restoreFake) { f.server.others[0].rack = "r1" },
		"the very host":       func(f *restoreFake) { f.server.row.tokens = []string{"2", "5"} },
		"another host of it":  func(f *restoreFake) { f.server.others[0].tokens = []string{"4", "7"} },
		"all in other places": func(f *restoreFake) { f.server.row.rack, f.server.others[0].rack = "r2", "r1" },
	} {
		t.Run(name, func(t *testing.T) {
			f := newRingBackup(t)
			change(f)
			x := f.examine()
			if len(x.Refusals) == 0 {
				t.Error("not refused")
			}
			for _, r := range x.Refusals {
				if strings.Contains(r.Reason, "remove the folders") || strings.Contains(r.Reason, "initial_token") || !strings.Contains(r.Reason, "sstableloader") {
					t.Errorf("refusal %q", r.Reason)
				}
			}
		})
	}
}
