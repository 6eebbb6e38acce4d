//go:build servers

package cassandraengine

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cwb/internal/backup"
	"cwb/internal/testbed"
)

// importCommand finds what the README tells to type, to load a table by hand.
var importCommand = regexp.MustCompile("`nodetool (import [^`]* KEYSPACE TABLE) (<data_dir>/KEYSPACE/TABLE-ID/snapshots/cwb-<id>-<node>)`")

// importByHand loads one table of a backup as the README says: the snapshot's own folder, in
// every data directory that has one.
func importByHand(t *testing.T, server *testbed.Cassandra, k taken, keyspace, table string) {
	t.Helper()
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := importCommand.FindStringSubmatch(string(text))
	if found == nil {
		t.Fatal("the README does not tell how to import by hand")
	}
	args := strings.Fields(strings.NewReplacer("KEYSPACE", keyspace, "TABLE", table).Replace(found[1]))
	for _, dir := range server.DataDirs {
		folder := strings.NewReplacer("<data_dir>", dir, "KEYSPACE", keyspace, "TABLE-ID", folderOf(k, keyspace, table), "<id>", string(k.begun.Set), "<node>", k.begun.Node.Name).Replace(found[2])
		if _, err := os.Stat(folder); err == nil {
			args = append(args, folder)
		}
	}
	if out, err := server.RunNodetool(t.Context(), args...); err != nil || strings.TrimSpace(out) != "" {
		t.Fatalf("%s %v: %s %v", server.Host, args, out, err)
	}
}

// folderOf is the folder's name of a table when the backup was taken.
func folderOf(k taken, keyspace, table string) string {
	at := slices.IndexFunc(k.content.Tables, func(x backup.Table) bool { return x.Database == keyspace && x.Name == table })
	return table + "-" + strings.ReplaceAll(k.content.Tables[at].ID, "-", "")
}

// filled are the tables and views of a backup that hold something, in order.
func filled(k taken) []string {
	names := map[string]bool{}
	for f := range k.content.Files {
		if f.Root != "" && strings.HasSuffix(f.Path, "-Data.db") && !strings.HasPrefix(filepath.Base(filepath.Dir(f.Path)), ".") {
			names[f.Table] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
