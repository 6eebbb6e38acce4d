package cassandraengine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

// source is what a restore brings back: the selected tables of a backup with their files where
// they lie, and as much of their definitions as the backup has.
type source struct {
	name      string // for people
	keyspaces []keyspaceSchema
	tables    []sourceTable // in order of keyspace and name; without views
	views     []tableName   // whose tables are selected
	captured  time.Time     // zero when unknown
	expires   time.Time     // when the server removes it by itself; zero: never
	version   string        // of the server; empty when unknown
	host      string        // host id; empty when unknown
	tokens    []string      // of the host
	ring      []peer        // all hosts of its ring then; empty when unknown
	system    []string      // keyspaces left out since they were not asked for by name
}

// sourceTable is a table of a source.
type sourceTable struct {
	tableName
	target string  // the keyspace that it goes into
	files  []found // of its SSTables, without those of indexes that are tables of their own
	bytes  int64
}

// into is the name of the table that it goes into.
func (t sourceTable) into() string { return t.target + "." + t.Table }

// schema is the definition of a keyspace, empty where the backup does not have it.
func (s source) schema(keyspace string) keyspaceSchema {
	for _, k := range s.keyspaces {
		if k.Name == keyspace {
			return k
		}
	}
	return keyspaceSchema{Name: keyspace}
}

// schemaInto is the definition of the keyspace whose tables go into another one.
func (s source) schemaInto(target string) keyspaceSchema {
	at := slices.IndexFunc(s.tables, func(t sourceTable) bool { return t.target == target })
	return s.schema(s.tables[at].Keyspace)
}

// definition is that of a table; nil where the backup does not have it.
func (s source) definition(t tableName) *tableSchema {
	k := s.schema(t.Keyspace)
	return k.table(t.Table)
}

