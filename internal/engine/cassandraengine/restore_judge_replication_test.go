package cassandraengine

import (
	"strings"
	"testing"
)

// replicateLive changes how often rows are kept, since the backup.
func (f *restoreFake) replicateLive(replication map[string]string) {
	k := f.server.schemas["homer"]
	k.Replication = replication
	f.server.schemas["homer"] = k
}

// The backup's rows are once in a ring of two. Where they are kept now decides whether a
// restore loses some.
func TestReplication(t *testing.T) {
	for name, c := range map[string]struct {
		live   map[string]string
		change func(f *restoreFake)
		flag   string // that lifts the refusal; "none": none does; empty: there is no refusal
		reason string
		warns  string // with the flag
	}{
		"the same in other words": {live: map[string]string{"class": "org.apache.cassandra.locator.SimpleStrategy", "replication_factor": "1"}},
		"more often": {live: map[string]string{"class": "NetworkTopologyStrategy", "dc1": "2"}, flag: "--schema-mismatch",
			reason: "'dc1': '2'", warns: "by the repair after the import"},
		"as often by another rule": {live: map[string]string{"class": "NetworkTopologyStrategy", "dc1": "1"}, flag: "--schema-mismatch",
			reason: "'dc1': '1'", warns: "no repair follows the import"},
		"in no datacentre there is": {live: map[string]string{"class": "NetworkTopologyStrategy", "dc9": "2"}, flag: "none", reason: "loaded where nobody reads them"},
		"elsewhere": {live: map[string]string{"class": "NetworkTopologyStrategy", "dc2": "1"}, change: inTwoDatacentres, flag: "none",
			reason: "no host that had the rows of the range (7, 1] is to have them now"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newRingBackup(t)
			if c.change != nil {
				c.change(f)
			}
			f.replicateLive(c.live)
			x := f.examine()
			if c.flag == "" {
				if len(x.Refusals) > 0 {
					t.Errorf("refusals %+v", x.Refusals)
				}
				return
			}
			if len(x.Refusals) != 1 || !strings.Contains(x.Refusals[0].Reason, c.reason) || x.Refusals[0].Flag != strings.TrimPrefix(c.flag, "none") {
				t.Errorf("refusals %+v, want %q", x.Refusals, c.reason)
			}
			f.order.SchemaMismatch = true
			x = f.examine()
			if refused := len(x.Refusals) > 0; refused != (c.flag == "none") {
				t.Errorf("if that is meant: %+v", x.Refusals)
			}
			if c.warns != "" && (len(x.Warnings) != 1 || !strings.Contains(x.Warnings[0], c.warns)) {
				t.Errorf("warnings %q, want %q", x.Warnings, c.warns)
			}
		})
	}
}

// inTwoDatacentres moves the second host into dc2, now and in the backup.
func inTwoDatacentres(f *restoreFake) {
	f.server.others[0].datacenter = "dc2"
	f.ring(func(r *ringFile) { r.Hosts[1].Datacenter = "dc2" })
}
