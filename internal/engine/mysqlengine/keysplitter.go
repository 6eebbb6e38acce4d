package mysqlengine

import (
	"context"
	"fmt"
	"slices"
)

// keySplitter finds bounds in a table's primary key by the server's own estimates of how many
// rows a range has, each of which costs some looks into the index, and no rows.
//
// An estimate is never more than half the table, and may be twice the truth; so the key is cut
// into cells that are small enough to be told apart, and only their shares of the sum count.
type keySplitter struct {
	s     *session
	t     tableRef
	keys  []string // quoted columns of the primary key
	large int64    // rows of a cell that is cut further
	left  int      // estimates that may still be asked for
}

// cell is a range of the key: from begin on, up to the next cell's begin.
type cell struct {
	begin bound // nil: the first row
	rows  int64
}

// maxEstimates bounds the work on a table whose keys are spread oddly.
const maxEstimates = 1000

func newKeySplitter(s *session, t tableRef) *keySplitter {
	p := &keySplitter{s: s, t: t, left: maxEstimates}
	for _, k := range t.table.Primary {
		p.keys = append(p.keys, quoteName(string(k)))
	}
	return p
}

// bounds finds up to parts-1 bounds that divide the rows evenly.
func (p *keySplitter) bounds(ctx context.Context, parts int) ([]bound, error) {
	all, err := p.estimate(ctx, nil, nil)
	if err != nil || all < int64(4*parts) {
		return nil, err
	}
	p.large = all / int64(4*parts)
	cells, err := p.cut(ctx, nil, nil, nil, cell{rows: all})
	if err != nil {
		return nil, err
	}
	return divide(cells, parts), nil
}

// divide chooses the cells' begins that are nearest to equal parts.
func divide(cells []cell, parts int) []bound {
	var all, before int64
	for _, c := range cells {
		all += c.rows
	}
	var out []bound
	for _, c := range cells {
		if want := all * int64(len(out)+1) / int64(parts); len(out) < parts-1 && before > 0 && before+c.rows/2 >= want && c.begin != nil {
			out = append(out, c.begin)
		}
		before += c.rows
	}
	return out
}

// cut cuts the rows that have fixed's values and lie between from and to into small cells.
func (p *keySplitter) cut(ctx context.Context, fixed, from, to bound, whole cell) ([]cell, error) {
	if len(fixed) == len(p.keys) {
		return []cell{whole}, nil
	}
	space, err := p.space(ctx, fixed)
	if err != nil || space == nil {
		return []cell{whole}, err
	}
	c := &spaceCutter{p, space, fixed}
	return c.cut(ctx, space.low, space.high, from, to, whole)
}

// spaceCutter cuts by the values of one column.
type spaceCutter struct {
	*keySplitter
	space *keySpace
	fixed bound
}

func (c *spaceCutter) at(literal string) bound {
	return append(c.fixed[:len(c.fixed):len(c.fixed)], literal)
}

// cut halves the numbers between low and high until what is between from and to is small, or
// one number; then one value alone may have many rows, which the next column tells apart.
func (c *spaceCutter) cut(ctx context.Context, low, high uint64, from, to bound, whole cell) ([]cell, error) {
	if whole.rows <= c.large || c.left <= 0 {
		return []cell{whole}, nil
	}
	if high-low <= 1 {
		return c.within(ctx, low, from, to, whole)
	}
	middle := low + (high-low)/2
	b := c.at(c.space.literal(middle))
	below, err := c.estimate(ctx, from, b)
	if err != nil {
		return nil, err
	}
	above, err := c.estimate(ctx, b, to)
	if err != nil {
		return nil, err
	}
	left, err := c.cut(ctx, low, middle, from, b, cell{whole.begin, below})
	if err != nil {
		return nil, err
	}
	right, err := c.cut(ctx, middle, high, b, to, cell{b, above})
	return append(left, right...), err
}

// within goes on with the next column of the key, among the rows of the first value from low on.
func (c *spaceCutter) within(ctx context.Context, low uint64, from, to bound, whole cell) ([]cell, error) {
	value := c.space.lowest
	if low > c.space.low {
		last := c.keys[len(c.fixed)]
		r, err := c.s.query(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %s AND %s >= %s", c.space.read("MIN("+last+")"), c.t.quoted(),
			c.fixed.equal(c.keys), last, c.space.literal(low)))
		if err != nil || len(r.rows) == 0 || r.rows[0][0] == nil {
			return []cell{whole}, err
		}
		value = r.rows[0][0]
	}
	return c.keySplitter.cut(ctx, c.at(c.space.exact(value)), from, to, whole)
}

// estimate asks how many rows there are from one bound on up to another.
func (p *keySplitter) estimate(ctx context.Context, from, to bound) (int64, error) {
	p.left--
	where := "TRUE"
	if from != nil {
		where += " AND " + from.from(p.keys)
	}
	if to != nil {
		where += " AND " + to.before(p.keys)
	}
	r, err := p.s.query(ctx, "EXPLAIN SELECT 1 FROM "+p.t.quoted()+" FORCE INDEX (PRIMARY) WHERE "+where)
	if err != nil || len(r.rows) == 0 {
		return 0, err
	}
	return atoi(r.text(r.rows[0], "rows")), nil
}

// ascending lets go of bounds that come before an earlier one in the server's own order: the
// order of texts is known to the server alone, and rows between the two would come twice. It
// also lets go of what is NULL to the server, as a day before the first year is: no row is
// before that nor from it on.
func (p *keySplitter) ascending(ctx context.Context, bounds []bound) ([]bound, error) {
	var out []bound
	for _, b := range bounds {
		condition := b.known()
		if len(out) > 0 {
			last := out[len(out)-1]
			if slices.Equal(b, last) {
				continue
			}
			condition += " AND " + last.upTo(b)
		}
		follows, err := p.s.one(ctx, "SELECT "+condition)
		if err != nil {
			return nil, err
		}
		if follows == "1" {
			out = append(out, b)
		}
	}
	return out, nil
}
