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
	content, err := proveFile(dir, want, dec)
	if err == nil && content != want.Content {
		err = contentDiffers(want)
	}
	return err
}

// proveFile is verifyFile for a file that was just written and whose content is not hashed
// yet: its stored bytes, the frame's checksum, its size and rows must be right.
func proveFile(dir executor.Dir, want backup.File, dec *zstd.Decoder) (backup.Digest, error) {
	rows := &rowCounter{}
	content, err := decompress(dir, want, dec, rows)
	switch {
	case err != nil:
		return content, err
	case content.Bytes != want.Content.Bytes:
		return content, contentDiffers(want)
	case want.Table != "" && rows.rows != want.Rows:
		return content, fmt.Errorf("verify %q: %w: %d rows instead of %d", want.Path, errDifferent, rows.rows, want.Rows)
	}
	return content, nil
}

// readFile writes a file's content to w and compares both digests; only when it returns
// without an error was the content right.
func readFile(dir executor.Dir, want backup.File, dec *zstd.Decoder, w io.Writer) error {
	content, err := decompress(dir, want, dec, w)
	if err == nil && content != want.Content {
		err = contentDiffers(want)
	}
	return err
}

func contentDiffers(want backup.File) error {
	return fmt.Errorf("verify %q: %w: the hash of its content is different", want.Path, errDifferent)
}

// decompress writes a file's content to w, compares the digest of what is stored, and
// returns that of the content.
func decompress(dir executor.Dir, want backup.File, dec *zstd.Decoder, w io.Writer) (backup.Digest, error) {
	f, err := dir.Open(want.Path)
	if err != nil {
		return backup.Digest{}, fmt.Errorf("verify %q: %w", want.Path, err)
	}
	defer f.Close()
	stored, content := newDigester(), newDigester()
	raw := io.TeeReader(f, stored)
	if err := dec.Reset(raw); err != nil {
		return backup.Digest{}, fmt.Errorf("verify %q: %w", want.Path, err)
	}
	if _, err := io.Copy(io.MultiWriter(content, w), dec); err != nil {
		return backup.Digest{}, fmt.Errorf("verify %q: %w: %w", want.Path, errDifferent, err)
	}
	if _, err := io.Copy(io.Discard, raw); err != nil {
		return backup.Digest{}, fmt.Errorf("verify %q: %w", want.Path, err)
	}
	if got := stored.sum(); got.SHA256 != want.SHA256 || got.Bytes != want.Bytes {
		return backup.Digest{}, fmt.Errorf("verify %q: %w: its hash is %s", want.Path, errDifferent, got.SHA256)
	}
	return content.sum(), nil
}
