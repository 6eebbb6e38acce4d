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
	everythingComesBack(t, newBed(t), newBed(t))
}

func everythingComesBack(t *testing.T, source, target *bed) {
	t.Helper()
	source.exec("SET GLOBAL log_bin_trust_function_creators = 1")
	target.exec("SET GLOBAL log_bin_trust_function_creators = 1")
	for _, corpus := range []string{"types.sql", "objects.sql"} {
		script, err := os.ReadFile(filepath.Join("testdata", corpus))
		if err != nil {
			t.Fatal(err)
		}
		source.run(string(script))
	}
	databases := []string{"types", "odd `name'\"/..%_é", "objects", "empty"}
	copyDatabases(t, source, target, databases)
	compareServers(t, source, target, databases)
}

// copyDatabases takes databases from one server and loads their export into another.
func copyDatabases(t *testing.T, source, target *bed, databases []string) {
	t.Helper()
	e := source.wide(source.node(databases...)) // many small chunks
	content, dir, err := source.take(e)
	if err != nil {
		t.Fatal(err)
	}
	source.load(target, e, content, dir)
}

// load exports a backup of b and loads it into target with the stock client.
func (b *bed) load(target *bed, e *Engine, content executor.Content, dir testDir) {
	b.t.Helper()
	var script bytes.Buffer
	if err := e.Export(b.t.Context(), dir, manifestOf(content), executor.Selection{}, &script); err != nil {
		b.t.Fatal(err)
	}
	if !strings.HasSuffix(script.String(), exportEnd) {
		b.t.Error("the export has no last line")
	}
	if output, err := target.client(script.Bytes()); err != nil {
		b.t.Fatalf("load: %v\n%s", err, output)
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
