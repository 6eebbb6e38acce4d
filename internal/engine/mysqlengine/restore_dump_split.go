package mysqlengine

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"cwb/executor"
)

// dumpStatement is one statement of a dump, without its delimiter.
type dumpStatement struct {
	sql  string
	line int // on which it begins
}

// maxStatement bounds what one statement can make us hold: the largest that a server takes
// is max_allowed_packet, at most 1 GiB.
const maxStatement = 1 << 30

// splitter cuts a dump into statements as the stock client does: at a delimiter outside
// strings, names and comments, and with the client's DELIMITER command. It knows of nothing
// else that a client does: no \-commands, no source, no system.
type splitter struct {
	in        *bufio.Reader
	delimiter string
	plain     bool // sql_mode NO_BACKSLASH_ESCAPES: a backslash is a character like any other
	line      int  // that is read
	buf       []byte
	bytes     int64
	complete  bool   // the last thing read was the trailer of a whole dump
	header    string // the database that the dump's first lines name
}

func newSplitter(r io.Reader) *splitter {
	return &splitter{in: bufio.NewReaderSize(r, 1<<20), delimiter: ";", line: 1}
}

// errCutDump is a dump that ends before its end.
var errCutDump = fmt.Errorf("%w: the dump is cut", executor.ErrRefused)

// next reads a statement. At the end it is io.EOF, and only if the dump was whole.
func (s *splitter) next() (dumpStatement, error) {
	for {
		if err := s.skipBlanks(); err != nil {
			return dumpStatement{}, s.end(err)
		}
		begin, err := s.in.Peek(2)
		if err != nil && len(begin) == 0 {
			return dumpStatement{}, s.end(err)
		}
		switch {
		case begin[0] == '#' || string(begin) == "--" || s.sandbox():
			err = s.comment()
		case begin[0] == 'D' || begin[0] == 'd':
			var was bool
			if was, err = s.setDelimiter(); err == nil && !was {
				return s.statement()
			}
		default:
			return s.statement()
		}
		if err != nil {
			return dumpStatement{}, s.end(err)
		}
	}
}

// sandbox reports the line with which mariadb-dump makes its own client refuse commands such
// as \!, since 2024. It is no SQL. https://mariadb.org/mariadb-dump-file-compatibility-change/
func (s *splitter) sandbox() bool {
	begin, _ := s.in.Peek(len(`/*M!999999\-`))
	return strings.HasPrefix(string(begin), `/*M!999999\-`) || strings.HasPrefix(string(begin), `/*!999999\-`)
}

// end says whether the dump may end here.
func (s *splitter) end(err error) error {
	switch {
	case !errors.Is(err, io.EOF):
		return err
	case s.complete:
		return io.EOF
	case s.bytes == 0:
		return fmt.Errorf("%w: it is empty", errCutDump)
	}
	return fmt.Errorf("%w: after %d bytes, on line %d, it ends without %q", errCutDump, s.bytes, s.line, dumpTrailer)
}

func (s *splitter) skipBlanks() error {
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return err
		}
		if !isBlank(c) {
			return s.in.UnreadByte()
		}
		s.bytes++
		if c == '\n' {
			s.line++
		}
	}
}

// comment reads a line between statements.
func (s *splitter) comment() error {
	text, err := s.wholeLine()
	if len(text) > 0 {
		s.complete = strings.HasPrefix(text, dumpTrailer)
		if _, name, ok := strings.Cut(text, "Database: "); ok && strings.HasPrefix(text, "-- Host: ") && s.header == "" {
			s.header = strings.TrimSpace(name)
		}
	}
	if errors.Is(err, io.EOF) && len(text) > 0 {
		return nil
	}
	return err
}

