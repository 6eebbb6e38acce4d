package mysqlengine

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
)

// maxParts is how many ranges a table is read in at most, by connection.
const maxParts = 4

// keySpace maps the values of a key column to numbers in the same order, and back to
// literals. Ranges made of them are complementary whatever rows there are: each but the
// first has "key >= boundary", each but the last "key < boundary", and boundaries ascend.
type keySpace struct {
	low, high uint64
	literal   func(uint64) string
}

// ranges splits a table by its primary key into conditions of about equal numbers of rows;
// one empty condition where that is not possible or not worth while. Only keys whose order
// is plain are split: integers, and strings of bytes.
func ranges(ctx context.Context, s *session, t tableRef, parts int) ([]string, error) {
	if parts < 2 || len(t.table.Primary) == 0 || t.table.History {
		return []string{""}, nil
	}
	key := t.table.Primary[0]
	space, ok, err := readKeySpace(ctx, s, t, key)
	if err != nil || !ok {
		return []string{""}, err
	}
	bounds, err := boundaries(ctx, s, t, key, space, parts)
	if err != nil {
		return nil, err
	}
	return conditions(quoteName(string(key)), bounds), nil
}

// conditions turns n boundaries into n+1 conditions.
func conditions(key string, bounds []string) []string {
	if len(bounds) == 0 {
		return []string{""}
	}
	out := []string{key + " < " + bounds[0]}
	for i := 1; i < len(bounds); i++ {
		out = append(out, key+" >= "+bounds[i-1]+" AND "+key+" < "+bounds[i])
	}
	return append(out, key+" >= "+bounds[len(bounds)-1])
}

func readKeySpace(ctx context.Context, s *session, t tableRef, key text) (keySpace, bool, error) {
	kind := ""
	for _, c := range t.table.Columns {
		if c.Name == key {
			kind = c.Type
		}
	}
	name := quoteName(string(key))
	r, err := s.query(ctx, "SELECT MIN("+name+"), MAX("+name+") FROM "+t.quoted())
	if err != nil || len(r.rows) == 0 || r.rows[0][0] == nil {
		return keySpace{}, false, err
	}
	low, high := r.rows[0][0], r.rows[0][1]
	switch kind {
	case "tinyint", "smallint", "mediumint", "int", "bigint":
		space, ok := integerSpace(string(low), string(high))
		return space, ok, nil
	case "binary", "varbinary":
		return keySpace{leading(low), leading(high), bytesLiteral}, leading(low) < leading(high), nil
	}
	return keySpace{}, false, nil
}

// integerSpace counts from the lowest value, so that signs do not matter.
func integerSpace(low, high string) (keySpace, bool) {
	if a, err := strconv.ParseInt(low, 10, 64); err == nil {
		if b, err := strconv.ParseInt(high, 10, 64); err == nil {
			return keySpace{0, uint64(b) - uint64(a), func(x uint64) string { return strconv.FormatInt(int64(uint64(a)+x), 10) }}, a < b
		}
	}
	a, errA := strconv.ParseUint(low, 10, 64)
	b, errB := strconv.ParseUint(high, 10, 64)
	return keySpace{a, b, func(x uint64) string { return strconv.FormatUint(x, 10) }}, errA == nil && errB == nil && a < b
}

// leading is the first eight bytes of a key as a number.
func leading(key []byte) uint64 {
	var first [8]byte
	copy(first[:], key)
	return binary.BigEndian.Uint64(first[:])
}

func bytesLiteral(x uint64) string { return fmt.Sprintf("x'%016x'", x) }

// boundaries finds literals that divide a table's rows evenly, as far as the server's
// estimate of a range tells, which costs two looks into the index.
func boundaries(ctx context.Context, s *session, t tableRef, key text, space keySpace, parts int) ([]string, error) {
	below := func(x uint64) (int64, error) {
		r, err := s.query(ctx, fmt.Sprintf("EXPLAIN SELECT 1 FROM %s FORCE INDEX (PRIMARY) WHERE %s < %s", t.quoted(), quoteName(string(key)), space.literal(x)))
		if err != nil || len(r.rows) == 0 {
			return 0, err
		}
		return atoi(r.text(r.rows[0], "rows")), nil
	}
	total, err := below(space.high)
	if err != nil {
		return nil, err
	}
	var out []string
	from := space.low
	for i := 1; i < parts; i++ {
		x, err := bisect(from, space.high, total*int64(i)/int64(parts), total/int64(4*parts), below)
		if err != nil {
			return nil, err
		}
		if x <= from || x >= space.high {
			continue
		}
		out, from = append(out, space.literal(x)), x
	}
	return out, nil
}

// bisect finds an x between low and high that about want rows are below.
func bisect(low, high uint64, want, tolerance int64, below func(uint64) (int64, error)) (uint64, error) {
	for high-low > 1 {
		x := low + (high-low)/2
		got, err := below(x)
		if err != nil {
			return 0, err
		}
		switch {
		case got < want-tolerance:
			low = x
		case got > want+tolerance:
			high = x
		default:
			return x, nil
		}
	}
	return high, nil
}
