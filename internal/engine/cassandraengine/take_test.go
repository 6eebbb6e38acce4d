package cassandraengine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

func TestTakeIsComplete(t *testing.T) {
	f := newFake(t)
	m := f.mustRun(f.spec(0))
	if got := m.begun.Tag; got != "cwb-20261122T000000Z-homer" {
		t.Errorf("tag %q", got)
	}
	if len(m.content.Tables) != 2 || m.content.Tables[0].Name != "empty" || m.content.Tables[0].Bytes != 0 || m.content.Tables[1].ID != idOne {
		t.Errorf("tables: %+v", m.content.Tables)
	}
	for file := range m.content.Files {
		data := m.dir[file.Path]
		if file.Root != "" {
			data, _ = os.ReadFile(filepath.Join(file.Root, file.Path))
		}
		if int64(len(data)) != file.Bytes || sumOf(data) != file.SHA256 {
			t.Errorf("%s is not as recorded", file.Path)
		}
	}
	if got := m.content.Totals; got.Tables != 2 || got.Files != 12 || got.Bytes == 0 || got.Stored <= got.Bytes {
		t.Errorf("totals: %+v", got)
	}
	if f.server.closed != 1 {
		t.Errorf("closed %d times", f.server.closed)
	}
	want := "info\nsnapshot -t cwb-20261122T000000Z-homer -- homer\n"
	if f.calls() != want {
		t.Errorf("calls:\n%s", f.calls())
	}
}

// Each of these makes a take fail, before or after the capture.
func TestTakeIsRefused(t *testing.T) {
	cases := map[string]struct {
		before  func(*fake)
		between func(*fake)
		is      error
		says    string
	}{
		"keyspace missing":      {before: func(f *fake) { delete(f.server.schemas, "homer") }, is: executor.ErrRefused, says: `no keyspace "homer"`},
		"data_dirs differ":      {before: func(f *fake) { f.server.dirs = []string{"/elsewhere"} }, is: executor.ErrRefused, says: `/elsewhere`},
		"one data_dir unknown":  {before: func(f *fake) { f.server.dirs = append(f.server.dirs, "/more") }, is: executor.ErrRefused, says: `/more`},
		"data dir missing":      {before: func(f *fake) { f.engine.node.DataDirs = []string{"/nowhere"} }, is: executor.ErrRefused, says: "cannot be read here"},
		"another machine":       {before: func(f *fake) { os.RemoveAll(filepath.Join(f.data, "homer")) }, is: executor.ErrRefused, says: "another machine: run cwb on that machine"},
		"other node's nodetool": {before: func(f *fake) { f.server.row.hostID = idOther }, is: executor.ErrRefused, says: "nodetool reaches the host"},
		"still joining":         {before: func(f *fake) { f.server.row.bootstrapped = "IN_PROGRESS" }, is: executor.ErrRefused, says: "IN_PROGRESS"},
		"no room":               {before: func(f *fake) { f.engine.minFree = 1 << 60 }, is: executor.ErrRefused, says: "min_free"},
		"table named strangely": {before: func(f *fake) { f.addTable("../x", idOther) }, is: executor.ErrRefused, says: `"../x"`},
		"table id is none":      {before: func(f *fake) { f.addTable("x", "/etc") }, is: executor.ErrRefused, says: `"/etc"`},
		"tag is there": {before: func(f *fake) {
			mkdir(f.t, filepath.Join(f.data, "homer/empty-"+undashed(idTwo)+"/snapshots/cwb-20261122T000000Z-homer"))
		}, is: errTagUsed, says: "run cwb plan"},
		"schemas differ": {before: func(f *fake) {
			f.server.others = []peer{{hostID: idOther, schemaVersion: "v2"}}
			f.nodetool(twoSchemas + honest)
		}, is: executor.ErrRefused, says: "different schemas"},
		"nodetool missing": {before: func(f *fake) { os.Remove(filepath.Join(f.dir, "nodetool")) }, is: executor.ErrRefused, says: "there is no program"},
		"nodetool cannot reach": {before: func(f *fake) {
			f.nodetool("echo \"nodetool: Failed to connect to '127.0.0.1:7199' - ConnectException: 'Connection refused'.\" >&2; exit 1")
		}, is: executor.ErrUnreachable, says: "JMX"},
		"nodetool silent": {before: func(f *fake) { f.nodetool("[ $1 = snapshot ] && exit 0" + honest) }, is: executor.ErrRefused, says: "did not say"},
		"nodetool lies": {before: func(f *fake) {
			f.nodetool(`[ $1 = snapshot ] && { echo "Snapshot directory: $3"; exit 0; }` + honest)
		}, is: executor.ErrRefused, says: "has no folder"},
		"nodetool reports an exception with status 0": {before: func(f *fake) {
			f.nodetool(`[ $1 = snapshot ] && { echo "Snapshot directory: $3"; echo "java.io.IOException: No space left on device"; exit 0; }` + honest)
		}, says: "No space left"},
		"nodetool fails": {before: func(f *fake) { f.nodetool(`[ $1 = snapshot ] && exit 3` + honest) }, says: "exit status 3"},
		"nodetool hangs": {before: func(f *fake) {
			f.engine.tool.limit = 300 * time.Millisecond
			f.nodetool(`[ $1 = snapshot ] && { sleep 60; }` + honest)
		}, says: "was killed"},
		"schema changes all the time": {before: func(f *fake) {
			f.server.onAsked = func(n int) { f.addTable(fmt.Sprint("t", n), idOther) }
		}, is: executor.ErrRefused, says: "each of 3 times while the snapshot was taken (last: table homer.t4)"},
		"folder removed": {between: func(f *fake) { f.inSnapshot("empty", idTwo, func(dir string) { os.RemoveAll(dir) }) }, is: executor.ErrRefused, says: "table homer.empty"},
		"file removed": {between: func(f *fake) {
			f.inSnapshot("simservs", idOne, func(dir string) { os.Remove(dir + "/nb-1-big-Index.db") })
		}, is: executor.ErrRefused, says: `"Index.db", which is missing`},
		"dropped table's folder": {between: func(f *fake) {
			f.inSnapshot("gone", idOther, func(dir string) { mkdir(f.t, dir) })
		}, is: executor.ErrRefused, says: "the schema does not have"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			if c.before != nil {
				c.before(f)
			}
			_, err := f.run(f.spec(0), func() {
				if c.between != nil {
					c.between(f)
				}
			})
			if err == nil || !strings.Contains(err.Error(), c.says) || (c.is != nil && !errors.Is(err, c.is)) {
				t.Errorf("error %v, want one with %q", err, c.says)
			}
			if err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("a password is in the error: %v", err)
			}
		})
	}
}

