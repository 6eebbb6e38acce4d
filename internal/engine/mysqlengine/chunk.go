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

// flushAt is how much is gathered before it is hashed and compressed.
const flushAt = 128 << 10

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

// fileWriter writes one compressed file of a backup and knows both of its digests.
type fileWriter struct {
	name    string
	file    io.WriteCloser
	stored  *digester
	content *digester
	enc     *zstd.Encoder
}

// newEncoder is made once per take: an encoder's tables are larger than most chunks' worth.
func newEncoder() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
}

func newFileWriter(dir executor.Dir, name string, enc *zstd.Encoder) (*fileWriter, error) {
	f, err := dir.Create(name)
	if err != nil {
		return nil, fmt.Errorf("create %q: %w", name, err)
	}
	w := &fileWriter{name: name, file: f, stored: newDigester(), content: newDigester(), enc: enc}
	enc.Reset(io.MultiWriter(f, w.stored))
	return w, nil
}

func (w *fileWriter) Write(p []byte) (int, error) {
	if _, err := w.enc.Write(p); err != nil {
		return 0, fmt.Errorf("write %q: %w", w.name, err)
	}
	return w.content.Write(p)
}

// close finishes the file, synced, and says what it is.
func (w *fileWriter) close() (backup.File, error) {
	if err := w.enc.Close(); err != nil {
		return backup.File{}, errors.Join(fmt.Errorf("write %q: %w", w.name, err), w.file.Close())
	}
	if err := w.file.Close(); err != nil {
		return backup.File{}, fmt.Errorf("write %q: %w", w.name, err)
	}
	stored := w.stored.sum()
	return backup.File{Path: w.name, Bytes: stored.Bytes, SHA256: stored.SHA256, Content: w.content.sum()}, nil
}

// chunkWriter writes the rows of one table into chunks of about limit bytes; a row is never
// split. A table without rows has no chunk.
type chunkWriter struct {
	dir    executor.Dir
	enc    *zstd.Encoder
	table  tableRef
	limit  int64
	done   func(backup.File) error // is told each finished chunk
	number int
	file   *fileWriter
	buf    []byte
	rows   int64 // in the open chunk
}

// endRow is called when a whole row, newline included, was appended to buf.
func (w *chunkWriter) endRow() error {
	w.rows++
	if len(w.buf) < flushAt {
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	if w.file.content.bytes >= w.limit {
		return w.endChunk()
	}
	return nil
}

func (w *chunkWriter) flush() error {
	if w.file == nil {
		w.number++
		var err error
		name := fmt.Sprintf("data/%s-%06d.tsv.zst", w.table.table.Prefix, w.number)
		if w.file, err = newFileWriter(w.dir, name, w.enc); err != nil {
			return err
		}
	}
	_, err := w.file.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}

// endChunk finishes the open chunk, if there is one.
func (w *chunkWriter) endChunk() error {
	if w.rows == 0 {
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	file, err := w.file.close()
	w.file = nil
	if err != nil {
		return err
	}
	file.Database, file.Table, file.Rows = string(w.table.database.Name), string(w.table.table.Name), w.rows
	w.rows = 0
	return w.done(file)
}

// abandon closes what is open after an error.
func (w *chunkWriter) abandon() {
	if w.file != nil {
		w.file.file.Close() // the error that led here is the one to report
		w.file = nil
	}
}
