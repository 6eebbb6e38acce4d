package cassandraengine

import (
	"context"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/enginetest"
)

const (
	hostOne = "76baeddd-84f2-419c-ab52-fdcc7e77df65"
	idOne   = "70704940-e80a-11f1-a5f6-11bae36c8043"
	idTwo   = "70d72160-e80a-11f1-a5f6-11bae36c8043"
	idOther = "aaaaaaaa-e80a-11f1-a5f6-11bae36c8043"
)

// fakeServer answers what its fields hold.
type fakeServer struct {
	row     local
	others  []peer
	told    []gossiped
	silent  error // instead of them
	dirs    []string
	schemas map[string]keyspaceSchema
	closed  int
	asked   int       // how often for a schema
	onAsked func(int) // called each time
}

func (s *fakeServer) local(context.Context) (local, error)  { return s.row, nil }
func (s *fakeServer) peers(context.Context) ([]peer, error) { return s.others, nil }
func (s *fakeServer) gossip(context.Context) ([]gossiped, error) {
	return s.told, s.silent
}
func (s *fakeServer) close() { s.closed++ }
func (s *fakeServer) dataDirs(context.Context) ([]string, bool, error) {
	return s.dirs, s.dirs != nil, nil
}

func (s *fakeServer) schema(_ context.Context, name string) (keyspaceSchema, error) {
	s.asked++
	if s.onAsked != nil {
		s.onAsked(s.asked)
	}
	k, ok := s.schemas[name]
	if !ok {
		return keyspaceSchema{}, errNoKeyspace
	}
	return k, nil
}

// fake is a node made of a fake server, a scripted nodetool and a tree of files.
type fake struct {
	t      *testing.T
	dir    string
	data   string
	server *fakeServer
	down   error
	engine *Engine
	now    time.Time
}

