package mysqlengine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/klauspost/compress/zstd"

	"cwb/executor"
	"cwb/internal/backup"
)

// readOut is one ReadOut while it runs.
type readOut struct {
	*prepared
	dir      executor.Dir
	progress executor.Progress
	enc      *zstd.Encoder
	dec      *zstd.Decoder
	files    []backup.File
	rows     map[tableRef]int64
	bytes    map[tableRef]int64
	done     int64 // bytes of content so far
	expected int64 // the server's estimate
}

// ReadOut stores schema and rows and reads every file back. Each table's definition is
// compared once more just before its lock is given back.
func (p *prepared) ReadOut(ctx context.Context, dir executor.Dir, progress executor.Progress) (executor.Content, error) {
	r := &readOut{prepared: p, dir: dir, progress: progress, rows: map[tableRef]int64{}, bytes: map[tableRef]int64{}}
	content, err := r.run(ctx)
	if err != nil {
		return executor.Content{}, fmt.Errorf("read out %s: %w", p.e.node.Addr, err)
	}
	return content, nil
}

func (r *readOut) run(ctx context.Context) (executor.Content, error) {
	if r.main == nil || r.captured.at.IsZero() {
		return executor.Content{}, errors.New("nothing was captured")
	}
	var err error
	if r.enc, err = newEncoder(); err != nil {
		return executor.Content{}, err
	}
	if r.dec, err = newDecoder(); err != nil {
		return executor.Content{}, err
	}
	defer r.dec.Close()
	for _, t := range r.survey.schema.tables() {
		r.expected += t.table.bytes
	}
	if err := r.readSequences(ctx); err != nil {
		return executor.Content{}, err
	}
	if err := r.writeSchema(); err != nil {
		return executor.Content{}, err
	}
	if err := r.readTables(ctx); err != nil {
		return executor.Content{}, err
	}
	return r.content(), nil
}

// readSequences reads the state of every sequence. Sequences live outside transactions: what
// is read may be ahead of the snapshot, never behind it, so numbers are skipped at worst.
func (r *readOut) readSequences(ctx context.Context) error {
	for i := range r.survey.schema.Databases {
		d := &r.survey.schema.Databases[i]
		for j := range d.Sequences {
			q := &d.Sequences[j]
			state, err := r.main.one(ctx, "SELECT CONCAT_WS(',', next_not_cached_value, minimum_value, maximum_value, start_value, increment, cache_size, cycle_option, cycle_count) FROM "+
				quoteTable(string(d.Name), string(q.Name)))
			if err != nil {
				return fmt.Errorf("read sequence %s: %w", quoteTable(string(d.Name), string(q.Name)), err)
			}
			q.State = state
		}
	}
	return nil
}

func (r *readOut) writeSchema() error {
	encoded, err := json.MarshalIndent(r.survey.schema, "", " ")
	if err != nil {
		return fmt.Errorf("encode the schema: %w", err)
	}
	w, err := newFileWriter(r.dir, schemaFile, r.enc)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(encoded, '\n')); err != nil {
		return errors.Join(err, w.file.Close())
	}
	file, err := w.close()
	if err != nil {
		return err
	}
	return r.keep(file)
}

// keep verifies a finished file and adds it to the content.
func (r *readOut) keep(file backup.File) error {
	if err := verifyFile(r.dir, file, r.dec); err != nil {
		return err
	}
	r.files = append(r.files, file)
	r.done += file.Content.Bytes
	r.report(max(r.expected, r.done))
	return nil
}

func (r *readOut) report(total int64) {
	if r.progress != nil {
		r.progress(r.done, total)
	}
}

