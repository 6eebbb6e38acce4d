package mysqlengine

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
)

// selectTable is the statement that reads a table: named columns, so that invisible and
// oddly named ones come along, in the order of the primary key where rows are stored in it:
// elsewhere the server would sort the table before it sends the first row.
func selectTable(u unit, p product) string {
	t := u.ref
	exprs := make([]string, len(t.table.Columns))
	for i, c := range t.table.Columns {
		exprs[i] = c.selectExpr(p)
	}
	query := "SELECT " + strings.Join(exprs, ", ") + " FROM " + t.quoted()
	if t.table.History {
		query += " FOR SYSTEM_TIME ALL"
	}
	if u.where != "" {
		query += " WHERE " + u.where
	}
	if len(t.table.Primary) == 0 || lockableEngines[t.table.Engine] {
		return query
	}
	keys := make([]string, len(t.table.Primary))
	for i, k := range t.table.Primary {
		keys[i] = quoteName(string(k))
	}
	return query + " ORDER BY " + strings.Join(keys, ", ")
}

// readRows streams the result of a query into w and returns the number of rows. It does not
// end w's chunk.
func readRows(ctx context.Context, s *session, query string, columns int, w *chunkWriter) (int64, error) {
	if s.wire != nil {
		return readWire(ctx, s, query, columns, w)
	}
	rows, err := s.stream(ctx, query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	values := make([]driver.Value, columns)
	if got := len(rows.Columns()); got != columns {
		return 0, fmt.Errorf("the server sent %d columns instead of %d", got, columns)
	}
	var n int64
	for {
		err := believable(func() error { return nextRow(rows, values) })
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, s.wrap(err)
		}
		n++
		w.buf = appendRow(w.buf, values)
		if err := w.endRow(); err != nil {
			return n, err
		}
	}
}

func appendRow(dst []byte, values []driver.Value) []byte {
	for i, v := range values {
		if i > 0 {
			dst = append(dst, '\t')
		}
		dst = appendField(dst, v)
	}
	return append(dst, '\n')
}
