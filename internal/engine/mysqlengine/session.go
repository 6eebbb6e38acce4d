package mysqlengine

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"

	"cwb/executor"
)

// session is one connection, used without a pool: what is set on it stays set, and nothing
// reconnects behind our back. It is used by one goroutine at a time.
type session struct {
	conn  driver.Conn
	wire  *wire // the same connection, for reading many rows; nil over TLS
	line  *line // what both lie on
	where string
}

// close ends the connection; the server rolls back what was open.
func (s *session) close() error { return s.conn.Close() }

// exec runs a statement that returns no rows.
func (s *session) exec(ctx context.Context, statement string) error {
	return s.wrap(believable(func() error {
		_, err := s.conn.(driver.ExecerContext).ExecContext(ctx, statement, nil)
		return err
	}))
}

// stream runs a query in the text protocol and leaves its rows to the caller.
func (s *session) stream(ctx context.Context, query string) (rows driver.Rows, err error) {
	err = s.wrap(believable(func() (err error) {
		rows, err = s.conn.(driver.QueryerContext).QueryContext(ctx, query, nil)
		return err
	}))
	return rows, err
}

// believable makes an error of an answer that makes the driver panic: it trusts lengths that
// the server sends.
func believable(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errProtocol, r)
		}
	}()
	return f()
}

// wrap tells a connection that was cut from an error of the server.
func (s *session) wrap(err error) error {
	var server *mysql.MySQLError
	if err == nil || errors.As(err, &server) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if s.line != nil && s.line.stalled.Load() {
		err = s.line.stall() // the driver says only that its connection is invalid
	}
	return fmt.Errorf("%s: %w: %w", s.where, executor.ErrUnreachable, plainNetError(err))
}

// nextRow reads a row. The driver says io.EOF after the last row, and of a row that is cut
// too; only after the last row it notes that the result is done. (That it lets go of its
// connection is no sign: it keeps it where another result follows, as after a block.)
func nextRow(rows driver.Rows, values []driver.Value) error {
	err := rows.Next(values)
	if errors.Is(err, io.EOF) && !reflect.ValueOf(rows).Elem().FieldByName("rs").FieldByName("done").Bool() {
		return fmt.Errorf("%w: a row is cut", errProtocol)
	}
	return err
}

// result is a small result set, all of it in memory, as bytes; nil is NULL.
type result struct {
	columns map[string]int
	rows    [][][]byte
}

// maxResult bounds a result that is held in memory. The largest are listings of columns.
const maxResult = 256 << 20

// query runs a query whose result is small.
func (s *session) query(ctx context.Context, query string) (*result, error) {
	rows, err := s.stream(ctx, query)
	if err != nil {
		return nil, err
	}
	var r *result
	err = believable(func() (err error) {
		defer rows.Close()
		r, err = readResult(rows)
		return err
	})
	if err != nil {
		return nil, s.wrap(err)
	}
	return r, nil
}

func readResult(rows driver.Rows) (*result, error) {
	r := &result{columns: map[string]int{}}
	size := 0
	for i, name := range rows.Columns() {
		r.columns[name] = i
	}
	values := make([]driver.Value, len(rows.Columns()))
	for {
		err := nextRow(rows, values)
		if errors.Is(err, io.EOF) {
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		row := make([][]byte, len(values))
		for i, v := range values {
			row[i] = copyValue(v)
			size += len(row[i]) + 24 // and what points to it
		}
		if size > maxResult {
			return nil, fmt.Errorf("%w: a result has more than %d bytes", errProtocol, maxResult)
		}
		r.rows = append(r.rows, row)
	}
}

// one runs a query that gives one row of one column; "" for NULL or no row.
func (s *session) one(ctx context.Context, query string) (string, error) {
	r, err := s.query(ctx, query)
	if err != nil || len(r.rows) == 0 || len(r.rows[0]) == 0 {
		return "", err
	}
	return string(r.rows[0][0]), nil
}

// get is a row's value by column name; nil when the server has no such column.
func (r *result) get(row [][]byte, column string) []byte {
	i, ok := r.columns[column]
	if !ok {
		return nil
	}
	return row[i]
}

// text is get as a string.
func (r *result) text(row [][]byte, column string) string { return string(r.get(row, column)) }

// copyValue is a value's text as the server wrote it, in memory of its own.
func copyValue(v driver.Value) []byte {
	if v == nil {
		return nil
	}
	return appendValue([]byte{}, v)
}

// appendValue appends a value's text. The driver parses integers and floats even in the text
// protocol (textRows.readRow in v1.8 and later), so they are printed again; a double's
// shortest form reads back as the same double.
func appendValue(dst []byte, v driver.Value) []byte {
	switch v := v.(type) {
	case []byte:
		return append(dst, v...)
	case string:
		return append(dst, v...)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case uint64:
		return strconv.AppendUint(dst, v, 10)
	case float64:
		return strconv.AppendFloat(dst, v, 'g', -1, 64)
	case float32:
		return strconv.AppendFloat(dst, float64(v), 'g', -1, 32)
	case time.Time:
		panic("mysqlengine: the driver parsed a time") // parseTime is off
	}
	panic(fmt.Sprintf("mysqlengine: the driver gave a %T", v))
}