// readTables reads first what LOCK TABLES holds, then the snapshot, beginning with the table
// whose metadata lock was taken last: a savepoint gives back what came after it.
func (r *readOut) readTables(ctx context.Context) error {
	if err := r.readLocked(ctx); err != nil {
		return err
	}
	order := r.captured.order
	for i := len(order) - 1; i >= 0; i-- {
		if err := r.readTable(ctx, r.main, order[i]); err != nil {
			return err
		}
		if err := r.release(ctx, order[i], i); err != nil {
			return err
		}
	}
	if err := r.main.exec(ctx, "ROLLBACK"); err != nil {
		return fmt.Errorf("end the snapshot: %w", err)
	}
	return nil
}

func (r *readOut) readLocked(ctx context.Context) error {
	if len(r.survey.locked) == 0 {
		return nil
	}
	for _, t := range r.survey.schema.tables() {
		if !lockableEngines[t.table.Engine] {
			continue
		}
		if err := r.readTable(ctx, r.locker, t); err != nil {
			return err
		}
	}
	if err := r.locker.exec(ctx, "UNLOCK TABLES"); err != nil {
		return fmt.Errorf("unlock the tables: %w", err)
	}
	return nil
}

func (r *readOut) readTable(ctx context.Context, s *session, t tableRef) error {
	w := &chunkWriter{dir: r.dir, enc: r.enc, table: t, limit: r.e.opts.ChunkBytes}
	w.done = func(file backup.File) error {
		r.bytes[t] += file.Content.Bytes
		return r.keep(file)
	}
	defer w.abandon()
	rows, err := readTable(ctx, s, t, r.survey.product, w)
	if err != nil {
		return fmt.Errorf("table %s: %w", t.quoted(), explain(err))
	}
	r.rows[t] = rows
	return nil
}

// release compares a table's definition with the one that is stored, and gives its metadata
// lock back, so that a waiting ALTER waits for this table and not for the whole take.
func (r *readOut) release(ctx context.Context, t tableRef, i int) error {
	shown, err := r.main.query(ctx, "SHOW CREATE TABLE "+t.quoted())
	if err != nil {
		return fmt.Errorf("table %s: %w", t.quoted(), err)
	}
	now := nextNumber.ReplaceAllString(shown.text(shown.rows[0], "Create Table"), "$1")
	if now != nextNumber.ReplaceAllString(string(t.table.Create), "$1") {
		return fmt.Errorf("%w: table %s was altered while it was read, although it was locked", executor.ErrRefused, t.quoted())
	}
	if err := r.main.exec(ctx, fmt.Sprintf("ROLLBACK TO SAVEPOINT cwb%d", i)); err != nil {
		return fmt.Errorf("release table %s: %w", t.quoted(), err)
	}
	return nil
}

// explain adds what to do to errors that an operator can act upon.
func explain(err error) error {
	switch {
	case isServerError(err, errPacketTooLarge):
		return fmt.Errorf("%w: a row is larger than the server sends: raise max_allowed_packet on the server", err)
	case isServerError(err, errTableDefChanged):
		return fmt.Errorf("%w: the table was altered meanwhile; take the backup again", err)
	}
	return err
}

// content sums up what was stored: every object is an entry, those without rows too.
func (r *readOut) content() executor.Content {
	out := executor.Content{
		Server: r.survey.product.server, Identity: r.survey.identity,
		Position: r.captured.position, Files: r.files,
	}
	out.Consistency, _ = r.survey.rung()
	for _, t := range r.survey.schema.tables() {
		out.Tables = append(out.Tables, backup.Table{
			Database: string(t.database.Name), Name: string(t.table.Name), Type: "table", Rows: r.rows[t], Bytes: r.bytes[t],
		})
		out.Totals.Rows += r.rows[t]
	}
	for _, d := range r.survey.schema.Databases {
		out.Tables = append(out.Tables, d.others()...)
	}
	slices.SortFunc(out.Tables, compareTables)
	out.Totals.Tables = int64(len(out.Tables))
	for _, f := range r.files {
		out.Totals.Files++
		out.Totals.Bytes += f.Content.Bytes
		out.Totals.Stored += f.Bytes
	}
	r.report(r.done)
	return out
}
