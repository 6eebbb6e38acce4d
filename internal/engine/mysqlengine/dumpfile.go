package mysqlengine

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/klauspost/compress/zstd"
)

// How much of a dump a listing reads. Listing happens in every plan, so a very large dump is
// not read whole: of plain text the beginning and the end tell enough.
const (
	wholeDump  = 256 << 20 // files up to here are read whole
	dumpBegin  = 64 << 20  // of a larger plain file
	dumpEnd    = 64 << 10
	dumpText   = 2 << 30 // of SQL out of a compressed file
	dumpWindow = 128 << 20
)

// compressionOf tells a dump by its name: "sql", "gz" or "zst"; "" for other files.
func compressionOf(name string) string {
	switch lower := strings.ToLower(name); {
	case strings.HasSuffix(lower, ".sql"):
		return "sql"
	case strings.HasSuffix(lower, ".sql.gz"):
		return "gz"
	case strings.HasSuffix(lower, ".sql.zst"):
		return "zst"
	}
	return ""
}

// scanDumpFile reads a dump where it lies. The file is opened without following a link and
// without waiting, and must be a regular one.
func scanDumpFile(ctx context.Context, path string) (dumpScan, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return dumpScan{}, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return dumpScan{}, nil, err
	}
	if !info.Mode().IsRegular() {
		return dumpScan{}, nil, fmt.Errorf("%q is no regular file", path)
	}
	scan, err := scanOpen(ctx, f, info.Size(), compressionOf(path))
	return scan, info, err
}

func scanOpen(ctx context.Context, f *os.File, size int64, compression string) (dumpScan, error) {
	if compression == "sql" && size > wholeDump {
		return scanEnds(ctx, f, size)
	}
	if size > wholeDump {
		return dumpScan{}, fmt.Errorf("it has %d bytes compressed, more than a listing reads (%d)", size, wholeDump)
	}
	switch compression {
	case "gz":
		r, err := gzip.NewReader(f)
		if err != nil {
			return dumpScan{}, fmt.Errorf("it is damaged: %w", err)
		}
		return scanDump(ctx, r, dumpText)
	case "zst":
		r, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(dumpWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return dumpScan{}, fmt.Errorf("it is damaged: %w", err)
		}
		defer r.Close()
		return scanDump(ctx, r, dumpText)
	}
	return scanDump(ctx, f, wholeDump)
}

// scanEnds reads the beginning and the end of a large plain dump. Tables created between are
// not listed.
func scanEnds(ctx context.Context, f *os.File, size int64) (dumpScan, error) {
	begin, err := scanDump(ctx, io.NewSectionReader(f, 0, dumpBegin), dumpBegin)
	if err != nil {
		return begin, err
	}
	end, err := scanDump(ctx, io.NewSectionReader(f, size-dumpEnd, dumpEnd), dumpEnd)
	begin.complete, begin.bytes, begin.skipped = end.complete, size, true
	return begin, err
}
