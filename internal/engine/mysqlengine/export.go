package mysqlengine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"cwb/executor"
	"cwb/internal/backup"
)

// exportEnd is the last line of every whole export, so that a cut one shows.
const exportEnd = "-- cwb export complete\n"

// Export writes SQL that the stock client loads into a server without these databases, and
// that gives back every value, definition and counter. A chunk's hashes are compared before
// its rows are written; the text ends with "-- cwb export complete".
func (e *Engine) Export(ctx context.Context, dir executor.Dir, m backup.Manifest, what executor.Selection, w io.Writer) error {
	x, err := newExport(dir, m, w)
	if err != nil {
		return fmt.Errorf("export %s of %s: %w", m.Set, e.node.Addr, err)
	}
	defer x.dec.Close()
	if err := x.run(ctx, what); err != nil {
		return fmt.Errorf("export %s of %s: %w", m.Set, e.node.Addr, err)
	}
	return nil
}

// export is one export while it is written. Errors of the writer stick to out.
type export struct {
	dir    executor.Dir
	m      backup.Manifest
	out    *bufio.Writer
	dec    *zstd.Decoder
	schema *schema
	chunks map[[2]string][]backup.File // by database and table, in order
	names  string                      // the character set that SET NAMES named last
}

func newExport(dir executor.Dir, m backup.Manifest, w io.Writer) (*export, error) {
	dec, err := newDecoder()
	if err != nil {
		return nil, err
	}
	x := &export{dir: dir, m: m, out: bufio.NewWriterSize(w, 256<<10), dec: dec}
	if x.schema, err = readSchemaFile(dir, m, dec); err != nil {
		dec.Close()
		return nil, err
	}
	if err := x.sortChunks(); err != nil {
		dec.Close()
		return nil, err
	}
	return x, nil
}

// maxSchema bounds the schema that is read into memory.
const maxSchema = 1 << 30

// errNoSchema is a backup that is not of this engine's making.
var errNoSchema = errors.New("the backup has no " + schemaFile)

// readSchemaFile reads and checks the stored schema.
func readSchemaFile(dir executor.Dir, m backup.Manifest, dec *zstd.Decoder) (*schema, error) {
	for _, f := range m.Files {
		if f.Path != schemaFile {
			continue
		}
		if f.Content.Bytes > maxSchema {
			return nil, fmt.Errorf("%q has %d bytes, more than a schema can have", f.Path, f.Content.Bytes)
		}
		var text bytes.Buffer
		if err := readFile(dir, f, dec, &text); err != nil {
			return nil, err
		}
		return decodeSchema(text.Bytes())
	}
	return nil, errNoSchema
}

func decodeSchema(data []byte) (*schema, error) {
	var s schema
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	if s.Format < 1 || s.Format > schemaFormat {
		return nil, fmt.Errorf("read the schema: its format is %d, this version of cwb reads up to %d", s.Format, schemaFormat)
	}
	return &s, nil
}

func (x *export) run(ctx context.Context, what executor.Selection) error {
	if what.DataOnly && what.SchemaOnly {
		return errors.New("data only and schema only exclude each other")
	}
	s, err := narrow(x.schema, what)
	if err != nil {
		return err
	}
	x.header(s)
	if !what.DataOnly {
		x.databases(s)
		x.sequences(s)
		x.tables(s)
	}
	if !what.SchemaOnly {
		if err := x.data(ctx, s); err != nil {
			return err
		}
	}
	if !what.DataOnly {
		x.routines(s)
		x.views(s)
		x.triggers(s)
		x.events(s)
	}
	x.out.WriteString("\n" + exportEnd)
	return x.out.Flush()
}

// header sets the session up. The data is bytes in the columns' own character sets, so it is
// written for a binary connection; modes and zone are those that it was read under.
func (x *export) header(s *schema) {
	fmt.Fprintf(x.out, "-- cwb export of %s, set %s, taken from %s %s\n", x.m.Node, x.m.Set, oneLine(s.Product), oneLine(s.Version))
	fmt.Fprintf(x.out, "-- Load it in a session of its own: %s < FILE\n\n", client(s))
	x.line("SET SESSION time_zone = '+00:00', foreign_key_checks = 0, innodb_strict_mode = 0")
	x.plainMode()
	if mariadb(s) {
		x.line("SET SESSION check_constraint_checks = 0")
	}
	if s.hasHistory() {
		x.line("SET SESSION system_versioning_insert_history = 1")
	}
}

// plainMode is the sql_mode for everything but stored programs.
func (x *export) plainMode() {
	x.line("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'")
}

// line writes one statement.
func (x *export) line(statement string) {
	x.out.WriteString(statement)
	x.out.WriteString(";\n")
}

// setNames switches the connection's character set where it is another one.
func (x *export) setNames(charset string) {
	if x.names != charset {
		x.line("SET NAMES " + charset)
		x.names = charset
	}
}

func mariadb(s *schema) bool { return s.Product == "MariaDB" }

func client(s *schema) string {
	if mariadb(s) {
		return "mariadb"
	}
	return "mysql --comments"
}

func (s *schema) hasHistory() bool {
	for _, t := range s.tables() {
		if t.table.History {
			return true
		}
	}
	return false
}

// oneLine keeps a comment from becoming a statement.
func oneLine(s string) string {
	out := []byte(s)
	for i, c := range out {
		if c < ' ' {
			out[i] = '?'
		}
	}
	return string(out)
}
