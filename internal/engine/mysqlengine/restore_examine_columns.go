package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// columns says where live definitions differ from those that come back: whole tables are
// replaced, so newer columns go, and an application that needs them has to know. Ellis' own
// old dumps do that to numbers.specified.
func (x *examiner) columns(ctx context.Context) error {
	c := &catalog{s: x.s, p: x.product}
	for _, d := range x.content.schema.Databases {
		live, err := c.columns(ctx, string(d.Name))
		if err != nil {
			return fmt.Errorf("read the live columns: %w", err)
		}
		for _, t := range d.Tables {
			if now := live[string(t.Name)]; len(now) > 0 {
				x.compareColumns(tableRef{&d, &t}, now)
			}
		}
	}
	return nil
}

func (x *examiner) compareColumns(t tableRef, now []rawColumn) {
	parts, err := splitCreate(string(t.table.Create))
	if err != nil {
		return // was refused already
	}
	var then, live []string
	for _, item := range parts.items {
		if kindOf(item) == itemColumn {
			then = append(then, leadingName(item))
		}
	}
	for _, c := range now {
		live = append(live, c.name)
	}
	goes := filter(live, func(n string) bool { return !slices.Contains(then, n) })
	comes := filter(then, func(n string) bool { return !slices.Contains(live, n) })
	if len(goes) > 0 {
		x.warn("table %s has columns now that the backup does not have, and they go: %s", t.quoted(), quoteNames(goes))
	}
	if len(comes) > 0 {
		x.warn("table %s gets columns back that it does not have now: %s", t.quoted(), quoteNames(comes))
	}
}

func quoteNames(names []string) string {
	var out []string
	for _, n := range names {
		out = append(out, quoteName(n))
	}
	return strings.Join(out, ", ")
}