func (s source) targets() []string {
	var all []string
	for _, t := range s.tables {
		all = append(all, t.target)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// source reads what an order brings back.
func (e *Engine) source(ctx context.Context, o executor.RestoreOrder) (source, error) {
	s, err := e.readSource(ctx, o.Source)
	if err != nil {
		return source{}, err
	}
	return s.narrowed(o.Selection, o.As), nil
}

func (e *Engine) readSource(ctx context.Context, from executor.RestoreSource) (source, error) {
	switch {
	case from.Manifest != nil && from.Record != nil:
		return ownSource(from)
	case from.Foreign != nil:
		return e.readForeignSource(ctx, *from.Foreign)
	}
	return source{}, fmt.Errorf("%w: the backup is gone", executor.ErrRefused)
}

// narrowed keeps what is selected. System keyspaces are restored only when named.
func (s source) narrowed(selection executor.Selection, as string) source {
	all := s.tables
	s.tables = nil
	for _, t := range all {
		switch {
		case !selected(selection, t.Keyspace, t.Table):
		case isSystem(t.Keyspace) && !slices.Contains(selection.Databases, t.Keyspace):
			if !slices.Contains(s.system, t.Keyspace) {
				s.system = append(s.system, t.Keyspace)
			}
		default:
			t.target = cmp.Or(as, t.Keyspace)
			s.tables = append(s.tables, t)
		}
	}
	s.views = slices.DeleteFunc(slices.Clone(s.views), func(v tableName) bool {
		t := s.definition(v)
		return t == nil || !slices.ContainsFunc(s.tables, func(b sourceTable) bool { return b.Keyspace == v.Keyspace && b.Table == t.Base })
	})
	return s
}

// targetOf is the keyspace that one of the backup goes into.
func targetOf(o executor.RestoreOrder, keyspace string) string {
	if o.As != "" {
		return o.As
	}
	return keyspace
}

func selected(s executor.Selection, keyspace, table string) bool {
	if len(s.Databases) > 0 && !slices.Contains(s.Databases, keyspace) {
		return false
	}
	return len(s.Tables) == 0 || slices.Contains(s.Tables, table) || slices.Contains(s.Tables, keyspace+"."+table)
}

func isSystem(keyspace string) bool {
	return keyspace == "system" || strings.HasPrefix(keyspace, "system_") || keyspace == "dse_system"
}

// ownSource reads a backup of ours from its manifest, schema.json and ring.json. An adopted one
// has none of the latter two; its definitions are in the snapshot's own schema.cql.
func ownSource(from executor.RestoreSource) (source, error) {
	s := source{name: "set " + string(from.Record.Set), captured: from.Record.Captured, version: from.Record.Server.Version, host: from.Record.Identity.HostID}
	files := map[string][]found{}
	stored := map[string]bool{}
	for _, f := range from.Manifest.Files {
		if f.Root == "" {
			stored[f.Path] = true
			continue
		}
		at, err := placeOf(f)
		if err != nil {
			return source{}, err
		}
		key := f.Database + "." + f.Table
		files[key] = append(files[key], at)
	}
	for _, t := range from.Manifest.Tables {
		if err := checkNames("keyspace or table", t.Database, t.Name); err != nil {
			return source{}, err
		}
		name := tableName{Keyspace: t.Database, Table: t.Name, ID: t.ID, View: t.Type == "view"}
		s.add(name, files[t.Database+"."+t.Name])
	}
	if err := s.describe(from, stored, files); err != nil {
		return source{}, err
	}
	s.setViewsApart()
	return s, s.check()
}

// setViewsApart finds the views among the tables of an adopted backup, whose manifest does not
// tell them.
func (s *source) setViewsApart() {
	s.tables = slices.DeleteFunc(s.tables, func(t sourceTable) bool {
		return slices.ContainsFunc(s.schema(t.Keyspace).Statements, func(st statement) bool {
			return st.Type == "materialized_view" && st.Name == t.Table
		})
	})
}

// placeOf is where a file of a manifest lies. A manifest can be old, but not lead elsewhere.
func placeOf(f backup.File) (found, error) {
	if !filepath.IsAbs(f.Root) || filepath.Clean(f.Root) != f.Root || !filepath.IsLocal(f.Path) || path.Clean(f.Path) != f.Path {
		return found{}, fmt.Errorf("%w: the manifest names the file %q in %q", executor.ErrRefused, f.Path, f.Root)
	}
	return found{root: f.Root, folder: path.Dir(f.Path), name: path.Base(f.Path), stamp: stamp{size: f.Bytes}}, nil
}

// add keeps the SSTables of a table. Views are made from their tables, and the files of
// indexes that are tables of their own (".index") are made when SSTables are loaded.
func (s *source) add(t tableName, files []found) {
	if t.View {
		s.views = append(s.views, t)
		return
	}
	table := sourceTable{tableName: t, target: t.Keyspace}
	for _, f := range files {
		if _, ok := parseComponent(f.name); ok && !strings.HasPrefix(path.Base(f.folder), ".") {
			table.files = append(table.files, f)
			table.bytes += f.size
		}
	}
	s.tables = append(s.tables, table)
}

func (s *source) describe(from executor.RestoreSource, stored map[string]bool, files map[string][]found) error {
	if stored[ringJSON] {
		var ring ringFile
		if err := readJSON(from.Dir, ringJSON, &ring); err != nil {
			return err
		}
		for _, h := range ring.Hosts {
			s.ring = append(s.ring, peer{hostID: h.HostID, address: h.Address, datacenter: h.Datacenter, rack: h.Rack, tokens: h.Tokens})
			if h.HostID == ring.Host {
				s.host, s.tokens = h.HostID, h.Tokens
			}
		}
	}
	if stored[schemaJSON] {
		var all schema
		if err := readJSON(from.Dir, schemaJSON, &all); err != nil {
			return err
		}
		s.keyspaces = all.Keyspaces
		return nil
	}
	for _, t := range s.tables {
		if err := s.describeFrom(t.tableName, files[t.Keyspace+"."+t.Table]); err != nil {
			return err
		}
	}
	return nil
}

// describeFrom reads the schema.cql among the files of a table.
func (s *source) describeFrom(t tableName, files []found) error {
	for _, f := range files {
		if path.Base(f.name) != schemaCQL {
			continue
		}
		text, err := readPresent(f)
		if err != nil {
			return err
		}
		s.merge(schemaCQLOf(t.Keyspace, t.Table, string(text)))
		return nil
	}
	return nil
}

// merge adds what one schema.cql tells to its keyspace. Types come first, once.
func (s *source) merge(k keyspaceSchema) {
	at := slices.IndexFunc(s.keyspaces, func(other keyspaceSchema) bool { return other.Name == k.Name })
	if at < 0 {
		s.keyspaces = append(s.keyspaces, k)
		return
	}
	to := &s.keyspaces[at]
	to.Tables = append(to.Tables, k.Tables...)
	for _, st := range k.Statements {
		same := func(other statement) bool { return other.Type == "type" && other.Name == st.Name }
		if st.Type != "type" || !slices.ContainsFunc(to.Statements, same) {
			to.Statements = append(to.Statements, st)
		}
	}
}

// check refuses names that could not be a part of a path or a statement.
func (s source) check() error {
	for _, k := range s.keyspaces {
		if err := checkNames("keyspace", k.Name); err != nil {
			return err
		}
		for _, t := range k.Tables {
			if err := checkNames("table", t.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// largestNote bounds what is read into memory of a backup's own files.
const largestNote = 64 << 20

func readJSON(dir executor.Dir, name string, v any) error {
	r, err := dir.Open(name)
	if err != nil {
		return fmt.Errorf("read %s of the backup: %w", name, err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, largestNote))
	if err == nil {
		if err = json.Unmarshal(data, v); err != nil {
			err = fmt.Errorf("%w: %w", executor.ErrDamaged, err)
		}
	}
	if err != nil {
		return fmt.Errorf("read %s of the backup: %w", name, err)
	}
	return nil
}
