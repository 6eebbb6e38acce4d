package cassandraengine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cwb/executor"
)

// Below 4.0 files go into the live folder under generations that nothing has, and under the
// name of the keyspace that they go into.
func TestRefreshTakesFreeGenerations(t *testing.T) {
	f := newFake(t)
	f.nodetool("[ \"$1\" = refresh ] || exit 1\n")
	live := filepath.Join(f.data, "homer", "simservs-"+undashed(idOne))
	writeFile(t, filepath.Join(live, "homer-simservs-ka-7-Data.db"), "live")
	staged := filepath.Join(f.data, stagingDir, "snapshots", "x", "import", "d0", "homer", "simservs")
	for _, name := range []string{"other-simservs-ka-7-Data.db", "other-simservs-ka-7-Index.db", "other-simservs-ka-7-TOC.txt", "other-simservs-ka-9-Data.db"} {
		writeFile(t, filepath.Join(staged, name), name)
	}
	r := &restoring{e: f.engine, o: executor.RestoreOrder{ID: "x"}, server: fakeCommander{fakeServer: f.server}, local: local{version: "2.1.15"}}
	if err := r.importFiles(t.Context(), "homer", "simservs", []string{staged}, 0, "--no-tokens"); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(live, "homer-simservs-ka-1*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	want := []string{"homer-simservs-ka-1007-Data.db", "homer-simservs-ka-1007-Index.db", "homer-simservs-ka-1007-TOC.txt", "homer-simservs-ka-1008-Data.db"}
	if !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	if data, err := os.ReadFile(filepath.Join(live, "homer-simservs-ka-7-Data.db")); err != nil || string(data) != "live" {
		t.Errorf("the live file: %q, %v", data, err)
	}
	if calls := f.calls(); strings.TrimSpace(calls) != "refresh -- homer simservs" {
		t.Errorf("calls %q", calls)
	}
}
