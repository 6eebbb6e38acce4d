package mysqlengine

import (
	"context"

	"github.com/klauspost/compress/zstd"

	"cwb/executor"
	"cwb/internal/backup"
)

// packer turns the pieces of one reader into files, and hands each finished one on to be
// verified. Reading, packing and verifying go on side by side.
type packer struct {
	dir    executor.Dir
	enc    *zstd.Encoder
	in     chan piece
	free   chan []byte // buffers to fill; a reader takes one before it sends one
	verify chan<- backup.File
	file   *fileWriter
}

func newPacker(dir executor.Dir, verify chan<- backup.File) (*packer, error) {
	enc, err := newEncoder()
	if err != nil {
		return nil, err
	}
	p := &packer{dir: dir, enc: enc, in: make(chan piece, piecesInFlight), free: make(chan []byte, piecesInFlight), verify: verify}
	for range piecesInFlight {
		p.free <- nil
	}
	return p, nil
}

// run packs until in is closed.
func (p *packer) run(ctx context.Context) error {
	defer p.abandon()
	for {
		select {
		case next, ok := <-p.in:
			if !ok {
				return nil
			}
			if err := p.pack(ctx, next); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *packer) pack(ctx context.Context, next piece) error {
	if next.end {
		return p.finish(ctx, next)
	}
	if p.file == nil {
		var err error
		if p.file, err = newFileWriter(p.dir, chunkName(next.unit, next.number), p.enc); err != nil {
			return err
		}
	}
	if _, err := p.file.Write(next.data); err != nil {
		return err
	}
	p.free <- reuse(next.data)
	return nil
}

// reuse lets go of a buffer that one large row has blown up.
func reuse(buf []byte) []byte {
	if cap(buf) > 4*pieceBytes {
		return nil
	}
	return buf[:0]
}

func (p *packer) finish(ctx context.Context, next piece) error {
	file, err := p.file.close()
	p.file = nil
	if err != nil {
		return err
	}
	t := next.unit.ref
	file.Database, file.Table, file.Rows = string(t.database.Name), string(t.table.Name), next.rows
	select {
	case p.verify <- file:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// abandon closes what is open after an error.
func (p *packer) abandon() {
	if p.file != nil {
		p.file.file.Close() // the error that led here is the one to report
		p.file = nil
	}
}
