//go:build servers

package mysqlengine

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cwb/executor"
)

// TestExportGivesEverythingBack takes the corpora, loads their export with the stock client
// into an empty server, and compares every value and definition.
func TestExportGivesEverythingBack(t *testing.T) {
	source, target := newBed(t), newBed(t, "--log-bin-trust-function-creators=1")
	source.exec("SET GLOBAL log_bin_trust_function_creators = 1")
	var databases []string
	for _, corpus := range []string{"types.sql", "objects.sql"} {
		script, err := os.ReadFile(filepath.Join("testdata", corpus))
		if err != nil {
			t.Fatal(err)
		}
		source.run(string(script))
	}
	databases = []string{"types", "odd `name'\"/..%_é", "objects", "empty"}
	copyDatabases(t, source, target, databases)
	compareServers(t, source, target, databases)
}

// copyDatabases takes databases from one server and loads their export into another.
func copyDatabases(t *testing.T, source, target *bed, databases []string) {
	t.Helper()
	content, dir := source.mustTake(databases...)
	var script bytes.Buffer
	e := source.engine(source.node(databases...))
	if err := e.Export(t.Context(), dir, manifestOf(content), executor.Selection{}, &script); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(script.String(), exportEnd) {
		t.Error("the export has no last line")
	}
	if path := os.Getenv("CWB_KEEP_EXPORT"); path != "" {
		os.WriteFile(path, script.Bytes(), 0o600)
	}
	if output, err := target.client(script.Bytes()); err != nil {
		t.Fatalf("load: %v\n%s", err, output)
	}
}

// compareServers looks at both servers with its own queries, not the engine's.
func compareServers(t *testing.T, source, target *bed, databases []string) {
	t.Helper()
	for _, database := range databases {
		want, got := source.describe(database), target.describe(database)
		for _, of := range []string{"table broken", "create broken", "view broken"} {
			delete(want, of) // no statement creates a view of tables that do not exist
		}
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%s %s:\n got %s\nwant %s", database, key, clip(got[key]), clip(value))
			}
		}
		for key := range got {
			if _, ok := want[key]; !ok {
				t.Errorf("%s: %s was not there", database, key)
			}
		}
		if len(want) < 1 {
			t.Errorf("nothing was compared in %s", database)
		}
	}
}

func clip(s string) string {
	if len(s) > 2000 {
		return fmt.Sprintf("%s… (%d bytes)", s[:2000], len(s))
	}
	return s
}
