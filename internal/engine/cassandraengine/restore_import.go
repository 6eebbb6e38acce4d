package cassandraengine

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// imports loads the staged files into the live tables of this host. What a run before has
// loaded is not loaded again; a table in which it was cut is, which only doubles files until
// they are compacted, since every value keeps its write time.
func (r *restoring) imports(ctx context.Context) error {
	p, err := r.plan(ctx)
	if err != nil {
		return err
	}
	was, err := r.before()
	if err != nil {
		return err
	}
	if err := r.noteKept(was); err != nil {
		return err
	}
	if r.o.Adds {
		if err := r.create(ctx, p); err != nil {
			return err
		}
	}
	if err := r.importTables(ctx, p); err != nil {
		return err
	}
	if err := r.makeViews(ctx, was, &p.source, "import"); err != nil {
		return err
	}
	if err := r.compare(ctx, p, was); err != nil {
		return err
	}
	if err := r.unstage(""); err != nil {
		return err
	}
	return r.sweepScratch(ctx)
}

// importTables keeps the server from compacting what is loaded until it is repaired: a
// compaction forgets deletions that are old enough, before other hosts could have heard of them.
func (r *restoring) importTables(ctx context.Context, p restorePlan) error {
	repair := r.toRepair(p)
	if err := r.eachKeyspace(ctx, repair, "disableautocompaction"); err != nil {
		return err
	}
	done, err := r.marked(noteImported)
	if err != nil {
		return err
	}
	var loaded, total int64
	for _, t := range p.tables {
		total += t.bytes
	}
	for _, t := range p.tables {
		if !done[t.into()] {
			if err := r.importTable(ctx, p, t); err != nil {
				return fmt.Errorf("import %s: %w", t.into(), err)
			}
		}
		loaded += t.bytes
		r.progress(loaded, total)
	}
	if err := r.eachKeyspace(ctx, repair, "repair", r.fullRepair()...); err != nil {
		return err
	}
	return r.eachKeyspace(ctx, r.compacting(p, repair), "enableautocompaction")
}

// fullRepair asks for what was the only kind before 2.2.
func (r *restoring) fullRepair() []string {
	if newerVersion("2.2", r.local.version) {
		return nil
	}
	return []string{"-full"}
}

func (r *restoring) importTable(ctx context.Context, p restorePlan, t sourceTable) error {
	dirs, err := r.stage(ctx, forImport, t.target, t.Table, t.files)
	if err != nil {
		return err
	}
	if err := r.mark(noteTouched, t.into()); err != nil {
		return err
	}
	if err := r.importFiles(ctx, t.target, t.Table, dirs, t.bytes, r.tokenFlags(p.source)...); err != nil {
		return err
	}
	return r.mark(noteImported, t.into())
}

// importFiles lets the server take files out of folders. With --copy-data it leaves them there
// and makes hard links of its own (SSTableReader.moveAndOpenSSTable), so that a cut import can
// be done again. Caches are invalidated unless told otherwise.
func (r *restoring) importFiles(ctx context.Context, keyspace, table string, dirs []string, bytes int64, flags ...string) error {
	if len(dirs) == 0 {
		return nil // the table was empty
	}
	if majorVersion(r.local.version) < 4 {
		return r.refresh(ctx, keyspace, table, dirs)
	}
	args := append(append([]string{"--copy-data"}, flags...), "--", keyspace, table)
	_, err := r.patient(bytes).run(ctx, "import", append(args, dirs...)...)
	if err != nil {
		return fmt.Errorf("%w: the server's log says why", err)
	}
	return nil
}

// slowest is how many bytes a second a server is expected to read, verify or stream at least.
const slowest = 1 << 20

// patient is a nodetool that may take as long as so many bytes can.
func (r *restoring) patient(bytes int64) nodetool {
	tool := r.e.tool
	tool.limit += time.Duration(bytes/slowest) * time.Second
	return tool
}

// toRepair are the tables, by keyspace, whose rows are on several hosts.
func (r *restoring) toRepair(p restorePlan) map[string][]sourceTable {
	all := map[string][]sourceTable{}
	for _, t := range p.tables {
		if isReplicated(r.hosts, p.replication(t.target)) {
			all[t.target] = append(all[t.target], t)
		}
	}
	return all
}

// compacting leaves out the tables that the schema keeps from being compacted.
func (r *restoring) compacting(p restorePlan, tables map[string][]sourceTable) map[string][]sourceTable {
	all := map[string][]sourceTable{}
	for target, some := range tables {
		for _, t := range some {
			if p.live[target].compacts(t.Table) {
				all[target] = append(all[target], t)
			}
		}
	}
	return all
}

// eachKeyspace runs a command of nodetool over tables, one call a keyspace.
func (r *restoring) eachKeyspace(ctx context.Context, tables map[string][]sourceTable, command string, flags ...string) error {
	for keyspace, some := range tables {
		args := append(flags[:len(flags):len(flags)], "--", keyspace)
		var bytes int64
		for _, t := range some {
			args = append(args, t.Table)
			bytes += t.bytes
		}
		if _, err := r.patient(bytes*int64(len(r.hosts))).run(ctx, command, args...); err != nil {
			return err
		}
	}
	return nil
}

// errFewer says that rows are missing after all files were loaded.
var errFewer = errors.New("there are fewer rows than the rehearsal has counted")

// compare counts once more. Rows that are written meanwhile make it more; fewer can be by a
// time to live, or by deletions since the truncate. So fewer rows are said once, and taken for
// that when the import is run again.
func (r *restoring) compare(ctx context.Context, p restorePlan, was before) error {
	if r.o.Adds {
		return nil // deletions that are there win
	}
	expected := counts{}
	if _, err := r.note(noteCounts, &expected); err != nil {
		return err
	}
	said, err := r.marked(noteFewer)
	if err != nil {
		return err
	}
	for _, t := range p.tables {
		want, counted := expected[t.into()]
		if !counted || said[t.into()] {
			continue
		}
		got, err := r.server.count(ctx, t.target, t.Table, len(r.hosts) > 1)
		if err != nil {
			return err
		}
		if len(r.hosts) > 1 && got > 0 {
			continue // what other hosts have loaded may delete rows of this one
		}
		if got < want && !r.expires(t) {
			return errors.Join(fmt.Errorf("compare %s: %w (%d instead of %d): if the service has deleted rows meanwhile, resume the restore (cwb restore --resume %s); if not, undo it (--undo)", t.into(), errFewer, got, want, r.o.ID), r.mark(noteFewer, t.into()))
		}
	}
	return nil
}
