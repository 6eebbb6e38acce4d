package cassandraengine

import (
	"os"
	"path/filepath"
	"testing"
)

// The server appends to a TOC.txt when an index is built later; the snapshot must not change.
func TestTOCIsDetached(t *testing.T) {
	f := newFake(t)
	m := f.mustRun(f.spec(0))
	live := filepath.Join(f.data, "homer", "simservs-"+undashed(idOne), "nb-1-big-TOC.txt")
	file, err := os.OpenFile(live, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	file.WriteString("SAI+aa+GroupMeta.db\n")
	file.Close()
	for entry := range m.content.Files {
		if filepath.Base(entry.Path) != "nb-1-big-TOC.txt" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(entry.Root, entry.Path))
		if err != nil || sumOf(data) != entry.SHA256 {
			t.Errorf("the snapshot's TOC.txt changed: %v", err)
		}
	}
}
