package cassandraengine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

const hostTwo = "86baeddd-84f2-419c-ab52-fdcc7e77df65"

// restoreFake is a fake whose tables have definitions, and a backup of it.
type restoreFake struct {
	*fake
	order executor.RestoreOrder
}

// noNotes finds nothing and takes nothing.
type noNotes struct{ executor.Notes }

func newRestoreFake(t *testing.T) *restoreFake {
	t.Helper()
	f := newFake(t)
	columns := []columnSchema{{"k", "partition_key", 0, "none", "text"}, {"v", "regular", -1, "none", "text"}}
	f.server.schemas["homer"] = keyspaceSchema{Name: "homer", Replication: map[string]string{"class": "SimpleStrategy", "replication_factor": "2"},
		Tables: []tableSchema{{Name: "empty", ID: idTwo, Flags: []string{"compound"}, Columns: columns}, {Name: "simservs", ID: idOne, Flags: []string{"compound"}, Columns: columns}},
		Statements: []statement{{"keyspace", "homer", "CREATE KEYSPACE homer;"},
			{"table", "empty", "CREATE TABLE homer.empty (k text PRIMARY KEY, v text) WITH gc_grace_seconds = 864000;"},
			{"table", "simservs", "CREATE TABLE homer.simservs (k text PRIMARY KEY, v text) WITH gc_grace_seconds = 3600;"}}}
	m := f.mustRun(f.spec(1))
	manifest := backup.Manifest{Tables: m.content.Tables, Files: slices.Collect(m.content.Files)}
	return &restoreFake{fake: f, order: executor.RestoreOrder{ID: "20261122T000009Z", Notes: noNotes{}, Source: executor.RestoreSource{
		Record: &backup.Record{Set: m.begun.Set, Identity: m.content.Identity, Server: m.content.Server, Captured: f.now},
		Begun:  &m.begun, Manifest: &manifest, Dir: m.dir,
	}}}
}

// table changes a table of the live schema.
func (f *restoreFake) table(name string, change func(*tableSchema)) {
	k := f.server.schemas["homer"]
	k.Tables = append([]tableSchema(nil), k.Tables...)
	for i := range k.Tables {
		if k.Tables[i].Name == name {
			k.Tables[i].Columns = append([]columnSchema(nil), k.Tables[i].Columns...)
			change(&k.Tables[i])
		}
	}
	f.server.schemas["homer"] = k
}

func (f *restoreFake) examine() executor.Examination {
	f.t.Helper()
	x, err := f.engine.Examine(f.t.Context(), f.order)
	if err != nil {
		f.t.Fatal(err)
	}
	return x
}

func TestExamine(t *testing.T) {
	f := newRestoreFake(t)
	x := f.examine()
	if len(x.Refusals) > 0 || len(x.Warnings) > 0 || len(x.Stays) > 0 {
		t.Errorf("refusals %v, warnings %v, stays %v", x.Refusals, x.Warnings, x.Stays)
	}
	if len(x.Replaces) != 2 || x.Replaces[1].Name != "simservs" || !x.Replaces[1].Exists || x.Replaces[1].Bytes == 0 || x.Identity.HostID != hostOne {
		t.Errorf("%+v", x)
	}
	if len(x.Phases) != 3 || len(x.Ring) != 1 || x.NeedBytes != 2*block || x.FreeBytes == 0 || x.Method == "" || x.Impact == "" || x.Undo == "" {
		t.Errorf("%+v", x)
	}
	if calls := f.calls(); strings.Contains(calls, "import") {
		t.Errorf("calls %q", calls)
	}
}

