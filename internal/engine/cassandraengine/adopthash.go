package cassandraengine

import (
	"context"
	"fmt"
	"hash"
	"hash/crc32"
	"path"
	"strconv"
	"strings"

	"cwb/executor"
)

// hashProven reads all files, and compares each Data.db with its Digest.crc32. The digests of
// earlier formats cover other bytes from version to version (CASSANDRA-8778), so they prove
// nothing.
func (e *Engine) hashProven(ctx context.Context, l *fileList, p executor.Progress) error {
	sums := map[int]hash.Hash32{}
	wanted, err := crcDigests(l.files)
	if err != nil {
		return err
	}
	h := &hasher{parallel: e.options.Parallel, now: e.options.Now, progress: p, total: l.size()}
	for i, f := range l.files {
		if c, ok := parseComponent(path.Base(f.name)); ok && c.name == "Data.db" {
			sums[i] = crc32.NewIEEE()
		}
	}
	h.also = func(i int) []hash.Hash {
		if sum, ok := sums[i]; ok {
			return []hash.Hash{sum}
		}
		return nil
	}
	if err := h.all(ctx, l.files, l.hashes); err != nil {
		return err
	}
	for i, sum := range sums {
		want, ok := wanted[l.files[i].sstable()]
		if ok && want != sum.Sum32() {
			return fmt.Errorf("%w: %q is damaged: its Digest.crc32 says %d, and it is %d", executor.ErrRefused, l.files[i].path(), want, sum.Sum32())
		}
	}
	return nil
}

// crcDigests reads the digests: SSTable → checksum of its Data.db.
func crcDigests(files []*found) (map[sstableID]uint32, error) {
	wanted := map[sstableID]uint32{}
	for _, f := range files {
		c, ok := parseComponent(path.Base(f.name))
		if !ok || c.name != "Digest.crc32" {
			continue
		}
		data, err := readSmall(*f)
		if err != nil {
			return nil, err
		}
		sum, err := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%w: %q is damaged: it holds no checksum", executor.ErrRefused, f.path())
		}
		wanted[f.sstable()] = uint32(sum)
	}
	return wanted, nil
}
