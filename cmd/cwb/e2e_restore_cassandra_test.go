//go:build servers

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ontoStaging brings Homestead's keyspace onto Homer's server, as that of a node for staging.
func (l *lab) ontoStaging(good map[string]cqlRow) {
	l.policy.Blocks = fmt.Sprintf(`
node "cassandra" "staging" {
  address       = %q
  nodetool      = ["%s"]
  data_dirs     = ["%s"]
  keyspaces     = ["homestead"]
  snapshot_path = %q
}
`, l.s.homer.Address(), strings.Join(l.s.homer.Nodetool, `", "`), strings.Join(l.s.homer.DataDirs, `", "`), filepath.Join(l.dir, "staging"))
	l.writePolicy()
	to := []string{"--node", "homestead", "--to", "staging"}
	o := l.cwb(exitError, append([]string{"restore", "--auto-approve"}, to...)...)
	if !strings.Contains(o.stderr, "--onto-new-identity") {
		l.t.Errorf("it does not say that the server is another one:\n%s", o.stderr)
	}
	l.restores(append(to, "--onto-new-identity")...)
	l.restores("--confirm")
	l.allIs("after a restore onto another node", good)
	staged := map[string]cqlRow{}
	for _, table := range cassandraTables["homestead"] {
		maps.Copy(staged, cqlContent(l.t, l.s.homer, "homestead", table, "homestead"))
	}
	if diff := cmp.Diff(only(good, "homestead."), staged, nearly); diff != "" {
		l.t.Errorf("staging does not hold what Homestead does (-want +got):\n%.2000s", diff)
	}
	cql(l.t, l.s.homer, "DROP KEYSPACE homestead")
	if err := os.RemoveAll(filepath.Join(l.s.homer.DataDirs[0], "homestead")); err != nil {
		l.t.Error(err)
	}
	l.policy.Blocks = ""
	l.writePolicy()
}

// deadCassandra has a dead Homer, a new server with nothing on its disk, and, saved from the
// old disk, the snapshot_path and the folders of cwb's snapshots.
func deadCassandra(t *testing.T, s *servers) {
	l := newLab(t, s, func(l *lab) { l.policy.Ellis, l.policy.Cassandra = nil, l.policy.Cassandra[:1] })
	l.takesSet()
	good := cqlContent(t, s.homer, "homer", "simservs", "homer")
	saved := filepath.Join(l.dir, "saved")
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(s.homer.Stop(t.Context()))
	copySnapshots(t, s.homer.Dir, saved)
	for _, dir := range slices.Concat(s.homer.DataDirs, []string{"commitlog", "hints", "saved_caches", "cdc_raw"}) {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(s.homer.Dir, dir)
		}
		ok(os.RemoveAll(dir))
	}
	ok(os.CopyFS(s.homer.Dir, os.DirFS(saved)))
	ok(s.homer.Start(t.Context()))

	if o := l.cwb(exitError, "restore", "--auto-approve"); !strings.Contains(o.stderr, "--onto-new-identity") {
		t.Errorf("it does not say that the server is another one:\n%s", o.stderr)
	}
	l.restores("--onto-new-identity")
	if diff := cmp.Diff(good, cqlContent(t, s.homer, "homer", "simservs", "homer"), nearly); diff != "" || len(good) < subscriberCount {
		t.Errorf("the new server does not hold the %d rows that the old one had (-want +got):\n%.2000s", len(good), diff)
	}
	if got := purposes(l.list(), "safety"); len(got) > 0 {
		t.Errorf("there was nothing to save, and there is %v", got)
	}
	l.restores("--confirm")
	l.cwb(exitDone, "adopt", "--identity", "cassandra.homer", "--auto-approve")
	l.nextNight()
	l.takesSet()
	l.verifiesGood(2)
}