// newFake has the keyspace homer with the tables simservs (one SSTable) and empty.
func newFake(t *testing.T) *fake {
	t.Helper()
	dir := t.TempDir()
	f := &fake{t: t, dir: dir, data: filepath.Join(dir, "data"), now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	f.sstable("homer/simservs-"+undashed(idOne), "nb-1-big", "one")
	mkdir(t, filepath.Join(f.data, "homer", "empty-"+undashed(idTwo)))
	f.server = &fakeServer{
		row: local{cluster: "c", version: "5.0.5", bootstrapped: "COMPLETED",
			peer: peer{hostID: hostOne, address: "127.0.0.1", tokens: []string{"1", "2"}, schemaVersion: "v1"}},
		dirs: []string{f.data},
		schemas: map[string]keyspaceSchema{"homer": {Name: "homer", Tables: []tableSchema{
			{Name: "empty", ID: idTwo}, {Name: "simservs", ID: idOne},
		}, Statements: []statement{{"keyspace", "homer", "CREATE KEYSPACE homer;"}}}},
	}
	f.nodetool(honest)
	f.engine = New(f.config(), Options{Now: func() time.Time { return f.now }, ToolTimeout: 10 * time.Second, AgreementWait: time.Millisecond, SettleWait: 50 * time.Millisecond})
	f.engine.connect = func(context.Context) (server, error) { return f.server, f.down }
	return f
}

func (f *fake) config() config.Node {
	return config.Node{
		Addr: backup.NodeAddr{Kind: backup.Cassandra, Name: "homer"},
		Cassandra: &config.Cassandra{
			Address: "127.0.0.1:9042", Nodetool: []string{filepath.Join(f.dir, "nodetool"), "-pw", "s3cr3t"},
			DataDirs: []string{f.data}, Keyspaces: []string{"homer"},
		},
	}
}

func undashed(id string) string { return strings.ReplaceAll(id, "-", "") }

// honest is what a nodetool does that works. DATA, HOST and LOG are set before it.
const honest = `
case "$1" in
info) echo "ID                     : $HOST" ;;
snapshot)
	tag=$3; shift 4
	echo "Requested creating snapshot(s) for [$*] with snapshot name [$tag] and options {skipFlush=false}"
	for ks in "$@"; do for t in "$DATA/$ks"/*-*; do
		mkdir -p "$t/snapshots/$tag"
		files=
		for f in "$t"/*.*; do
			[ -f "$f" ] || continue
			ln "$f" "$t/snapshots/$tag/"
			case "$f" in *-Data.db) files="$files,\"${f##*/}\"" ;; esac
		done
		echo "{\"files\":[${files#,}],\"created_at\":\"2026-11-22T00:00:01Z\",\"expires_at\":null,\"ephemeral\":false}" >"$t/snapshots/$tag/manifest.json"
		echo "CREATE TABLE" >"$t/snapshots/$tag/schema.cql"
	done; done
	echo "Snapshot directory: $tag" ;;
clearsnapshot)
	tag=$3; shift 4
	echo "Requested clearing snapshot(s) for [$*] with snapshot name [$tag]"
	for ks in "$@"; do rm -rf "$DATA/$ks"/*/snapshots/"$tag"; done ;;
*) echo "nodetool: Found unexpected parameters: [$1]"; exit 1 ;;
esac
`

// nodetool says what the node's nodetool does from now on; every call is logged. The program
// stays the same, as it does when what listens at its address becomes another.
func (f *fake) nodetool(script string) {
	f.t.Helper()
	does := filepath.Join(f.dir, "nodetool.does")
	writeFile(f.t, does, fmt.Sprintf("DATA='%s' HOST=%s LOG='%s'\n[ \"$1 $2\" = '-pw s3cr3t' ] && shift 2\necho \"$*\" >>\"$LOG\"\n%s", f.data, hostOne, f.logFile(), script))
	program := filepath.Join(f.dir, "nodetool")
	if _, err := os.Stat(program); err == nil {
		return
	}
	writeFile(f.t, program, fmt.Sprintf("#!/bin/sh\n. '%s'\n", does))
	if err := os.Chmod(program, 0o755); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fake) logFile() string { return filepath.Join(f.dir, "calls") }

// calls are the command lines that nodetool was given.
func (f *fake) calls() string {
	data, _ := os.ReadFile(f.logFile())
	return string(data)
}

// sstable makes the files of an SSTable in a folder below the data directory.
func (f *fake) sstable(folder, prefix, content string) {
	f.t.Helper()
	writeSSTable(f.t, filepath.Join(f.data, folder), prefix, content)
}

func writeSSTable(t *testing.T, dir, prefix, content string) {
	t.Helper()
	mkdir(t, dir)
	for name, text := range map[string]string{
		"Data.db": content, "Index.db": "index of " + content, "Statistics.db": "", "Digest.crc32": fmt.Sprintln(crc32.ChecksumIEEE([]byte(content))),
		"TOC.txt": "Data.db\nIndex.db\nStatistics.db\nDigest.crc32\nTOC.txt\n",
	} {
		writeFile(t, filepath.Join(dir, prefix+"-"+name), text)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	mkdir(t, filepath.Dir(path))
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

// spec is that of a take n seconds after midnight.
func (f *fake) spec(n int, previous ...backup.Manifest) executor.TakeSpec {
	set := backup.NewSetID(f.now.Add(time.Duration(n) * time.Second))
	return executor.TakeSpec{Begun: backup.Begun{Node: f.engine.addr, Set: set}, Earlier: enginetest.Earlier(previous...)}
}

// made is a take that went through.
type made struct {
	begun   backup.Begun
	content executor.Content
	dir     memDir
	read    int64
}

func (m made) manifest() backup.Manifest {
	return backup.Manifest{Files: slices.Collect(m.content.Files)}
}

// run takes, doing between after the capture.
func (f *fake) run(spec executor.TakeSpec, between func()) (made, error) {
	m := made{begun: spec.Begun, dir: memDir{}}
	p, err := f.engine.Prepare(f.t.Context(), spec)
	if err != nil {
		return m, err
	}
	defer p.Close()
	foot := p.Footprint()
	m.begun.Tag, m.begun.Keyspaces, m.begun.DataDirs = foot.Tag, foot.Keyspaces, foot.DataDirs
	if _, err := p.Capture(f.t.Context()); err != nil {
		return m, err
	}
	if between != nil {
		between()
	}
	m.content, err = p.ReadOut(f.t.Context(), m.dir, nil)
	m.read = p.(*take).bytesRead
	return m, err
}

func (f *fake) mustRun(spec executor.TakeSpec) made {
	f.t.Helper()
	m, err := f.run(spec, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return m
}
