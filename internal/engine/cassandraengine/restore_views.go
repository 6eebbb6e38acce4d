package cassandraengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cwb/executor"
)

// makeViews makes the materialised views of the tables again, and waits until they are filled.
func (r *restoring) makeViews(ctx context.Context, was before, src *source, why string) error {
	if len(r.hosts) > 1 {
		return nil // refused by the examination where there are any
	}
	for _, v := range r.wantedViews(was, src) {
		live, err := r.server.schema(ctx, v.target)
		if err != nil {
			return err
		}
		if live.table(v.name) == nil {
			id := madeID(r.o.ID+" "+why, tableName{Keyspace: v.target, Table: v.name})
			if err := r.execAll(ctx, withID(inKeyspace(v.cql, v.from, v.target), id)); err != nil {
				return fmt.Errorf("create the view %s.%s: %w", v.target, v.name, err)
			}
		}
		if err := r.awaitView(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// wantedView is a view that has to be there in the end.
type wantedView struct {
	name, from, target, cql string
}

// wantedViews are those that were there, and then those of the backup.
func (r *restoring) wantedViews(was before, src *source) []wantedView {
	var all []wantedView
	add := func(k keyspaceSchema, target string, tables func(base string) bool) {
		for _, st := range k.Statements {
			t := k.table(st.Name)
			if st.Type != "materialized_view" || t == nil || !tables(t.Base) {
				continue
			}
			if !slices.ContainsFunc(all, func(v wantedView) bool { return v.target == target && v.name == st.Name }) {
				all = append(all, wantedView{name: st.Name, from: k.Name, target: target, cql: strings.TrimSpace(st.CQL)})
			}
		}
	}
	for _, k := range was.Keyspaces {
		add(k, k.Name, func(base string) bool {
			return slices.ContainsFunc(was.Targets, func(t tableName) bool { return t.Keyspace == k.Name && t.Table == base })
		})
	}
	if src != nil {
		for _, k := range src.keyspaces {
			add(k, targetOf(r.o, k.Name), func(base string) bool {
				return slices.ContainsFunc(src.tables, func(t sourceTable) bool { return t.Keyspace == k.Name && t.Table == base })
			})
		}
	}
	return all
}

func (r *restoring) awaitView(ctx context.Context, v wantedView) error {
	for began := time.Now(); ; {
		built, err := r.server.isBuilt(ctx, v.target, v.name)
		if err != nil || built {
			return err
		}
		if time.Since(began) > r.e.options.ToolTimeout {
			return fmt.Errorf("%w: the view %s.%s is still not filled after %s: run the restore again later", executor.ErrRefused, v.target, v.name, r.e.options.ToolTimeout)
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}
