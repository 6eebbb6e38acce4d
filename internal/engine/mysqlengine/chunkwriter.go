package mysqlengine

import (
	"context"
	"fmt"
)

// How rows travel from the connection to the disk: the reader gathers about pieceBytes, and
// the packer compresses and writes them; at most piecesInFlight are between the two.
const (
	pieceBytes     = 256 << 10
	piecesInFlight = 4
)

// piece is what a reader hands to its packer: bytes of a chunk, or its end.
type piece struct {
	unit   unit
	number int
	data   []byte
	end    bool
	rows   int64 // of the whole chunk, with end
}

// chunkWriter cuts the rows of one unit into chunks of about limit bytes; a row is never
// split. A unit without rows has no chunk.
type chunkWriter struct {
	ctx    context.Context
	packer *packer
	unit   unit
	limit  int64
	rate   *throttle

	buf    []byte
	number int   // of the open chunk
	bytes  int64 // of the open chunk, without buf
	rows   int64 // of the open chunk
}

func newChunkWriter(ctx context.Context, p *packer, u unit, limit int64, rate *throttle) (*chunkWriter, error) {
	w := &chunkWriter{ctx: ctx, packer: p, unit: u, limit: limit, rate: rate, number: 1}
	return w, w.renew()
}

// renew waits for a buffer that the packer is done with.
func (w *chunkWriter) renew() error {
	select {
	case w.buf = <-w.packer.free:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// endRow is called when a whole row, newline included, was appended to buf.
func (w *chunkWriter) endRow() error {
	w.rows++
	if len(w.buf) < pieceBytes {
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	if w.bytes < w.limit {
		return nil
	}
	return w.endChunk()
}

func (w *chunkWriter) flush() error {
	w.bytes += int64(len(w.buf))
	if err := w.rate.spend(w.ctx, int64(len(w.buf))); err != nil {
		return err
	}
	if err := w.send(piece{data: w.buf}); err != nil {
		return err
	}
	return w.renew()
}

// endChunk finishes the open chunk, if it has rows.
func (w *chunkWriter) endChunk() error {
	if w.rows == 0 {
		return nil
	}
	if len(w.buf) > 0 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if err := w.send(piece{end: true, rows: w.rows}); err != nil {
		return err
	}
	w.number, w.bytes, w.rows = w.number+1, 0, 0
	return nil
}

// close ends the last chunk and gives the buffer back.
func (w *chunkWriter) close() error {
	if err := w.endChunk(); err != nil {
		return err
	}
	w.packer.free <- w.buf[:0]
	return nil
}

func (w *chunkWriter) send(p piece) error {
	p.unit, p.number = w.unit, w.number
	select {
	case w.packer.in <- p:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// chunkName is opaque: names of databases and tables never become paths.
func chunkName(u unit, number int) string {
	if u.part > 0 {
		return fmt.Sprintf("data/%s-%03d-%06d.tsv.zst", u.ref.table.Prefix, u.part, number)
	}
	return fmt.Sprintf("data/%s-%06d.tsv.zst", u.ref.table.Prefix, number)
}
