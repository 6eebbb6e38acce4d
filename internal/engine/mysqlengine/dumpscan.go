package mysqlengine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"cwb/internal/backup"
)

// dumpScan is what a look through a dump told: the tables it creates, and whether it has the
// end that mysqldump and mariadb-dump write when they got that far.
type dumpScan struct {
	tables   []backup.ForeignRef
	database string
	complete bool   // the last line that says something is the trailer
	bytes    int64  // of SQL that were read
	skipped  bool   // the middle of a large file was not read
	last     string // the table whose definition or rows came last
	version  string // of the server, by the dump's own word
	more     int    // tables beyond maxDumpTables
}

// dumpTrailer is the last line of a whole dump. https://dev.mysql.com/doc/refman/8.4/en/mysqldump.html (--comments)
const dumpTrailer = "-- Dump completed"

// dumpVersion begins the line that names the version of the dumped server.
const dumpVersion = "-- Server version"

// maxDumpTables bounds what a listing shows of one dump.
const maxDumpTables = 10_000

// lineHead is how much of each line is looked at; rows come in lines of megabytes.
const lineHead = 512

// scanner feeds a dump in pieces of any size through dumpScan.line, line by line.
type scanner struct {
	dumpScan
	head []byte // of the open line
}

// Write implements io.Writer; it never fails.
func (s *scanner) Write(p []byte) (int, error) {
	n := len(p)
	s.bytes += int64(n)
	for len(p) > 0 {
		piece, rest, ended := bytes.Cut(p, []byte{'\n'})
		if room := lineHead - len(s.head); len(piece) <= room {
			s.head = append(s.head, piece...)
		} else {
			s.head = append(s.head, piece[:room]...)
		}
		if ended {
			s.endLine()
		}
		p = rest
	}
	return n, nil
}

func (s *scanner) endLine() {
	s.line(strings.TrimRight(string(s.head), "\r"))
	s.head = s.head[:0]
}

// end looks at what follows the last newline: a line that may be cut, so no name in it counts.
func (s *scanner) end() {
	if line := strings.TrimSpace(string(s.head)); line != "" {
		s.complete = strings.HasPrefix(line, dumpTrailer)
	}
}

// line looks at the beginning of a line.
func (s *dumpScan) line(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	s.complete = strings.HasPrefix(line, dumpTrailer)
	switch {
	case strings.HasPrefix(line, "-- Host: "):
		if _, name, ok := strings.Cut(line, "Database: "); ok {
			s.database = strings.TrimSpace(name)
		}
	case strings.HasPrefix(line, dumpVersion):
		s.version = strings.TrimSpace(line[len(dumpVersion):])
	case strings.HasPrefix(line, "USE "):
		if name, ok := firstName(line[len("USE "):]); ok {
			s.database = name
		}
	case strings.HasPrefix(line, "CREATE TABLE "):
		s.table(strings.TrimPrefix(line[len("CREATE TABLE "):], "IF NOT EXISTS "))
	}
}

func (s *dumpScan) table(rest string) {
	name, ok := firstName(rest)
	if !ok {
		return
	}
	s.last = name
	ref := backup.ForeignRef{Database: s.database, Table: name}
	switch {
	case len(s.tables) >= maxDumpTables:
		s.more++
	case !slices.Contains(s.tables, ref):
		s.tables = append(s.tables, ref)
	}
}

// firstName reads an identifier, quoted or bare.
func firstName(s string) (string, bool) {
	if strings.HasPrefix(s, "`") {
		end := quotedEnd(s, 0)
		if end < 2 || s[end-1] != '`' {
			return "", false
		}
		return unquoteName(s[:end]), true
	}
	name, _, _ := strings.Cut(strings.TrimLeft(s, " "), " ")
	name = strings.TrimRight(name, ";(")
	return name, name != ""
}

// problem says why a dump could not be restored, or "".
func (s *dumpScan) problem() string {
	switch {
	case s.complete:
		return ""
	case s.bytes == 0:
		return "it is empty"
	case s.last == "":
		return fmt.Sprintf("it is cut or no dump: after %d bytes it ends without %q, and it creates no table", s.bytes, dumpTrailer)
	}
	return fmt.Sprintf("it is cut: after %d bytes it ends without %q, in or after table %s", s.bytes, dumpTrailer, quoteName(s.last))
}

// scanDump reads r to its end, or to its limit, which is an error.
func scanDump(ctx context.Context, r io.Reader, limit int64) (dumpScan, error) {
	s := &scanner{}
	buf := make([]byte, 256<<10)
	for {
		n, err := r.Read(buf)
		s.Write(buf[:n])
		switch {
		case errors.Is(err, io.EOF):
			s.end()
			return s.dumpScan, nil
		case err != nil:
			return s.dumpScan, fmt.Errorf("it is damaged after %d bytes: %w", s.bytes, err)
		case ctx.Err() != nil:
			return s.dumpScan, ctx.Err()
		case s.bytes > limit:
			return s.dumpScan, fmt.Errorf("it has more than %d bytes, which is more than a listing reads", limit)
		}
	}
}
