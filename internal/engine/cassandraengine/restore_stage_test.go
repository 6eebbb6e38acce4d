package cassandraengine

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"cwb/executor"
)

// fakeCommander takes every statement and does nothing.
type fakeCommander struct {
	*fakeServer
	said *[]string
}

func (c fakeCommander) exec(_ context.Context, cql string) error {
	if c.said != nil {
		*c.said = append(*c.said, cql)
	}
	return nil
}
func (fakeCommander) count(context.Context, string, string, bool) (int64, error) { return 0, nil }
func (fakeCommander) isBuilt(context.Context, string, string) (bool, error)      { return true, nil }
func (c fakeCommander) keyspaces(context.Context) (names []string, err error)    { return nil, nil }

// Staged are hard links, but for TOC.txt, which the server writes to; nothing is left of them.
func TestStage(t *testing.T) {
	f := newFake(t)
	m := f.mustRun(f.spec(1))
	var files []found
	for file := range m.content.Files {
		if file.Root != "" && file.Table == "simservs" {
			at, err := placeOf(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := parseComponent(at.name); ok {
				files = append(files, at)
			}
		}
	}
	r := &restoring{e: f.engine, o: executor.RestoreOrder{ID: "20261122T000000Z"}}
	for range 2 { // again, as after a cut
		dirs, err := r.stage(t.Context(), forImport, "homer", "simservs", files)
		if err != nil || len(dirs) != 1 || len(files) != 5 {
			t.Fatalf("%v, %v, %d files", dirs, err, len(files))
		}
		for _, file := range files {
			was, err := os.Stat(file.path())
			is, err2 := os.Stat(filepath.Join(dirs[0], file.name))
			if err != nil || err2 != nil || os.SameFile(was, is) != (file.name != "nb-1-big-TOC.txt") || was.Size() != is.Size() {
				t.Errorf("%s: %v, %v", file.name, err, err2)
			}
		}
	}
	if err := r.unstage(""); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(f.data, stagingDir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left: %v", err)
	}
}

// A link in the place of a folder leads nowhere.
func TestStageFollowsNoLink(t *testing.T) {
	f := newFake(t)
	elsewhere := t.TempDir()
	symlink(t, elsewhere, filepath.Join(f.data, stagingDir))
	r := &restoring{e: f.engine, o: executor.RestoreOrder{ID: "20261122T000000Z"}}
	file := found{root: f.data, folder: "homer/simservs-" + undashed(idOne), name: "nb-1-big-Data.db"}
	if _, err := r.stage(t.Context(), forImport, "homer", "simservs", []found{file}); !errors.Is(err, executor.ErrRefused) {
		t.Errorf("error %v", err)
	}
	if entries, _ := os.ReadDir(elsewhere); len(entries) > 0 {
		t.Errorf("it wrote %v", entries)
	}
}
