package mysqlengine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"cwb/executor"
	"cwb/internal/backup"
)

// readOut is one ReadOut while it runs: per connection a reader, a packer and a verifier, in
// goroutines of their own.
type readOut struct {
	*prepared
	dir      executor.Dir
	progress executor.Progress
	queue    *unitQueue
	rate     *throttle
	expected int64 // the server's estimate of all bytes

	mu    sync.Mutex
	files []backup.File // verified
	rows  map[[2]string]int64
	bytes map[[2]string]int64
	done  int64 // bytes of content that are stored and verified
}

// ReadOut stores schema and rows and reads every file back. Each table's definition is
// compared once more just before its lock is given back.
func (p *prepared) ReadOut(ctx context.Context, dir executor.Dir, progress executor.Progress) (executor.Content, error) {
	r := &readOut{prepared: p, dir: dir, progress: progress, rate: newThrottle(p.e.node.MySQL.MaxRate), rows: map[[2]string]int64{}, bytes: map[[2]string]int64{}}
	r.rate.ease.notice = p.e.opts.looked
	if err := guard(func() error { return r.runWatched(ctx) }); err != nil {
		return executor.Content{}, fmt.Errorf("read out %s: %w", p.e.node.Addr, err)
	}
	return r.content(), nil
}

// runWatched ends when the take gives way, whatever it is doing.
func (r *readOut) runWatched(ctx context.Context) error {
	if len(r.sessions) == 0 || r.watcher == nil {
		return errors.New("nothing was captured")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.watcher.gone, cancel)()
	err := r.run(ctx)
	if gave := r.watcher.gave(); gave != nil && err != nil {
		return gave
	}
	r.watcher.end()
	return err
}

func (r *readOut) run(ctx context.Context) error {
	for _, t := range r.survey.schema.tables() {
		r.expected += t.table.bytes
	}
	r.waitNoLonger()
	if err := r.readLocked(ctx); err != nil {
		return err
	}
	if err := r.readSequences(ctx); err != nil {
		return err
	}
	if err := r.writeSchema(); err != nil {
		return err
	}
	if err := r.readSnapshot(ctx); err != nil {
		return err
	}
	return r.countRows()
}

// waitNoLonger limits how long the server may be silent. Nothing that reading asks takes the
// server long before its first byte: rows come in the order in which they are stored.
func (r *readOut) waitNoLonger() {
	for _, s := range append(r.sessions[:len(r.sessions):len(r.sessions)], r.locker) {
		if s != nil {
			s.line.wait(r.e.opts.Stall)
		}
	}
}

// readSequences reads the state of every sequence. Sequences live outside transactions: what
// is read may be ahead of the snapshot, never behind it, so numbers are skipped at worst.
func (r *readOut) readSequences(ctx context.Context) error {
	for i := range r.survey.schema.Databases {
		d := &r.survey.schema.Databases[i]
		for j := range d.Sequences {
			q := &d.Sequences[j]
			state, err := r.sessions[0].one(ctx, "SELECT CONCAT_WS(',', next_not_cached_value, minimum_value, maximum_value, start_value, increment, cache_size, cycle_option, cycle_count) FROM "+
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
	enc, err := newEncoder()
	if err != nil {
		return err
	}
	w, err := newFileWriter(r.dir, schemaFile, enc)
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
	verify := make(chan backup.File, 1)
	verify <- file
	close(verify)
	return r.verifyAll(verify)
}

// verifyAll reads finished files back until there are no more.
func (r *readOut) verifyAll(files <-chan backup.File) error {
	dec, err := newDecoder()
	if err != nil {
		return err
	}
	defer dec.Close()
	for file := range files {
		if file.Content, err = proveFile(r.dir, file, dec); err != nil {
			return err
		}
		r.keep(file)
	}
	return nil
}

// keep adds a verified file to the content.
func (r *readOut) keep(file backup.File) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files = append(r.files, file)
	r.done += file.Content.Bytes
	if file.Table != "" {
		r.bytes[[2]string{file.Database, file.Table}] += file.Content.Bytes
	}
	r.report(max(r.expected, r.done))
}

func (r *readOut) report(total int64) {
	if r.progress != nil {
		r.progress(r.done, total)
	}
}

// counted notes how many rows a reader was sent.
func (r *readOut) counted(t tableRef, rows int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows[t.key()] += rows
}

func (t tableRef) key() [2]string { return [2]string{string(t.database.Name), string(t.table.Name)} }

// countRows compares the rows that the server sent with those that were read back.
func (r *readOut) countRows() error {
	stored := map[[2]string]int64{}
	for _, f := range r.files {
		stored[[2]string{f.Database, f.Table}] += f.Rows
	}
	for _, t := range r.survey.schema.tables() {
		if stored[t.key()] != r.rows[t.key()] {
			return fmt.Errorf("table %s: %w: %d rows came from the server, %d are stored", t.quoted(), errDifferent, r.rows[t.key()], stored[t.key()])
		}
	}
	return nil
}

// content sums up what was stored: every object is an entry, those without rows too.
func (r *readOut) content() executor.Content {
	slices.SortFunc(r.files, func(a, b backup.File) int { return strings.Compare(a.Path, b.Path) })
	out := executor.Content{
		Server: r.survey.product.server, Identity: r.survey.identity,
		Position: r.captured.position, Waited: r.captured.waited, Files: slices.Values(r.files),
	}
	out.Consistency, _ = r.survey.rung(len(r.captured.snapshots), 0)
	for _, t := range r.survey.schema.tables() {
		out.Tables = append(out.Tables, backup.Table{
			Database: string(t.database.Name), Name: string(t.table.Name), Type: "table", Rows: r.rows[t.key()], Bytes: r.bytes[t.key()],
		})
		out.Totals.Rows += r.rows[t.key()]
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
