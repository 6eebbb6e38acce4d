package mysqlengine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
)

// inserts sends a chunk as INSERT statements, where the server forbids LOAD DATA LOCAL.
func (c *chunkSender) inserts(ctx context.Context, t *loadTable, content io.Reader) (rows, warnings int64, err error) {
	limit, err := c.session.one(ctx, "SELECT @@max_allowed_packet")
	if err != nil {
		return 0, 0, err
	}
	b := &insertBatch{c: c, head: "INSERT INTO " + t.scratch() + insertColumns(t), limit: int(min(insertBytes, max(1, atoi(limit)*3/4)))}
	in := bufio.NewReaderSize(content, 256<<10)
	var row []byte
	var fields [][]byte
	for {
		if row, err = readRow(in, row[:0]); errors.Is(err, io.EOF) {
			err = b.flush(ctx)
			return b.rows, b.warnings, err
		}
		if err == nil {
			fields, err = splitRow(row, fields, len(t.table.Columns))
		}
		if err == nil {
			err = b.add(ctx, t.table.Columns, fields)
		}
		if err != nil {
			return b.rows, b.warnings, err
		}
	}
}

func insertColumns(t *loadTable) string {
	list := " ("
	for i, c := range t.table.Columns {
		if i > 0 {
			list += ", "
		}
		list += quoteName(string(c.Name))
	}
	return list + ") VALUES"
}

// insertBatch gathers rows for one statement.
type insertBatch struct {
	c        *chunkSender
	head     string
	limit    int
	text     []byte
	rows     int64
	warnings int64
}

func (b *insertBatch) add(ctx context.Context, columns []column, fields [][]byte) error {
	if len(b.text) == 0 {
		b.text = append(b.text, b.head...)
	} else {
		b.text = append(b.text, ',')
	}
	for i, c := range columns {
		b.text = append(b.text, "(,"[min(i, 1)])
		var err error
		if b.text, err = c.appendLiteral(b.text, fields[i]); err != nil {
			return fmt.Errorf("column %s: %w", quoteName(string(c.Name)), err)
		}
	}
	b.text = append(b.text, ')')
	if len(b.text) < b.limit {
		return nil
	}
	return b.flush(ctx)
}

// flush sends the statement, if it has rows.
func (b *insertBatch) flush(ctx context.Context) error {
	if len(b.text) == 0 {
		return nil
	}
	n, err := b.c.session.affected(ctx, string(b.text))
	if isServerError(err, errPacketTooLarge) {
		err = fmt.Errorf("%w: a row of the backup is larger than the server takes: raise max_allowed_packet, or allow local_infile", err)
	}
	if err != nil {
		return err
	}
	w, err := b.c.session.warnings(ctx)
	b.rows, b.warnings, b.text = b.rows+n, b.warnings+w, b.text[:0]
	return err
}