func (s *splitter) wholeLine() (string, error) {
	var text []byte
	for {
		piece, err := s.in.ReadSlice('\n')
		s.bytes += int64(len(piece))
		if len(text) < maxStatement {
			text = append(text, piece...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == nil {
			s.line++
		}
		return strings.TrimRight(string(text), "\r\n"), err
	}
}

// setDelimiter reads a line that is the client's DELIMITER command.
func (s *splitter) setDelimiter() (bool, error) {
	head, err := s.in.Peek(len("DELIMITER "))
	if err != nil || !strings.EqualFold(string(head), "DELIMITER ") {
		return false, nil // also at the end of the dump
	}
	line := s.line
	text, err := s.wholeLine()
	if err != nil && !errors.Is(err, io.EOF) {
		return true, err
	}
	s.complete = false
	delimiter := strings.TrimSpace(text[len("DELIMITER "):])
	if delimiter == "" || strings.ContainsAny(delimiter, " \t\\'\"`") || len(delimiter) > 16 {
		return true, fmt.Errorf("%w: line %d: %q is no delimiter", executor.ErrRefused, line, clipped(text))
	}
	s.delimiter = delimiter
	return true, nil
}

// statement reads up to the delimiter.
func (s *splitter) statement() (dumpStatement, error) {
	s.buf, s.complete = s.buf[:0], false
	begin := s.line
	for {
		if err := s.piece(); err != nil {
			if errors.Is(err, io.EOF) {
				return dumpStatement{}, fmt.Errorf("%w: after %d bytes, on line %d, in the statement that begins on line %d: %q", errCutDump, s.bytes, s.line, begin, clipped(string(s.buf)))
			}
			return dumpStatement{}, err
		}
		if bytes.HasSuffix(s.buf, []byte(s.delimiter)) {
			sql := s.buf[:len(s.buf)-len(s.delimiter)]
			return dumpStatement{strings.TrimSpace(string(sql)), begin}, nil
		}
		if len(s.buf) > maxStatement {
			return dumpStatement{}, fmt.Errorf("%w: line %d: a statement of more than %d bytes", executor.ErrRefused, begin, maxStatement)
		}
	}
}

// piece reads one byte, or a whole string, name or comment, into buf.
func (s *splitter) piece() error {
	c, err := s.take()
	if err != nil {
		return err
	}
	switch c {
	case '\'', '"', '`':
		return s.quoted(c)
	case '#':
		return s.upTo("\n")
	case '-', '/':
		next, _ := s.in.Peek(3)
		rest := string(next)
		switch {
		case c == '-' && len(rest) > 1 && rest[0] == '-' && rest[1] <= ' ':
			return s.upTo("\n")
		case c == '/' && strings.HasPrefix(rest, "*") && !strings.HasPrefix(rest, "*!") && rest != "*M!":
			if _, err := s.take(); err != nil {
				return err
			}
			return s.upTo("*/")
		}
	}
	return nil
}

// take reads a byte into buf.
func (s *splitter) take() (byte, error) {
	c, err := s.in.ReadByte()
	if err != nil {
		return 0, err
	}
	s.bytes++
	if c == '\n' {
		s.line++
	}
	s.buf = append(s.buf, c)
	return c, nil
}

// quoted reads to the end of a string or name. A doubled quote ends one and begins the next,
// which comes to the same.
func (s *splitter) quoted(quote byte) error {
	for {
		text, err := s.in.ReadSlice(quote)
		s.bytes += int64(len(text))
		s.line += bytes.Count(text, []byte{'\n'})
		s.buf = append(s.buf, text...)
		if errors.Is(err, bufio.ErrBufferFull) {
			err = nil
			if len(s.buf) > maxStatement {
				return nil
			}
		} else if err == nil && (quote == '`' || s.plain || !escaped(s.buf[:len(s.buf)-1])) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// escaped reports an odd number of backslashes at the end of text: the quote after them is
// part of the string. They may have begun before the piece that was read last, but never
// before the string's opening quote.
func escaped(text []byte) bool {
	n := 0
	for n < len(text) && text[len(text)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// upTo reads to the end of a comment.
func (s *splitter) upTo(mark string) error {
	for {
		if _, err := s.take(); err != nil {
			return err
		}
		if bytes.HasSuffix(s.buf, []byte(mark)) {
			return nil
		}
		if len(s.buf) > maxStatement {
			return nil
		}
	}
}
