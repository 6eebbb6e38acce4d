package mysqlengine

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"cwb/executor"
	"cwb/internal/backup"
)

// errDifferent says that a file does not hold what it should.
var errDifferent = errors.New("the file does not hold what was written")

// maxZstdWindow bounds what a damaged or hostile file can make a decoder allocate; the
// encoder's windows are smaller.
const maxZstdWindow = 64 << 20

func newDecoder() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow))
}

// rowCounter counts newlines.
type rowCounter struct{ rows int64 }

func (c *rowCounter) Write(p []byte) (int, error) {
	c.rows += int64(bytes.Count(p, []byte{'\n'}))
	return len(p), nil
}

// verifyFile reads a file back from where it lies, decompresses it, and compares both
// digests and the number of rows with what the file is said to be.
func verifyFile(dir executor.Dir, want backup.File, dec *zstd.Decoder) error {
	rows := &rowCounter{}
	if err := readFile(dir, want, dec, rows); err != nil {
		return err
	}
	if want.Table != "" && rows.rows != want.Rows {
		return fmt.Errorf("verify %q: %w: %d rows instead of %d", want.Path, errDifferent, rows.rows, want.Rows)
	}
	return nil
}

// readFile writes a file's content to w and compares both digests; only when it returns
// without an error was the content right.
func readFile(dir executor.Dir, want backup.File, dec *zstd.Decoder, w io.Writer) error {
	f, err := dir.Open(want.Path)
	if err != nil {
		return fmt.Errorf("verify %q: %w", want.Path, err)
	}
	defer f.Close()
	stored, content := newDigester(), newDigester()
	raw := io.TeeReader(f, stored)
	if err := dec.Reset(raw); err != nil {
		return fmt.Errorf("verify %q: %w", want.Path, err)
	}
	if _, err := io.Copy(io.MultiWriter(content, w), dec); err != nil {
		return fmt.Errorf("verify %q: %w: %w", want.Path, errDifferent, err)
	}
	if _, err := io.Copy(io.Discard, raw); err != nil {
		return fmt.Errorf("verify %q: %w", want.Path, err)
	}
	if got := stored.sum(); got.SHA256 != want.SHA256 || got.Bytes != want.Bytes {
		return fmt.Errorf("verify %q: %w: its hash is %s", want.Path, errDifferent, got.SHA256)
	}
	if content.sum() != want.Content {
		return fmt.Errorf("verify %q: %w: the hash of its content is different", want.Path, errDifferent)
	}
	return nil
}
