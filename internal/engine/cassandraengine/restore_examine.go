package cassandraengine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cwb/executor"
	"cwb/planner"
)

// Examine implements executor.Restorer. It reads the backup and, over CQL, the server.
func (e *Engine) Examine(ctx context.Context, o executor.RestoreOrder) (executor.Examination, error) {
	s, err := e.connect(ctx)
	if err != nil {
		return executor.Examination{}, err
	}
	defer s.close()
	x := &examining{e: e, o: o}
	if x.local, x.hosts, err = readRing(ctx, s); err != nil {
		return executor.Examination{}, err
	}
	if x.members, err = readMembers(ctx, s, x.hosts); err != nil {
		return x.orRefused(err)
	}
	if x.src, err = e.source(ctx, o); err != nil {
		return x.orRefused(err)
	}
	if x.live, err = liveSchemas(ctx, s, x.src.targets()); err != nil {
		return x.orRefused(err)
	}
	x.examine()
	return x.found, nil
}

// examining is an examination under way.
type examining struct {
	e     *Engine
	o     executor.RestoreOrder
	local local
	hosts []peer
	src   source

	members []planner.RingMember      // the hosts, with what they are at, and those that are joining
	live    map[string]keyspaceSchema // of the keyspaces that tables go into, as far as they exist
	found   executor.Examination
}

// orRefused makes a refusal of what cannot be read of the backup, the schema or the ring.
func (x *examining) orRefused(err error) (executor.Examination, error) {
	var silent *untold
	if !errors.Is(err, executor.ErrRefused) && !errors.As(err, &silent) {
		return executor.Examination{}, err
	}
	x.found.Identity = x.local.identity()
	x.refuse("", "%s", err)
	return x.found, nil
}

func (x *examining) refuse(flag, format string, args ...any) {
	x.found.Refusals = append(x.found.Refusals, executor.Refusal{Reason: fmt.Sprintf(format, args...), Flag: flag})
}

func (x *examining) warn(format string, args ...any) {
	x.found.Warnings = append(x.found.Warnings, fmt.Sprintf(format, args...))
}

// liveSchemas reads those of the keyspaces that exist.
func liveSchemas(ctx context.Context, s server, names []string) (map[string]keyspaceSchema, error) {
	live := map[string]keyspaceSchema{}
	if err := checkNames("keyspace", names...); err != nil {
		return nil, err
	}
	for _, name := range names {
		k, err := s.schema(ctx, name)
		if errors.Is(err, errNoKeyspace) {
			continue
		}
		if err == nil {
			err = k.check()
		}
		if err != nil {
			return nil, err
		}
		live[name] = k
	}
	return live, nil
}

func (x *examining) examine() {
	x.found.Identity = x.local.identity()
	x.found.Phases = []executor.RestorePhase{executor.PhaseLoad, executor.PhaseTruncate, executor.PhaseImport}
	x.found.Ring = x.ring()
	x.listTables()
	x.judgePlaces()
	x.judgeServer()
	x.judgeRing()
	x.judgeVersion()
	x.judgeShape()
	x.judgeReplication()
	x.judgeSchema()
	x.judgeViews()
	x.judgeAge()
	x.judgeExpiry()
	x.judgeDisk()
	x.explain()
}

// ring are the host ids that have rows of what is brought back.
func (x *examining) ring() []string {
	var all []string
	for _, name := range x.src.targets() {
		all = append(all, replicaHosts(x.hosts, x.replication(name))...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// replication of a keyspace that tables go into: the live one, else that of the backup.
func (x *examining) replication(target string) map[string]string {
	if k, ok := x.live[target]; ok {
		return k.Replication
	}
	for _, t := range x.src.tables {
		if t.target == target {
			return x.src.schema(t.Keyspace).Replication
		}
	}
	return nil
}

// liveTable is the table that one of the backup goes into; nil when there is none.
func (x *examining) liveTable(t sourceTable) *tableSchema {
	k, ok := x.live[t.target]
	if !ok {
		return nil
	}
	return k.table(t.Table)
}

func (x *examining) listTables() {
	for _, t := range x.src.tables {
		x.found.Replaces = append(x.found.Replaces, executor.RestoreTable{
			Database: t.target, Name: t.Table, Exists: x.liveTable(t) != nil, LiveRows: -1, Bytes: t.bytes,
		})
	}
	for _, name := range newerTables(x.src, x.live, x.o) {
		x.found.Stays = append(x.found.Stays, name.String())
	}
	for _, name := range x.src.system {
		how := "--keyspace " + name
		if name == rolesKeyspace {
			how += " --as NAME"
		}
		x.warn("the keyspace %s is in the backup and stays as it is: system keyspaces are restored only by name (%s)", name, how)
	}
}

// newerTables are tables of the same keyspaces that the backup does not have, in order.
func newerTables(src source, live map[string]keyspaceSchema, o executor.RestoreOrder) []tableName {
	if len(o.Selection.Tables) > 0 || o.As != "" || o.Source.Foreign != nil {
		return nil
	}
	var all []tableName
	for _, target := range src.targets() {
		for _, t := range live[target].Tables {
			has := slices.ContainsFunc(src.tables, func(s sourceTable) bool { return s.target == target && s.Table == t.Name })
			if !t.View && !has {
				all = append(all, tableName{Keyspace: target, Table: t.Name, ID: t.ID})
			}
		}
	}
	return all
}

func (x *examining) explain() {
	way := "nodetool import"
	if majorVersion(x.local.version) < 4 {
		way = "nodetool refresh"
	}
	x.found.Method = "hard links of the files are staged in the data directory and rehearsed in a scratch keyspace; then the tables are emptied by TRUNCATE and the files loaded with " + way
	x.found.Impact = "the server keeps running; from the TRUNCATE until the last file is loaded the tables look empty, or half full"
	x.found.Undo = "the safety backup, and the snapshots that TRUNCATE makes; until cwb restore --confirm"
	if len(x.hosts) > 1 {
		x.found.Method += "; each host is repaired after it has loaded, where rows are on several"
	}
	if x.hasCounters() && len(x.hosts) > 1 {
		x.warn("there are counter tables, which can only be restored on all hosts of the ring together")
	}
}

func (x *examining) hasCounters() bool {
	return slices.ContainsFunc(x.src.tables, func(t sourceTable) bool {
		d := x.src.definition(t.tableName)
		live := x.liveTable(t)
		return d != nil && d.isCounter() || live != nil && live.isCounter()
	})
}
