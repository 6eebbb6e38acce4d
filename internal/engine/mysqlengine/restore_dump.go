package mysqlengine

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/klauspost/compress/zstd"

	"cwb/executor"
	"cwb/internal/backup"
)

// dumpFile is a dump that somebody else made, by mysqldump or mariadb-dump, after it was read
// to its end.
type dumpFile struct {
	path    string
	allowed []string                 // databases that it may be about
	bytes   int64                    // of SQL
	rows    map[[2]string]int64      // by source database and table
	what    executor.Selection       // narrows it
	places  map[text]int             // of source databases, in the schema
	loads   map[[2]string]*loadTable // while it is loaded
}

// dumpPath is where a foreign dump lies: the file itself, or the one in an old script's
// directory.
func dumpPath(f *backup.Foreign) string {
	if f.Kind == backup.ForeignScript {
		return filepath.Join(f.Path, scriptDump)
	}
	return f.Path
}

// adoptedDump is where the dump lies that an adopted backup consists of; "" when it is none.
func adoptedDump(m *backup.Manifest) string {
	if len(m.Files) != 1 || m.Files[0].Root == "" || compressionOf(m.Files[0].Path) == "" {
		return ""
	}
	return filepath.Join(m.Files[0].Root, filepath.FromSlash(path.Clean(m.Files[0].Path)))
}

// openDump reads a dump strictly, to its end, and runs nothing.
func (e *Engine) openDump(ctx context.Context, o executor.RestoreOrder, path string) (*content, error) {
	d := &dumpFile{path: path, allowed: o.Selection.Databases, rows: map[[2]string]int64{}, what: o.Selection, places: map[text]int{}}
	if len(d.allowed) == 0 {
		d.allowed = e.node.MySQL.Databases
	}
	c := &content{schema: &schema{Format: schemaFormat}, dump: d}
	run := &dumpRun{content: c, product: newestProduct}
	if err := run.read(ctx); err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	c.lacks = d.lacking(c.schema)
	if len(o.Selection.Tables) == 0 && len(d.rows) == 0 && len(c.schema.Databases) == 0 {
		return nil, fmt.Errorf("read %q: %w: it creates nothing", path, executor.ErrRefused)
	}
	return c, nil
}

// newestProduct stands for the server when none is asked: it runs all comments with versions.
var newestProduct = product{mariadb: true, release: [3]int{99, 99, 99}}

// lacking is what was selected and is not in the dump.
func (d *dumpFile) lacking(s *schema) []string {
	_, lacks := selectFrom(s, executor.Selection{Databases: d.what.Databases, Tables: d.what.Tables})
	return lacks
}

// open opens the file without following a link and without waiting, and decompresses it.
func (d *dumpFile) open() (io.Reader, func(), error) {
	f, err := os.OpenFile(d.path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	closeAll := func() { f.Close() }
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		closeAll()
		return nil, nil, errors.Join(err, fmt.Errorf("%w: it is no regular file", executor.ErrRefused))
	}
	switch compressionOf(d.path) {
	case "gz":
		r, err := gzip.NewReader(f)
		if err != nil {
			closeAll()
			return nil, nil, fmt.Errorf("%w: %w", errCutDump, err)
		}
		return r, closeAll, nil
	case "zst":
		r, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(dumpWindow))
		if err != nil {
			closeAll()
			return nil, nil, fmt.Errorf("%w: %w", errCutDump, err)
		}
		return r, func() { r.Close(); f.Close() }, nil
	}
	return f, closeAll, nil
}

// dumpRun reads a dump from its beginning to its end; with a loader it also runs it.
type dumpRun struct {
	*content
	product product
	loader  *loader // nil: the dump is only read
	split   *splitter
	current text            // the database that names without one are of
	collate map[text]string // what ALTER DATABASE said last
	pending int64           // bytes that are not committed
}

func (r *dumpRun) read(ctx context.Context) error {
	in, closeAll, err := r.dump.open()
	if err != nil {
		return err
	}
	defer closeAll()
	r.split, r.collate = newSplitter(in), map[text]string{}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		st, err := r.split.next()
		if errors.Is(err, io.EOF) {
			r.dump.bytes = r.split.bytes
			return r.commit(ctx)
		}
		if err != nil {
			return damagedText(err)
		}
		if err := r.statement(ctx, st.sql); err != nil {
			return fmt.Errorf("line %d: %w", st.line, err)
		}
	}
}

// damagedText says that a compressed dump ends or breaks where it should go on.
func damagedText(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, zstd.ErrCRCMismatch) {
		return fmt.Errorf("%w: %w", errCutDump, err)
	}
	return err
}

// refusedSQL names a statement that is not run.
func refusedSQL(sql string, err error) error {
	return fmt.Errorf("%w: %q: %w", executor.ErrRefused, clipped(sql), err)
}

var errNotInDumps = errors.New("no dump needs such a statement; it was not run")

