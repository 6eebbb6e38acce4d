package cassandraengine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Before 4.0 there is no import: files are put into the table's own folder under generations
// that nothing has, and the server is told to look there again. A file under the name of a live
// one would replace it.

// refresh links the staged files into the live folder, and has the server load them.
func (r *restoring) refresh(ctx context.Context, keyspace, table string, dirs []string) error {
	k, err := r.server.schema(ctx, keyspace)
	if err != nil {
		return err
	}
	t := k.table(table)
	if t == nil {
		return fmt.Errorf("the table %s.%s is gone", keyspace, table)
	}
	next, err := r.e.freeGeneration(keyspace, table, t.ID)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		folder, err := r.e.liveFolder(dir, keyspace, table, t.ID)
		if err == nil {
			next, err = moveUnder(dir, folder, keyspace, next)
		}
		if err != nil {
			return err
		}
	}
	_, err = r.e.tool.run(ctx, "refresh", "--", keyspace, table)
	return err
}

// liveFolder is that of a table in the data directory that a staging folder is in.
func (e *Engine) liveFolder(staged, keyspace, table, id string) (string, error) {
	for _, root := range e.node.DataDirs {
		if !strings.HasPrefix(staged, root+"/") {
			continue
		}
		for _, folder := range tableFolders(table, id) {
			if dir := filepath.Join(root, keyspace, folder); isDir(dir) {
				return dir, nil
			}
		}
		dir := filepath.Join(root, keyspace, tableFolders(table, id)[0])
		return dir, makeOwned(root, dir)
	}
	return "", fmt.Errorf("%q is in no data directory", staged)
}

// generation finds the number in the name of an SSTable's file, with what stands around it.
var generation = regexp.MustCompile(`^(.*?)([0-9]+)(-big)?-([A-Z][A-Za-z0-9_+.]*)$`)

// generationGap keeps a distance from what the server writes meanwhile.
const generationGap = 1000

// freeGeneration is larger than that of any file that the table has, in any data directory.
func (e *Engine) freeGeneration(keyspace, table, id string) (int, error) {
	highest := 0
	for _, root := range e.node.DataDirs {
		for _, folder := range tableFolders(table, id) {
			names, err := filepath.Glob(filepath.Join(root, keyspace, folder, "*.db"))
			if err != nil {
				return 0, err
			}
			for _, name := range names {
				if m := generation.FindStringSubmatch(filepath.Base(name)); m != nil {
					n, _ := strconv.Atoi(m[2])
					highest = max(highest, n)
				}
			}
		}
	}
	return highest + generationGap, nil
}

// moveUnder links the files of a folder into another, each SSTable under a generation of its
// own and under the keyspace's name, which files carry until 2.1; Data.db last, since a file
// without is not taken for an SSTable.
func moveUnder(from, to, keyspace string, next int) (int, error) {
	entries, err := os.ReadDir(from)
	if err != nil {
		return 0, err
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.SortStableFunc(names, func(a, b string) int { return dataLast(a) - dataLast(b) })
	given := map[string]int{}
	for _, name := range names {
		c, ok := parseComponent(name)
		m := generation.FindStringSubmatch(name)
		if !ok || m == nil {
			continue
		}
		if given[c.sstable] == 0 {
			given[c.sstable] = next
			next++
		}
		prefix := m[1]
		if oldName.MatchString(name) {
			_, rest, _ := strings.Cut(prefix, "-")
			prefix = keyspace + "-" + rest
		}
		renamed := prefix + strconv.Itoa(given[c.sstable]) + m[3] + "-" + m[4]
		if err := os.Link(filepath.Join(from, name), filepath.Join(to, renamed)); err != nil {
			return 0, err
		}
	}
	return next, syncAll([]string{to})
}

func dataLast(name string) int {
	if strings.HasSuffix(name, "-Data.db") {
		return 1
	}
	return 0
}
