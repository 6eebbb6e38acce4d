package cassandraengine

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"cwb/executor"
)

// checkSSTables proves that every SSTable has exactly the files that its TOC.txt lists, but for
// parts of attached indexes. One that came whole from another host, such as by a repair, has
// no TOC.txt until the server starts again: that file is not streamed (SSTableZeroCopyWriter,
// from 4.0 on).
func checkSSTables(files []found) error {
	for _, f := range files {
		if _, ok := parseComponent(path.Base(f.name)); !ok && !isIncidental(f.name) {
			return fmt.Errorf("%w: %q is no file that a snapshot has", executor.ErrRefused, f.path())
		}
	}
	for parts := range partsOf(files) {
		if err := checkTOC(parts); err != nil {
			return err
		}
	}
	return nil
}

func checkTOC(parts map[string]found) error {
	toc, ok := parts["TOC.txt"]
	if !ok {
		return checkEssential(parts)
	}
	listed, err := readTOC(toc)
	if err != nil {
		return err
	}
	if !slices.Contains(listed, "Data.db") {
		return fmt.Errorf("%w: %q lists no Data.db", executor.ErrRefused, toc.path())
	}
	for _, name := range listed {
		if _, ok := parts[name]; !ok && !(component{name: name}).isAttachedIndex() {
			return fmt.Errorf("%w: %q lists %q, which is missing", executor.ErrRefused, toc.path(), name)
		}
	}
	for name, f := range parts {
		if !slices.Contains(listed, name) {
			return fmt.Errorf("%w: %q is not listed in %q", executor.ErrRefused, f.path(), toc.path())
		}
	}
	return nil
}

// checkEssential proves of an SSTable without TOC.txt that it has what no server can make anew.
func checkEssential(parts map[string]found) error {
	for _, names := range [][]string{{"Data.db"}, {"Statistics.db"}, {"CompressionInfo.db", "CRC.db"}, {"Index.db", "Partitions.db"}} {
		if !slices.ContainsFunc(names, func(name string) bool { return has(parts, name) }) {
			return fmt.Errorf("%w: %q has no TOC.txt, which lists what belongs to it, and no %s", executor.ErrRefused, anyOf(parts).path(), strings.Join(names, " or "))
		}
	}
	if has(parts, "Partitions.db") && !has(parts, "Rows.db") {
		return fmt.Errorf("%w: %q has no Rows.db", executor.ErrRefused, anyOf(parts).path())
	}
	return nil
}

func has(parts map[string]found, name string) bool {
	_, ok := parts[name]
	return ok
}

func anyOf(parts map[string]found) found {
	var names []string
	for name := range parts {
		names = append(names, name)
	}
	return parts[slices.Min(names)]
}

func readTOC(f found) ([]string, error) {
	data, err := readSmall(f)
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(data)), nil
}