const twoSchemas = `
[ $1 = describecluster ] && { printf 'Cluster Information:\n\tSchema versions:\n\t\t11111111-2222-3333-4444-555555555555: [127.0.0.1]\n\n\t\t21111111-2222-3333-4444-555555555555: [127.0.0.2]\n\n'; exit 0; }
`

func (f *fake) addTable(name, id string) {
	k := f.server.schemas["homer"]
	k.Tables = append(append([]tableSchema(nil), k.Tables...), tableSchema{Name: name, ID: id})
	f.server.schemas["homer"] = k
}

func (f *fake) inSnapshot(table, id string, do func(dir string)) {
	do(filepath.Join(f.data, "homer", table+"-"+undashed(id), "snapshots", "cwb-20261122T000000Z-homer"))
}

// A table that is made, altered or dropped while nodetool works: the snapshot is taken again.
func TestCaptureIsRepeatedWhenTheSchemaChanges(t *testing.T) {
	f := newFake(t)
	f.server.onAsked = func(n int) {
		if n == 2 {
			f.addTable("late", idOther)
			mkdir(t, filepath.Join(f.data, "homer", "late-"+undashed(idOther)))
		}
	}
	m := f.mustRun(f.spec(0))
	if len(m.content.Tables) != 3 {
		t.Errorf("tables: %+v", m.content.Tables)
	}
	tag := m.begun.Tag
	want := fmt.Sprintf("info\nsnapshot -t %[1]s -- homer\nclearsnapshot -t %[1]s -- homer\nsnapshot -t %[1]s -- homer\n", tag)
	if f.calls() != want {
		t.Errorf("calls:\n%s", f.calls())
	}
}

// What happens to the schema once the snapshot is there is no concern of the backup.
func TestSchemaMayChangeAfterTheCapture(t *testing.T) {
	f := newFake(t)
	m, err := f.run(f.spec(0), func() { f.addTable("late", idOther) })
	if err != nil || len(m.content.Tables) != 2 || strings.Contains(string(m.dir[schemaJSON]), "late") {
		t.Errorf("%+v, %v", m.content.Tables, err)
	}
}

