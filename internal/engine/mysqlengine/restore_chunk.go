package mysqlengine

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/klauspost/compress/zstd"

	"cwb/executor"
	"cwb/internal/backup"
)

// chunkInMemory is up to where a chunk is held in memory between being checked and being
// sent; a larger one (one with a huge row) is read twice.
const chunkInMemory = 64 << 20

// chunkSender sends chunks over one connection.
type chunkSender struct {
	session *session
	dir     executor.Dir
	dec     *zstd.Decoder
	infile  bool
	buf     bytes.Buffer
}

// send checks a chunk's hashes and then loads it in a transaction of its own, which is kept
// only when every row arrived and the server had nothing to say about any of them: LOAD DATA
// LOCAL never fails on bad rows, it warns. https://mariadb.com/kb/en/load-data-infile/
func (c *chunkSender) send(ctx context.Context, t *loadTable, f backup.File) error {
	open, err := c.open(f)
	if err != nil {
		return err
	}
	if err := c.session.exec(ctx, "START TRANSACTION"); err != nil {
		return err
	}
	rows, warnings, err := c.rows(ctx, t, open)
	if err == nil && warnings > 0 {
		err = c.judge(ctx, t, open, warnings)
	}
	if err == nil && rows != f.Rows {
		err = fmt.Errorf("the server took %d of %d rows of %q", rows, f.Rows, f.Path)
	}
	if err != nil {
		return errors.Join(err, c.rollback(ctx))
	}
	return c.session.exec(ctx, "COMMIT")
}

func (c *chunkSender) rollback(ctx context.Context) error {
	err := c.session.exec(ctx, "ROLLBACK")
	if errors.Is(err, executor.ErrUnreachable) || errors.Is(err, context.Canceled) {
		return nil // the server rolls back what a lost connection had open
	}
	return err
}

// opener opens a chunk's content, which was checked.
type opener func() (io.Reader, func() error)

// open checks a chunk, so that no row of a damaged one is ever sent.
func (c *chunkSender) open(f backup.File) (opener, error) {
	if f.Content.Bytes > chunkInMemory {
		return func() (io.Reader, func() error) { return c.stream(f) }, verifyFile(c.dir, f, c.dec)
	}
	c.buf.Reset()
	if err := readFile(c.dir, f, c.dec, &c.buf); err != nil {
		return nil, err
	}
	if rows := int64(bytes.Count(c.buf.Bytes(), []byte{'\n'})); rows != f.Rows {
		return nil, fmt.Errorf("verify %q: %w: %d rows instead of %d", f.Path, errDifferent, rows, f.Rows)
	}
	return func() (io.Reader, func() error) {
		return bytes.NewReader(c.buf.Bytes()), func() error { return nil }
	}, nil
}

// stream reads a large chunk once more, checking it again.
func (c *chunkSender) stream(f backup.File) (io.Reader, func() error) {
	pr, pw := io.Pipe()
	read := make(chan error, 1)
	go func() {
		err := guard(func() error { return readFile(c.dir, f, c.dec, pw) })
		pw.CloseWithError(err)
		read <- err
	}()
	return pr, func() error {
		pr.CloseWithError(errStopped)
		return <-read
	}
}

// rows sends a chunk's rows, and says how many arrived and how many warnings there were.
func (c *chunkSender) rows(ctx context.Context, t *loadTable, open opener) (rows, warnings int64, err error) {
	content, finish := open()
	if c.infile {
		rows, warnings, err = c.loadData(ctx, t, content)
	} else {
		rows, warnings, err = c.inserts(ctx, t, content)
	}
	return rows, warnings, errors.Join(err, finish())
}

func (c *chunkSender) loadData(ctx context.Context, t *loadTable, content io.Reader) (rows, warnings int64, err error) {
	name := rand.Text() // the driver's registry is everybody's
	mysql.RegisterReaderHandler(name, func() io.Reader { return content })
	defer mysql.DeregisterReaderHandler(name)
	if rows, err = c.session.affected(ctx, loadStatement(t, "Reader::"+name)); err != nil {
		return rows, 0, err
	}
	warnings, err = c.session.warnings(ctx)
	return rows, warnings, err
}

