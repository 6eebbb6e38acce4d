package mysqlengine

import (
	"context"
	"strings"
)

// maxParts is how many ranges a table is read in at most, by connection.
const maxParts = 4

// bound is a place in the order of a primary key: literals for its first columns. Rows are
// either before it or from it on, whatever rows there are; that makes ranges complementary.
type bound []string

// before is the condition of the rows that come before b. It is spelled out, since servers do
// not look up comparisons of whole rows in an index.
func (b bound) before(keys []string) string { return b.compare(keys, " < ", " < ") }

// from is the condition of all other rows.
func (b bound) from(keys []string) string { return b.compare(keys, " > ", " >= ") }

func (b bound) compare(keys []string, outer, inner string) string {
	if len(b) == 1 {
		return keys[0] + inner + b[0]
	}
	return "(" + keys[0] + outer + b[0] + " OR " + keys[0] + " = " + b[0] + " AND " + b[1:].compare(keys[1:], outer, inner) + ")"
}

// equal is the condition of the rows that have b's values.
func (b bound) equal(keys []string) string {
	conditions := []string{"TRUE"}
	for i, literal := range b {
		conditions = append(conditions, keys[i]+" = "+literal)
	}
	return strings.Join(conditions, " AND ")
}

// known is an expression without columns: no literal of b is NULL.
func (b bound) known() string {
	conditions := []string{"TRUE"}
	for _, literal := range b {
		conditions = append(conditions, literal+" IS NOT NULL")
	}
	return strings.Join(conditions, " AND ")
}

// upTo is an expression without columns: b does not come after c.
func (b bound) upTo(c bound) string {
	switch {
	case len(b) == 0:
		return "TRUE"
	case len(c) == 0:
		return "FALSE"
	}
	return "(" + b[0] + " < " + c[0] + " OR " + b[0] + " = " + c[0] + " AND " + b[1:].upTo(c[1:]) + ")"
}

// conditions turns n ascending bounds into n+1 conditions, of which each row fulfils one.
func conditions(keys []string, bounds []bound) []string {
	if len(bounds) == 0 {
		return []string{""}
	}
	out := []string{bounds[0].before(keys)}
	for i := 1; i < len(bounds); i++ {
		out = append(out, bounds[i-1].from(keys)+" AND "+bounds[i].before(keys))
	}
	return append(out, bounds[len(bounds)-1].from(keys))
}

// ranges splits a table by its primary key into conditions of about equal numbers of rows;
// one empty condition where that is not possible or not worth while.
func ranges(ctx context.Context, s *session, t tableRef, parts int) ([]string, error) {
	if parts < 2 || len(t.table.Primary) == 0 || t.table.History {
		return []string{""}, nil
	}
	p := newKeySplitter(s, t)
	bounds, err := p.bounds(ctx, parts)
	if err == nil {
		bounds, err = p.ascending(ctx, bounds)
	}
	if err != nil {
		return nil, err
	}
	return conditions(p.keys, bounds), nil
}
