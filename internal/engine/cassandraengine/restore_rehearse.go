package cassandraengine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cwb/executor"
)

// modest is the size up to which the rows of a table are counted: more would take the server
// long. What is larger is proven by the extended verification alone, which reads every value.
const modest = 64 << 20

// counts are rows by table, as "keyspace.table" of where it goes.
type counts map[string]int64

// scratchPrefix begins the names of the scratch keyspaces of a restore, on whatever host.
func scratchPrefix(id string) string { return "cwb_" + strings.ToLower(id) + "_" }

// scratch is the keyspace that this host rehearses in, for the n-th of the restore's own.
func (r *restoring) scratch(n int) string {
	host, _, _ := strings.Cut(r.local.hostID, "-")
	return scratchPrefix(r.o.ID) + host + "_" + itoa(n)
}

// rehearse loads a second set of links into tables of the same definition that nobody uses, and
// proves that the server took every file, can read every value, and how many rows there are.
func (r *restoring) rehearse(ctx context.Context, p restorePlan) error {
	found := counts{}
	var done, total int64
	for _, t := range p.tables {
		total += t.bytes
	}
	for n, target := range p.targets() {
		if err := r.rehearseKeyspace(ctx, p, r.scratch(n), target, func(t sourceTable, rows int64) {
			if rows >= 0 {
				found[t.into()] = rows
			}
			done += t.bytes
			r.progress(done, total)
		}); err != nil {
			return err
		}
	}
	if err := r.unstage(forRehearsal); err != nil {
		return err
	}
	return r.putNote(noteCounts, found)
}

func (r *restoring) rehearseKeyspace(ctx context.Context, p restorePlan, scratch, target string, proven func(sourceTable, int64)) error {
	if err := r.dropScratch(ctx, scratch); err != nil {
		return err
	}
	if err := r.makeScratch(ctx, p, scratch, target); err != nil {
		return fmt.Errorf("make the scratch keyspace: %w", err)
	}
	made, err := r.server.schema(ctx, scratch)
	if err != nil {
		return err
	}
	for _, t := range p.tables {
		if t.target != target {
			continue
		}
		rows, err := r.rehearseTable(ctx, p, made, t)
		if err != nil {
			return fmt.Errorf("rehearse %s: %w", t.into(), err)
		}
		proven(t, rows)
	}
	return r.dropScratch(ctx, scratch)
}

// makeScratch makes the keyspace as its tables need it: replicated as the live one, so that
// the same files are refused, with the types that both sides know.
func (r *restoring) makeScratch(ctx context.Context, p restorePlan, scratch, target string) error {
	replication := p.replication(target)
	if err := r.server.exec(ctx, fmt.Sprintf("CREATE KEYSPACE %s WITH replication = %s AND durable_writes = false", quote(scratch), cqlMap(replication))); err != nil {
		return err
	}
	types := map[string]bool{}
	for _, k := range p.typesFor(target) {
		for _, st := range k.Statements {
			if st.Type != "type" || types[st.Name] {
				continue
			}
			types[st.Name] = true
			if err := r.execAll(ctx, inKeyspace(k.executable(st), k.Name, scratch)); err != nil {
				return err
			}
		}
	}
	for _, t := range p.tables {
		if t.target != target {
			continue
		}
		k := p.definitionIn(t)
		cql := forScratch(withID(inKeyspace(k.tableText(t.Table), k.Name, scratch), ""))
		if err := r.execAll(ctx, cql); err != nil {
			return err
		}
	}
	return nil
}

// replication of a keyspace that tables go into: the live one, else that of the backup.
func (p restorePlan) replication(target string) map[string]string {
	if k, ok := p.live[target]; ok {
		return k.Replication
	}
	for _, t := range p.tables {
		if t.target == target {
			return p.schema(t.Keyspace).Replication
		}
	}
	return nil
}

