package cassandraengine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// madeID is the id of a table that a restore makes: the same on all hosts and at every attempt,
// so that hosts which make it at once agree, and never that of the table that was dropped: the
// commit log may still hold writes to that.
func madeID(restore string, t tableName) string {
	sum := sha256.Sum256([]byte("cwb restore\x00" + restore + "\x00" + t.String()))
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

const noteMade = "made.json" // tables that the restore has made, with all that belongs to them

// create makes what is not there: keyspace, types, functions, tables with their dropped columns
// and indexes. Doing it again finishes it.
func (r *restoring) create(ctx context.Context, p restorePlan) error {
	for _, target := range p.targets() {
		if err := r.createKeyspace(ctx, p, target); err != nil {
			return err
		}
	}
	made, err := r.marked(noteMade)
	if err != nil {
		return err
	}
	for _, t := range p.tables {
		live := p.liveTable(t)
		name := tableName{Keyspace: t.target, Table: t.Table}
		switch {
		case live == nil:
			err = r.createTable(ctx, p, t, name)
		case live.ID == madeID(r.o.ID, name) && !made[name.String()]:
			if err = r.server.exec(ctx, "DROP TABLE "+qualified(t.target, t.Table)); err == nil { // a run before was cut in the middle of it
				err = r.createTable(ctx, p, t, name)
			}
		case live.ID != madeID(r.o.ID, name):
			err = r.addDropped(ctx, p, t, *live)
		}
		if err != nil {
			return fmt.Errorf("create %s: %w", name, err)
		}
	}
	return nil
}

func (r *restoring) createKeyspace(ctx context.Context, p restorePlan, target string) error {
	_, exists := p.live[target]
	types := map[string]bool{}
	if exists {
		for _, st := range p.live[target].Statements {
			types[st.Type+st.Name] = true
		}
	} else {
		k := p.typesFor(target)[0]
		cql := fmt.Sprintf("CREATE KEYSPACE IF NOT EXISTS %s WITH replication = %s AND durable_writes = %t", quote(target), cqlMap(k.Replication), k.DurableWrites)
		if err := r.server.exec(ctx, cql); err != nil {
			return err
		}
	}
	for _, k := range p.typesFor(target) {
		for _, st := range k.Statements {
			wanted := st.Type == "type" || !exists && (st.Type == "function" || st.Type == "aggregate")
			if !wanted || types[st.Type+st.Name] {
				continue
			}
			types[st.Type+st.Name] = st.Type == "type"
			err := r.server.exec(ctx, strings.TrimSuffix(inKeyspace(k.executable(st), k.Name, target), ";"))
			if err != nil && !alreadyThere(err) {
				return err
			}
		}
	}
	return nil
}

func alreadyThere(err error) bool { return strings.Contains(err.Error(), "already exists") }

func (r *restoring) createTable(ctx context.Context, p restorePlan, t sourceTable, name tableName) error {
	k := p.schema(t.Keyspace)
	if err := r.execAll(ctx, withID(inKeyspace(k.tableText(t.Table), k.Name, t.target), madeID(r.o.ID, name))); err != nil {
		return err
	}
	for _, st := range k.Statements {
		if st.Type != "index" || indexedTable(st.CQL) != t.Table {
			continue
		}
		if err := r.execAll(ctx, inKeyspace(st.CQL, k.Name, t.target)); err != nil {
			return err
		}
	}
	return r.mark(noteMade, name.String())
}

// indexedTable is the table of CREATE INDEX … ON [keyspace.]table (…).
func indexedTable(cql string) string {
	words := significant(cql)
	at := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, "ON") })
	if at < 0 || at+3 >= len(words) {
		return ""
	}
	if words[at+2] == "." {
		at += 2
	}
	name, _ := nameOf(words[at+1])
	return name
}

// addDropped makes and drops again the columns that files of the backup may have values of and
// that the live table never had: it was made again since.
func (r *restoring) addDropped(ctx context.Context, p restorePlan, t sourceTable, live tableSchema) error {
	was := p.definition(t.tableName)
	if was == nil {
		return nil
	}
	name := qualified(t.target, t.Table)
	for _, d := range lackingDrops(*was, live) {
		static := map[bool]string{true: " static"}[d.Kind == "static"]
		if err := r.server.exec(ctx, fmt.Sprintf("ALTER TABLE %s ADD %s %s%s", name, quote(d.Name), d.Type, static)); err != nil && !alreadyThere(err) {
			return err
		}
		drop := fmt.Sprintf("ALTER TABLE %s DROP %s", name, quote(d.Name))
		if d.Time > 0 {
			drop += fmt.Sprintf(" USING TIMESTAMP %d", d.Time*1000)
		}
		if err := r.server.exec(ctx, drop); err != nil {
			return err
		}
	}
	return nil
}