// loadStatement names every column, so that invisible ones are filled and generated ones are
// not. Text that the server parses is no binary string (JSON on MySQL, INET4, INET6 and UUID
// would become NULL); members of ENUM and SET go by number. As soon as anything is SET, the
// column that numbers rows has to be, or its 0 becomes the next number on MariaDB.
func loadStatement(t *loadTable, file string) string {
	var list, sets []string
	converts := false
	for _, c := range t.table.Columns {
		converts = converts || c.Encoding == asParsed || c.Encoding == asIndex
	}
	for i, c := range t.table.Columns {
		name, variable := quoteName(string(c.Name)), fmt.Sprintf("@cwb%d", i)
		value := ""
		switch {
		case c.Encoding == asParsed:
			value = "CONVERT(" + variable + " USING utf8mb4)"
		case c.Encoding == asIndex:
			value = "CAST(" + variable + " AS UNSIGNED)"
		case converts && string(c.Name) == t.auto:
			value = variable
		default:
			list = append(list, name)
			continue
		}
		list, sets = append(list, variable), append(sets, name+" = "+value)
	}
	statement := "LOAD DATA LOCAL INFILE '" + file + "' INTO TABLE " + t.scratch() + " CHARACTER SET binary (" + strings.Join(list, ", ") + ")"
	if len(sets) > 0 {
		statement += " SET " + strings.Join(sets, ", ")
	}
	return statement
}

// judge decides about warnings. One kind is right: the number 0 of an ENUM, which stands for
// a value that once was none of its members, cannot be stored without one.
func (c *chunkSender) judge(ctx context.Context, t *loadTable, open opener, warnings int64) error {
	shown, err := c.session.query(ctx, "SHOW WARNINGS")
	if err != nil {
		return err
	}
	first := ""
	for _, row := range shown.rows {
		if code := shown.text(row, "Code"); code != strconv.Itoa(errDataTruncated) && first == "" {
			first = code + ": " + shown.text(row, "Message")
		}
	}
	zeros, err := countZeros(t, open)
	if err != nil {
		return err
	}
	if zeros == warnings && first == "" {
		return nil
	}
	if first == "" && len(shown.rows) > 0 {
		first = shown.text(shown.rows[0], "Message")
	}
	return fmt.Errorf("the server gave %d warnings, such as %q; nothing was kept", warnings, first)
}

// errDataTruncated is WARN_DATA_TRUNCATED.
const errDataTruncated = 1265

// countZeros counts the values of a chunk that are the number 0 of an ENUM.
func countZeros(t *loadTable, open opener) (int64, error) {
	content, finish := open()
	in := bufio.NewReaderSize(content, 256<<10)
	var zeros int64
	var row []byte
	var fields [][]byte
	for {
		var err error
		if row, err = readRow(in, row[:0]); errors.Is(err, io.EOF) {
			return zeros, finish()
		}
		if err == nil {
			fields, err = splitRow(row, fields, len(t.table.Columns))
		}
		if err != nil {
			return 0, errors.Join(err, finish())
		}
		for i, c := range t.table.Columns {
			if c.Type == "enum" && string(fields[i]) == "0" {
				zeros++
			}
		}
	}
}

// affected runs a statement and returns the number of rows it changed.
func (s *session) affected(ctx context.Context, statement string) (int64, error) {
	result, err := s.conn.(driver.ExecerContext).ExecContext(ctx, statement, nil)
	if err != nil {
		return 0, s.wrap(err)
	}
	return result.RowsAffected()
}

// warnings is how many warnings the last statement gave.
func (s *session) warnings(ctx context.Context) (int64, error) {
	n, err := s.one(ctx, "SELECT @@warning_count")
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(n, 10, 64)
}
