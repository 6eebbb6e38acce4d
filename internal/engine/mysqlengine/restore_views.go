package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// views makes views what they shall be, each after those that it names. Those that name each
// other get a stand-in with the same columns first.
func (c *converging) views(ctx context.Context, gone []database) error {
	for i, d := range c.all.Databases {
		for _, v := range gone[i].Views {
			if slices.ContainsFunc(d.Views, func(w view) bool { return w.Name == v.Name }) || !c.isView(d.Name, v.Name) {
				continue
			}
			if err := c.s.exec(ctx, "DROP VIEW IF EXISTS "+quoteTable(string(d.Name), string(v.Name))); err != nil {
				return fmt.Errorf("drop view %s: %w", quoteTable(string(d.Name), string(v.Name)), err)
			}
		}
	}
	order, circle := sortViews(c.all)
	for _, v := range circle {
		if !c.isView(v.database.Name, v.view.Name) {
			if err := c.inUTF8(ctx, "CREATE VIEW "+v.quoted()+" AS SELECT "+v.standIn()); err != nil {
				return fmt.Errorf("create a stand-in for view %s: %w", v.quoted(), err)
			}
		}
	}
	return c.inOrder(ctx, append(order, circle...))
}

// inOrder makes views, and those whose turn it was not yet once more: the text of a dump does
// not say of which database a name is, so their order is not known.
func (c *converging) inOrder(ctx context.Context, views []viewRef) error {
	for len(views) > 0 {
		var later []viewRef
		var last error
		for _, v := range views {
			err := c.view(ctx, v)
			if isServerError(err, notReady...) {
				later, last = append(later, v), err
			} else if err != nil {
				return err
			}
		}
		if len(later) == len(views) {
			return last
		}
		views = later
	}
	return nil
}

// notReady are the errors of a view whose tables and views are not, or not yet, what it needs.
var notReady = []uint16{errNoSuchTable, errNoSuchRoutine, errNoSuchColumn, errBrokenView}

func (c *converging) isView(database, name text) bool {
	t, ok := c.now.find(database, name)
	return ok && !t.base()
}

// view makes one view. One that did not work when it was saved is tried, no more.
func (c *converging) view(ctx context.Context, v viewRef) error {
	now, _ := c.now.of(v.database.Name)
	if slices.ContainsFunc(now.Views, v.view.same) {
		return nil
	}
	p := program{database: *v.database, context: programContext{SQLMode: plainMode, Client: v.view.Client, Connection: v.view.Connection}}
	p.create = text(strings.Replace(string(v.view.Create), "CREATE ", "CREATE OR REPLACE ", 1))
	err := c.create(ctx, p)
	if v.view.Broken != "" && isServerError(err, notReady...) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create view %s: %w", v.quoted(), err)
	}
	return nil
}

func (v view) same(o view) bool {
	return v.Name == o.Name && v.Create == o.Create && v.Client == o.Client && v.Connection == o.Connection
}

// Errors of creating a view whose tables are not what it needs.
const (
	errNoSuchColumn = 1054
	errBrokenView   = 1356
)