// statement decides about one statement.
func (r *dumpRun) statement(ctx context.Context, sql string) error {
	if !strings.HasPrefix(sql, "INSERT ") {
		sql = expandVersions(sql, r.product)
	}
	words := firstTokens(sql, 12)
	if len(words) == 0 {
		return nil
	}
	err := r.decide(ctx, sql, words)
	if err == nil || errors.Is(err, executor.ErrRefused) || errors.Is(err, executor.ErrUnreachable) || r.loader != nil && !errors.Is(err, errNotInDumps) {
		return err
	}
	return refusedSQL(sql, err)
}

func (r *dumpRun) decide(ctx context.Context, sql string, words []token) error {
	is := func(i int, any ...string) bool {
		return i < len(words) && slices.ContainsFunc(any, func(w string) bool { return words[i].is(sql, w) })
	}
	switch {
	case is(0, "INSERT"):
		return r.insert(ctx, sql)
	case is(0, "SET"):
		return r.set(ctx, sql)
	case is(0, "USE"):
		return r.use(sql, words)
	case is(0, "CREATE"):
		return r.create(ctx, sql, words)
	case is(0, "DROP") && is(1, "TABLE"):
		return r.dropTable(ctx, sql, words)
	case is(0, "DROP") && is(1, "VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "SEQUENCE", "PACKAGE", "DATABASE"):
		return nil // what is replaced, is replaced by the swap
	case is(0, "LOCK", "UNLOCK") && is(1, "TABLES"), is(0, "COMMIT", "BEGIN") && len(words) == 1, is(0, "START") && is(1, "TRANSACTION"):
		return nil
	case is(0, "ALTER") && is(1, "TABLE") && (is(len(words)-2, "DISABLE", "ENABLE") && is(len(words)-1, "KEYS")):
		return nil
	case is(0, "ALTER") && is(1, "DATABASE"):
		return r.alterDatabase(sql, words)
	case is(0, "DO", "SELECT") && is(1, "SETVAL"):
		return r.setval(ctx, sql, words)
	}
	return errNotInDumps
}

// firstTokens are the first pieces of a statement.
func firstTokens(sql string, n int) []token {
	var out []token
	for i := 0; i < len(sql) && len(out) < n; {
		t, whole := nextToken(sql, i)
		if !whole {
			break
		}
		if t.kind != tokenSpace {
			out = append(out, t)
		}
		i = t.end
	}
	return out
}

// set runs a SET that what follows is to be read under.
func (r *dumpRun) set(ctx context.Context, sql string) error {
	run, err := readSet(sql)
	if err != nil {
		return refusedSQL(sql, err)
	}
	if sets, plain := setsPlainStrings(sql); sets {
		r.split.plain = plain
	}
	if !run || r.loader == nil {
		return nil
	}
	return r.loader.s.exec(ctx, sql)
}

// use takes up another database, if it is one of those that are restored.
func (r *dumpRun) use(sql string, words []token) error {
	if len(words) != 2 {
		return errNotInDumps
	}
	name, ok := words[1].name(sql)
	if !ok {
		return errNotInDumps
	}
	if err := r.mayBe(name); err != nil {
		return refusedSQL(sql, err)
	}
	r.current = text(name)
	r.database(r.current)
	return nil
}

func (r *dumpRun) mayBe(name string) error {
	if slices.Contains(r.dump.allowed, name) {
		return nil
	}
	return fmt.Errorf("it is about the database %s, which is not selected; --database %s selects it", quoteName(name), name)
}

// here is the database that unqualified names are of.
func (r *dumpRun) here() (text, error) {
	if r.current != "" {
		return r.current, nil
	}
	name := r.split.header
	switch {
	case len(r.dump.what.Databases) == 1 && name == "":
		name = r.dump.what.Databases[0]
	case name == "" && len(r.dump.allowed) == 1:
		name = r.dump.allowed[0]
	case name == "":
		return "", errors.New("the dump does not say of which database it is; say it with --database")
	}
	if err := r.mayBe(name); err != nil {
		return "", err
	}
	r.current = text(name)
	return r.current, nil
}

// database is a database of the dump's schema, new or known.
func (r *dumpRun) database(name text) *database {
	i, ok := r.dump.places[name]
	if !ok {
		i = len(r.schema.Databases)
		r.dump.places[name] = i
		r.schema.Databases = append(r.schema.Databases, database{Name: name})
	}
	return &r.schema.Databases[i]
}

// alterDatabase notes the collation that programs were created under; mysqldump writes it
// around them.
func (r *dumpRun) alterDatabase(sql string, words []token) error {
	for i, t := range words {
		if !t.is(sql, "COLLATE") || i+1 >= len(words) || i < 3 {
			continue
		}
		name, _ := words[2].name(sql)
		if err := r.mayBe(name); err != nil {
			return refusedSQL(sql, err)
		}
		r.collate[text(name)], _ = words[i+1].name(sql)
		return nil
	}
	return errNotInDumps
}
