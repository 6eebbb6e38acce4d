package mysqlengine

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"os"
	"strings"
	"syscall"

	"github.com/klauspost/compress/zstd"

	"cwb/executor"
	"cwb/internal/backup"
)

// provenDump is a dump that was read whole.
type provenDump struct {
	dumpScan
	file backup.File // without its place
}

// server is what the dump says about the one it was made of.
func (d *provenDump) server() backup.Server {
	product := "MySQL"
	if strings.Contains(d.version, "MariaDB") {
		product = "MariaDB"
	}
	return backup.Server{Product: product, Version: d.version}
}

// proveDump reads every byte of a dump, and refuses one that is not whole, or that changed
// meanwhile.
func proveDump(ctx context.Context, path string, p executor.Progress) (*provenDump, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	before, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	stored := &counted{r: f, hash: sha256.New(), total: before.Size(), progress: p}
	d, err := readDump(ctx, stored, compressionOf(path))
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, stored); err != nil { // nothing may lie behind the end
		return nil, err
	}
	after, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) || stored.n != before.Size() {
		return nil, errors.New("it changed while it was read: something writes it")
	}
	d.file.Bytes, d.file.SHA256 = stored.n, hex.EncodeToString(stored.hash.Sum(nil))
	stamp(&d.file, after)
	return d, nil
}

func stamp(file *backup.File, info fs.FileInfo) {
	file.Modified = info.ModTime().UnixNano()
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		file.Device, file.Inode = uint64(sys.Dev), sys.Ino
	}
}

// readDump reads the SQL in r to its end, and demands that it is whole.
func readDump(ctx context.Context, r io.Reader, compression string) (*provenDump, error) {
	plain, closed, err := plainText(r, compression)
	if err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	defer closed()
	text := &counted{r: noZeroes{plain}, hash: sha256.New()}
	scan, err := scanDump(ctx, text, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	if reason := scan.problem(); reason != "" {
		return nil, errors.New(reason)
	}
	if len(scan.tables) == 0 {
		return nil, errors.New("it creates no table")
	}
	if scan.more > 0 {
		return nil, fmt.Errorf("it creates more than %d tables", maxDumpTables)
	}
	d := &provenDump{dumpScan: scan}
	if compression != "sql" {
		d.file.Content = backup.Digest{SHA256: hex.EncodeToString(text.hash.Sum(nil)), Bytes: text.n}
	}
	return d, nil
}

// plainText is the SQL in a dump; the second result ends the reading.
func plainText(r io.Reader, compression string) (io.Reader, func(), error) {
	switch compression {
	case "gz":
		z, err := gzip.NewReader(r)
		return z, func() {}, err
	case "zst":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(dumpWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	}
	return r, func() {}, nil
}

// counted hashes and counts what is read.
type counted struct {
	r        io.Reader
	hash     hash.Hash
	n, total int64
	progress executor.Progress // nil: nobody asks
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.hash.Write(b[:n])
	c.n += int64(n)
	if c.progress != nil {
		c.progress(c.n, c.total)
	}
	return n, err
}

// noZeroes refuses a zero byte: mysqldump writes none, and a file system that lost blocks
// gives nothing else.
type noZeroes struct{ r io.Reader }

func (z noZeroes) Read(b []byte) (int, error) {
	n, err := z.r.Read(b)
	if bytes.IndexByte(b[:n], 0) >= 0 {
		return n, errors.New("a zero byte in the text, which no dump has")
	}
	return n, err
}