func TestTakeRefusesAnotherIdentity(t *testing.T) {
	f := newFake(t)
	spec := f.spec(0)
	spec.Begun.Identity = backup.Identity{Cluster: "c", HostID: idOther}
	if _, err := f.run(spec, nil); !errors.Is(err, executor.ErrRefused) {
		t.Errorf("error %v", err)
	}
}

func TestTakeGoesOnWhenTheHostThatDiffersIsDown(t *testing.T) {
	f := newFake(t)
	f.server.others = []peer{{hostID: idOther, schemaVersion: "old"}}
	f.nodetool(`[ $1 = describecluster ] && { printf 'Cluster Information:\n\tSchema versions:\n\t\t11111111-2222-3333-4444-555555555555: [127.0.0.1]\n\n\t\tUNREACHABLE: [127.0.0.2]\n\nStats'; exit 0; }` + honest)
	f.mustRun(f.spec(0))
}

func TestInspect(t *testing.T) {
	f := newFake(t)
	s, err := f.engine.Inspect(t.Context())
	if err != nil || s.Down != "" || len(s.Refusals) != 0 || s.Identity.HostID != hostOne || s.Consistency != rung || len(s.Ring) != 1 || s.Ring[0].Tokens != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	delete(f.server.schemas, "homer")
	os.Remove(filepath.Join(f.dir, "nodetool"))
	f.server.others = []peer{{hostID: idOther, schemaVersion: "old"}}
	if s, _ = f.engine.Inspect(t.Context()); len(s.Refusals) != 2 || len(s.Notes) != 1 {
		t.Errorf("%+v", s)
	}
	f.down = executor.ErrUnreachable
	if s, err = f.engine.Inspect(t.Context()); err != nil || !strings.Contains(s.Down, "start the server") {
		t.Errorf("%+v, %v", s, err)
	}
}

// Cassandra 2.1: no word about data directories, the keyspace's and the table's names in the
// files' names, no schema.cql, and folders without an id for tables from before.
func TestTakeOf21(t *testing.T) {
	f := newFake(t)
	remove(t, filepath.Join(f.data, "homer"))
	f.server.dirs, f.server.row.version = nil, "2.1.15"
	dir := filepath.Join(f.data, "homer", "simservs-"+undashed(idOne))
	writeOld(t, dir, "homer-simservs-ka-1", "Data.db", "Index.db", "Digest.sha1")
	writeFile(t, filepath.Join(dir, "homer-simservs-ka-1-TOC.txt"), "Data.db\nIndex.db\nDigest.sha1\nTOC.txt\n")
	mkdir(t, filepath.Join(f.data, "homer", "empty-"+undashed(idTwo)))
	f.nodetool(strings.ReplaceAll(honest, `echo "CREATE TABLE" >"$t/snapshots/$tag/schema.cql"`, ":"))
	first := f.mustRun(f.spec(0))
	if first.content.Totals.Tables != 2 || first.content.Totals.Files != 3+4+2 {
		t.Errorf("%+v", first.content.Totals)
	}
	f.now = f.now.Add(time.Hour)
	second := f.mustRun(f.spec(0, first.manifest()))
	if !byName(second)["Data.db"].Hashed.Equal(byName(first)["Data.db"].Hashed) {
		t.Error("Data.db was read again")
	}
}

// Cassandra 3.11: no word about data directories, "md" and "me" files, and a manifest.json that
// has no more than the files (CASSANDRA-20150).
func TestTakeOf311(t *testing.T) {
	f := newFake(t)
	remove(t, filepath.Join(f.data, "homer"))
	f.server.dirs, f.server.row.version = nil, "3.11.17"
	table := "homer/simservs-" + undashed(idOne)
	f.sstable(table, "md-1-big", "first")
	f.sstable(table, "me-2-big", "second")
	mkdir(t, filepath.Join(f.data, "homer", "empty-"+undashed(idTwo)))
	f.nodetool(strings.ReplaceAll(honest, `,\"created_at\":\"2026-11-22T00:00:01Z\",\"expires_at\":null,\"ephemeral\":false`, ""))
	m := f.mustRun(f.spec(0))
	if m.content.Totals.Tables != 2 || m.content.Totals.Files != 3+2*5+2*2 {
		t.Errorf("%+v", m.content.Totals)
	}
	manifest, err := os.ReadFile(filepath.Join(f.data, table, "snapshots", m.begun.Tag, "manifest.json"))
	if err != nil || strings.TrimSpace(string(manifest)) != `{"files":["md-1-big-Data.db","me-2-big-Data.db"]}` {
		t.Errorf("manifest.json %q, %v", manifest, err)
	}
}