// typesFor are the keyspaces whose types tables in a keyspace can be of, the live one first.
func (p restorePlan) typesFor(target string) []keyspaceSchema {
	all := []keyspaceSchema{}
	if k, ok := p.live[target]; ok {
		all = append(all, k)
	}
	for _, k := range p.keyspaces {
		if slices.ContainsFunc(p.tables, func(t sourceTable) bool { return t.target == target && t.Keyspace == k.Name }) {
			all = append(all, k)
		}
	}
	return all
}

// execAll runs statements one after the other.
func (r *restoring) execAll(ctx context.Context, cql string) error {
	for _, st := range splitCQL(cql) {
		if err := r.server.exec(ctx, st); err != nil {
			return err
		}
	}
	return nil
}

// rehearseTable returns the rows, or -1 where they were not counted.
func (r *restoring) rehearseTable(ctx context.Context, p restorePlan, made keyspaceSchema, t sourceTable) (int64, error) {
	dirs, err := r.stage(ctx, forRehearsal, made.Name, t.Table, t.files)
	if err != nil {
		return 0, err
	}
	flags := append([]string{"--extended-verify"}, r.tokenFlags(p.source)...)
	if err := r.importFiles(ctx, made.Name, t.Table, dirs, t.bytes, flags...); err != nil {
		return 0, err
	}
	if err := r.landed(made, t); err != nil {
		return 0, err
	}
	if t.bytes > modest {
		return -1, nil
	}
	rows, err := r.server.count(ctx, made.Name, t.Table, len(r.hosts) > 1)
	if err != nil && r.o.Adds && ctx.Err() == nil {
		return -1, nil // other hosts may be down, and a count asks them all
	}
	return rows, err
}

// landed proves that the scratch table has as many SSTables as were staged: nodetool has said
// "done" before when nothing was.
func (r *restoring) landed(made keyspaceSchema, t sourceTable) error {
	table := made.table(t.Table)
	if table == nil {
		return fmt.Errorf("the scratch table %s is gone", qualified(made.Name, t.Table))
	}
	has := 0
	for _, root := range r.e.node.DataDirs {
		for _, folder := range tableFolders(t.Table, table.ID) {
			names, err := filepath.Glob(filepath.Join(root, made.Name, folder, "*-Data.db"))
			if err != nil {
				return err
			}
			has += len(names)
		}
	}
	if want := dataFiles(t.files); has != want {
		return fmt.Errorf("%w: of %d SSTables the server took %d: its log says why", executor.ErrDamaged, want, has)
	}
	return nil
}

func dataFiles(files []found) int {
	n := 0
	for _, f := range files {
		if c, _ := parseComponent(f.name); c.name == "Data.db" {
			n++
		}
	}
	return n
}

// dropScratch drops a scratch keyspace, and the folders that it leaves on this host.
func (r *restoring) dropScratch(ctx context.Context, scratch string) error {
	if err := r.server.exec(ctx, "DROP KEYSPACE IF EXISTS "+quote(scratch)); err != nil {
		return err
	}
	return r.e.removeScratch(scratch)
}

// removeScratch removes the folders of a scratch keyspace that was dropped, with the snapshots
// that the server takes of what it drops.
func (e *Engine) removeScratch(scratch string) error {
	for _, root := range e.node.DataDirs {
		if err := os.RemoveAll(filepath.Join(root, scratch)); err != nil {
			return err
		}
	}
	return nil
}

// sweepScratch drops this host's scratch keyspaces of the restore, and removes the folders that
// those of other hosts have left here.
func (r *restoring) sweepScratch(ctx context.Context) error {
	there, err := r.server.keyspaces(ctx)
	if err != nil {
		return err
	}
	for n := 0; n < len(there)+1; n++ {
		if name := r.scratch(n); slices.Contains(there, name) {
			if err := r.dropScratch(ctx, name); err != nil {
				return err
			}
			there = slices.DeleteFunc(there, func(other string) bool { return other == name })
		}
	}
	for _, root := range r.e.node.DataDirs {
		names, err := subfolders(root)
		if err != nil {
			return err
		}
		for _, name := range names {
			if strings.HasPrefix(name, scratchPrefix(r.o.ID)) && !slices.Contains(there, name) {
				if err := r.e.removeScratch(name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