// Each case makes one thing wrong, and wants it refused for that reason, with what lifts it.
func TestExamineRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change       func(f *restoreFake)
		reason, flag string
	}{
		"another definition": {func(f *restoreFake) { f.table("simservs", func(t *tableSchema) { t.Columns[1].Type = "blob" }) }, "column v is blob there and text in the backup", "--schema-mismatch"},
		"a newer backup":     {func(f *restoreFake) { f.order.Source.Record.Server.Version = "6.0.0" }, "of Cassandra 6.0.0", "--newer-server"},
		"another policy":     {func(f *restoreFake) { f.engine.node.Keyspaces = []string{"other"} }, "not among the node's keyspaces", ""},
		"a name that is used": {func(f *restoreFake) {
			f.server.schemas["copy"] = keyspaceSchema{Name: "copy", Tables: []tableSchema{{Name: "simservs", ID: idOther}}}
			f.order.As = "copy"
		}, "has tables of these names already", ""},
		"no name":            {func(f *restoreFake) { f.order.As = "a-b" }, `"a-b" is not the name of a keyspace`, ""},
		"not in the ring":    {func(f *restoreFake) { f.server.row.bootstrapped = "IN_PROGRESS" }, "has not joined its ring", ""},
		"two schemas":        {func(f *restoreFake) { f.server.others = []peer{{hostID: hostTwo, schemaVersion: "v2"}} }, "do not have one schema", ""},
		"no nodetool":        {func(f *restoreFake) { f.engine.tool.argv = []string{"/nosuch"} }, "there is no program", ""},
		"a view in a ring":   {withViewAndRing, "materialised views (homer.seen)", ""},
		"a larger ring":      {withOtherTokens, "that ring had 1 host, this one has 2 hosts", ""},
		"a hostile manifest": {func(f *restoreFake) { f.order.Source.Manifest.Tables[0].Name = "../x" }, "is not the name of", ""},
		"a hostile path": {func(f *restoreFake) {
			for i := range f.order.Source.Manifest.Files {
				if f.order.Source.Manifest.Files[i].Root != "" {
					f.order.Source.Manifest.Files[i].Path = "../" + f.order.Source.Manifest.Files[i].Path
				}
			}
		}, "the manifest names the file", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newRestoreFake(t)
			c.change(f)
			x := f.examine()
			for _, r := range x.Refusals {
				if strings.Contains(r.Reason, c.reason) && r.Flag == c.flag {
					return
				}
			}
			t.Errorf("refusals %+v, want %q", x.Refusals, c.reason)
		})
	}
}

func withViewAndRing(f *restoreFake) {
	f.server.others = []peer{{hostID: hostTwo, schemaVersion: "v1", tokens: []string{"3"}}}
	k := f.server.schemas["homer"]
	k.Tables = append(k.Tables, tableSchema{Name: "seen", ID: idOther, View: true, Base: "simservs"})
	f.server.schemas["homer"] = k
}

func withOtherTokens(f *restoreFake) {
	k := f.server.schemas["homer"]
	k.Replication = map[string]string{"class": "SimpleStrategy", "replication_factor": "1"}
	f.server.schemas["homer"] = k
	f.server.row.tokens = []string{"7", "8"}
	f.server.others = []peer{{hostID: hostTwo, schemaVersion: "v1", tokens: []string{"3"}}}
}

func TestExamineLiftsRefusals(t *testing.T) {
	f := newRestoreFake(t)
	f.table("simservs", func(t *tableSchema) { t.Columns[1].Type = "blob" })
	f.order.Source.Record.Server.Version = "6.0.0"
	f.order.SchemaMismatch, f.order.NewerServer = true, true
	x := f.examine()
	if len(x.Refusals) > 0 {
		t.Errorf("refusals %+v", x.Refusals)
	}
	if len(x.Warnings) != 1 || !strings.Contains(x.Warnings[0], "homer.simservs is not that of the backup: column v is blob there and text in the backup (--schema-mismatch") {
		t.Errorf("what is waived is not said: %q", x.Warnings)
	}
}

// In a ring, a backup older than the shortest gc_grace_seconds is warned of.
func TestExamineWarnsOfAge(t *testing.T) {
	f := newRestoreFake(t)
	f.server.others = []peer{{hostID: hostTwo, schemaVersion: "v1", tokens: []string{"3"}}}
	f.now = f.now.Add(2 * time.Hour)
	x := f.examine()
	if len(x.Warnings) != 1 || !strings.Contains(x.Warnings[0], "DELETED ROWS MAY COME BACK") || !strings.Contains(x.Warnings[0], "homer.simservs forgets deletions after 1h0m0s") {
		t.Errorf("warnings %q", x.Warnings)
	}
	if len(x.Ring) != 2 {
		t.Errorf("ring %v", x.Ring)
	}
}

// Tables that the backup does not have stay; a selection narrows both.
func TestExamineSelection(t *testing.T) {
	f := newRestoreFake(t)
	k := f.server.schemas["homer"]
	k.Tables = append(k.Tables, tableSchema{Name: "later", ID: idOther})
	f.server.schemas["homer"] = k
	if x := f.examine(); len(x.Stays) != 1 || x.Stays[0] != "homer.later" {
		t.Errorf("stays %v", x.Stays)
	}
	f.order.Selection.Tables = []string{"homer.simservs"}
	if x := f.examine(); len(x.Replaces) != 1 || len(x.Stays) != 0 {
		t.Errorf("%+v", x)
	}
	f.order.Selection = executor.Selection{Databases: []string{"other"}}
	if x := f.examine(); len(x.Replaces) != 0 || len(x.Refusals) != 0 {
		t.Errorf("%+v", x)
	}
}
