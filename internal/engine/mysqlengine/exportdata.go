package mysqlengine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"cwb/internal/backup"
)

// insertBytes is where an INSERT ends; a larger row has one of its own.
const insertBytes = 1 << 20

// sortChunks groups the manifest's files by table, and holds them to the manifest's counts:
// a chunk that is missing from the manifest shows here.
func (x *export) sortChunks() error {
	x.chunks = map[[2]string][]backup.File{}
	rows := map[[2]string]int64{}
	for _, f := range x.m.Files {
		if f.Path == schemaFile {
			continue
		}
		key := [2]string{f.Database, f.Table}
		x.chunks[key] = append(x.chunks[key], f)
		rows[key] += f.Rows
	}
	listed := map[[2]string]int64{}
	for _, t := range x.m.Tables {
		if t.Type == "table" {
			listed[[2]string{t.Database, t.Name}] = t.Rows
		}
	}
	for _, t := range x.schema.tables() {
		key := [2]string{string(t.database.Name), string(t.table.Name)}
		if want, ok := listed[key]; !ok || want != rows[key] {
			return fmt.Errorf("table %s: the manifest lists %d rows, its files hold %d", t.quoted(), want, rows[key])
		}
		slices.SortFunc(x.chunks[key], func(a, b backup.File) int { return strings.Compare(a.Path, b.Path) })
	}
	return nil
}

// data writes the rows of all tables.
func (x *export) data(ctx context.Context, s *schema) error {
	for _, t := range s.tables() {
		x.setNames("binary")
		for _, f := range x.chunks[[2]string{string(t.database.Name), string(t.table.Name)}] {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := x.chunk(f, t); err != nil {
				return fmt.Errorf("table %s: %w", t.quoted(), err)
			}
		}
	}
	return nil
}

// chunk checks a file, then reads it a second time and writes its rows.
func (x *export) chunk(f backup.File, t tableRef) error {
	if err := verifyFile(x.dir, f, x.dec); err != nil {
		return err
	}
	pr, pw := io.Pipe()
	read := make(chan error, 1)
	go func() {
		err := guard(func() error { return readFile(x.dir, f, x.dec, pw) })
		pw.CloseWithError(err)
		read <- err
	}()
	rows, err := x.rows(pr, t)
	pr.CloseWithError(errStopped)
	if again := <-read; err == nil {
		err = again
	}
	if err == nil && rows != f.Rows {
		err = fmt.Errorf("%w: %d rows instead of %d in %q", errDifferent, rows, f.Rows, f.Path)
	}
	return err
}

// errStopped ends a reader whose rows are no longer wanted.
var errStopped = errors.New("stopped")

// rows writes INSERT statements of about insertBytes.
func (x *export) rows(r io.Reader, t tableRef) (int64, error) {
	in := bufio.NewReaderSize(r, 256<<10)
	head := insertHead(t)
	var n int64
	var row, statement []byte
	var fields [][]byte
	for {
		var err error
		if row, err = readRow(in, row[:0]); errors.Is(err, io.EOF) {
			return n, x.insert(statement)
		}
		if err != nil {
			return n, err
		}
		if fields, err = splitRow(row, fields, len(t.table.Columns)); err != nil {
			return n, err
		}
		large := hasLarge(fields)
		if large {
			if err := x.insert(statement); err != nil {
				return n, err
			}
			statement = statement[:0]
			if err := x.setLarge(fields); err != nil {
				return n, err
			}
		}
		if len(statement) == 0 {
			statement = append(statement, head...)
		} else {
			statement = append(statement, ',')
		}
		if statement, err = appendTuple(statement, t.table.Columns, fields); err != nil {
			return n, err
		}
		n++
		if large || len(statement) >= insertBytes {
			if err := x.insert(statement); err != nil {
				return n, err
			}
			statement = statement[:0]
		}
	}
}

func (x *export) insert(statement []byte) error {
	if len(statement) == 0 {
		return nil
	}
	x.out.Write(statement)
	_, err := x.out.WriteString(";\n")
	return err
}

func insertHead(t tableRef) string {
	names := make([]string, len(t.table.Columns))
	for i, c := range t.table.Columns {
		names[i] = quoteName(string(c.Name))
	}
	return "INSERT INTO " + t.quoted() + " (" + strings.Join(names, ", ") + ") VALUES"
}

// readRow reads up to a newline into buf, and leaves the newline out.
func readRow(in *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		piece, err := in.ReadSlice('\n')
		buf = append(buf, piece...)
		switch {
		case err == nil:
			return buf[:len(buf)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(buf) > 0:
			return nil, fmt.Errorf("%w: the last row has no end", errTSV)
		default:
			return nil, err
		}
	}
}
