//go:build servers

package cassandraengine

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gocql/gocql"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/enginetest"
	"cwb/internal/testbed"
	"cwb/internal/testbed/cqlcorpus"
)

// realServer is the one Cassandra of this package's tests: two data directories, and all that
// tables can have.
var realServer *testbed.Cassandra

// TestMain lets this binary also be a process that takes a backup; see [manyChild].
func TestMain(m *testing.M) {
	if order := os.Getenv(manyVar); order != "" {
		os.Exit(manyChild(order))
	}
	os.Exit(runWithServer(m))
}

func runWithServer(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cwb-cassandra-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	realServer, err = testbed.StartCassandra(context.Background(), testbed.CassandraOptions{
		Dir: dir, DataDirs: 2, Settings: cqlcorpus.Settings(),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer realServer.Close()
	return m.Run()
}

// real is a keyspace of a test's own on the server, and an engine for it.
type real struct {
	t        *testing.T
	server   *testbed.Cassandra
	keyspace string
	session  *gocql.Session
	engine   *Engine
	sets     int
}

func newReal(t *testing.T, keyspace string) *real { return newRealOn(t, realServer, keyspace) }

func newRealOn(t *testing.T, server *testbed.Cassandra, keyspace string) *real {
	session, err := server.Session("")
	if err != nil {
		t.Fatal(err)
	}
	r := &real{t: t, server: server, keyspace: keyspace, session: session}
	r.exec(`CREATE KEYSPACE "` + keyspace + `" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`)
	t.Cleanup(func() {
		r.exec(`DROP KEYSPACE IF EXISTS "` + keyspace + `"`)
		session.Close()
	})
	r.engine = New(r.node(), Options{})
	return r
}

func (r *real) node() config.Node {
	return config.Node{
		Addr: backup.NodeAddr{Kind: backup.Cassandra, Name: "homer"},
		Cassandra: &config.Cassandra{
			Address: r.server.Address(), Nodetool: r.server.Nodetool,
			DataDirs: r.server.DataDirs, Keyspaces: []string{r.keyspace},
		},
	}
}

func (r *real) exec(statements ...string) {
	r.t.Helper()
	for _, cql := range statements {
		if err := r.session.Query(cql).Exec(); err != nil {
			r.t.Fatalf("%s: %v", cql, err)
		}
	}
}

// begun is that of the next set; each test has a year of its own by its keyspace's name.
func (r *real) begun() backup.Begun {
	r.sets++
	year := 2000 + int(strings.ToLower(r.keyspace)[0]-'a')*30 + len(r.keyspace)
	set := backup.NewSetID(time.Date(year, 1, 1, 0, 0, r.sets, 0, time.UTC))
	return backup.Begun{Node: r.engine.addr, Set: set}
}

// taken is a finished backup.
type taken struct {
	begun   backup.Begun
	content executor.Content
	dir     memDir
	read    int64
}

func (k taken) manifest() backup.Manifest {
	return backup.Manifest{Node: k.begun.Node, Set: k.begun.Set, Tables: k.content.Tables, Files: slices.Collect(k.content.Files)}
}

func (r *real) take(previous ...taken) taken {
	r.t.Helper()
	k, err := r.tryTake(nil, previous...)
	if err != nil {
		r.t.Fatal(err)
	}
	return k
}

// tryTake does between after the capture.
func (r *real) tryTake(between func(), previous ...taken) (taken, error) {
	r.t.Helper()
	k := taken{begun: r.begun(), dir: memDir{}}
	spec := executor.TakeSpec{Begun: k.begun}
	for _, p := range previous {
		spec.Earlier = append(spec.Earlier, enginetest.Earlier(p.manifest())...)
	}
	p, err := r.engine.Prepare(r.t.Context(), spec)
	if err != nil {
		return k, err
	}
	defer p.Close()
	f := p.Footprint()
	k.begun.Tag, k.begun.Keyspaces, k.begun.DataDirs = f.Tag, f.Keyspaces, f.DataDirs
	if _, err := p.Capture(r.t.Context()); err != nil {
		return k, err
	}
	if between != nil {
		between()
	}
	k.content, err = p.ReadOut(r.t.Context(), k.dir, nil)
	k.read = p.(*take).bytesRead
	return k, err
}
