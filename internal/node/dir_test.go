package node

import (
	"fmt"
	"sync"
	"testing"
)

// TestFilesAreMadeSideBySide lets several writers be the first in a directory.
func TestFilesAreMadeSideBySide(t *testing.T) {
	folder, err := osDisk{}.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	for round := range 20 {
		if err := folder.Mkdir(fmt.Sprint(round)); err != nil {
			t.Fatal(err)
		}
		dir := newStoreDir(folder, fmt.Sprint(round))
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				file, err := dir.Create(fmt.Sprintf("data/deep/%d", i))
				if err == nil {
					err = file.Close()
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if err := dir.finish(); err != nil {
			t.Fatal(err)
		}
	}
}
