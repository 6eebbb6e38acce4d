package mysqlengine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/zstd"

	"cwb/executor"
	"cwb/internal/backup"
)

// digester counts and hashes what is written through it.
type digester struct {
	hash  hash.Hash
	bytes int64
}

func newDigester() *digester { return &digester{hash: sha256.New()} }

func (d *digester) Write(p []byte) (int, error) {
	d.bytes += int64(len(p))
	return d.hash.Write(p)
}

func (d *digester) sum() backup.Digest {
	return backup.Digest{SHA256: hex.EncodeToString(d.hash.Sum(nil)), Bytes: d.bytes}
}

// fileWriter writes one compressed file of a backup. It hashes what it stores; of the content
// the compressor keeps a checksum (xxHash64, in the frame), which the decompressor compares
// when the file is read back, and that is when the content is hashed.
type fileWriter struct {
	name   string
	file   io.WriteCloser
	stored *digester
	bytes  int64 // of content
	enc    *zstd.Encoder
}

// newEncoder is made once per take: an encoder's tables are larger than most chunks' worth.
func newEncoder() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(true))
}

func newFileWriter(dir executor.Dir, name string, enc *zstd.Encoder) (*fileWriter, error) {
	f, err := dir.Create(name)
	if err != nil {
		return nil, fmt.Errorf("create %q: %w", name, err)
	}
	w := &fileWriter{name: name, file: f, stored: newDigester(), enc: enc}
	enc.Reset(io.MultiWriter(f, w.stored))
	return w, nil
}

func (w *fileWriter) Write(p []byte) (int, error) {
	if _, err := w.enc.Write(p); err != nil {
		return 0, fmt.Errorf("write %q: %w", w.name, err)
	}
	w.bytes += int64(len(p))
	return len(p), nil
}

// close finishes the file, synced, and says what it is; its content's hash is not known yet.
func (w *fileWriter) close() (backup.File, error) {
	if err := w.enc.Close(); err != nil {
		return backup.File{}, errors.Join(fmt.Errorf("write %q: %w", w.name, err), w.file.Close())
	}
	if err := w.file.Close(); err != nil {
		return backup.File{}, fmt.Errorf("write %q: %w", w.name, err)
	}
	stored := w.stored.sum()
	return backup.File{Path: w.name, Bytes: stored.Bytes, SHA256: stored.SHA256, Content: backup.Digest{Bytes: w.bytes}}, nil
}
