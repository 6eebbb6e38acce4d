package mysqlengine

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// keySpace maps the values of a column of a key to numbers in about the same order.
type keySpace struct {
	low, high uint64
	lowest    []byte                         // value, as read
	literal   func(uint64) string            // of the value behind a number
	exact     func([]byte) string            // literal of a value that was read
	read      func(expression string) string // how a value is read
}

func plainly(expression string) string { return expression }

// space is that of the column after those that are fixed; nil where it cannot be split, since
// its type has no order of numbers.
func (p *keySplitter) space(ctx context.Context, fixed bound) (*keySpace, error) {
	key := p.t.table.Primary[len(fixed)]
	for _, c := range p.t.table.Columns {
		if c.Name != key {
			continue
		}
		switch c.Type {
		case "tinyint", "smallint", "mediumint", "int", "bigint":
			return p.integers(ctx, fixed)
		case "date", "datetime", "timestamp":
			return p.moments(ctx, fixed)
		case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
			return p.bytes(ctx, fixed)
		case "char", "varchar", "tinytext", "text", "mediumtext", "longtext":
			return p.texts(ctx, fixed, string(key))
		}
	}
	return nil, nil
}

// ends reads the lowest and the highest value of the column after those that are fixed.
func (p *keySplitter) ends(ctx context.Context, fixed bound, read func(string) string) (low, high []byte, ok bool, err error) {
	name := p.keys[len(fixed)]
	r, err := p.s.query(ctx, fmt.Sprintf("SELECT %s, %s FROM %s WHERE %s", read("MIN("+name+")"), read("MAX("+name+")"), p.t.quoted(), fixed.equal(p.keys)))
	if err != nil || len(r.rows) == 0 || r.rows[0][0] == nil || r.rows[0][1] == nil {
		return nil, nil, false, err
	}
	return r.rows[0][0], r.rows[0][1], true, nil
}

// integers counts from the lowest value, so that signs do not matter.
func (p *keySplitter) integers(ctx context.Context, fixed bound) (*keySpace, error) {
	low, high, ok, err := p.ends(ctx, fixed, plainly)
	if err != nil || !ok {
		return nil, err
	}
	return integerSpace(string(low), string(high)), nil
}

func integerSpace(low, high string) *keySpace {
	space := &keySpace{lowest: []byte(low), exact: func(v []byte) string { return string(v) }, read: plainly}
	if a, err := strconv.ParseInt(low, 10, 64); err == nil {
		if b, err := strconv.ParseInt(high, 10, 64); err == nil && a <= b {
			space.high = uint64(b) - uint64(a)
			space.literal = func(x uint64) string { return strconv.FormatInt(int64(uint64(a)+x), 10) }
			return space
		}
	}
	a, errA := strconv.ParseUint(low, 10, 64)
	b, errB := strconv.ParseUint(high, 10, 64)
	if errA != nil || errB != nil || a > b {
		return nil
	}
	space.low, space.high = a, b
	space.literal = func(x uint64) string { return strconv.FormatUint(x, 10) }
	return space
}

// moments counts seconds. Zero dates have none.
func (p *keySplitter) moments(ctx context.Context, fixed bound) (*keySpace, error) {
	low, high, ok, err := p.ends(ctx, fixed, func(e string) string { return "TO_SECONDS(" + e + ")" })
	if err != nil || !ok {
		return nil, err
	}
	space := integerSpace(string(low), string(high))
	if space == nil {
		return nil, nil
	}
	if space.lowest, _, ok, err = p.ends(ctx, fixed, plainly); err != nil || !ok {
		return nil, err
	}
	seconds := space.literal
	space.literal = func(x uint64) string {
		n := atoi(seconds(x))
		return fmt.Sprintf("(FROM_DAYS(%d) + INTERVAL %d SECOND)", n/86400, n%86400)
	}
	space.exact = func(v []byte) string { return "'" + string(v) + "'" }
	return space, nil
}

// bytes are ordered by the eight bytes that follow what all values begin with.
func (p *keySplitter) bytes(ctx context.Context, fixed bound) (*keySpace, error) {
	low, high, ok, err := p.ends(ctx, fixed, plainly)
	if err != nil || !ok {
		return nil, err
	}
	prefix := commonPrefix(low, high)
	return &keySpace{
		low: leading(low[len(prefix):]), high: leading(high[len(prefix):]), lowest: low, read: plainly,
		literal: func(x uint64) string { return fmt.Sprintf("x'%x%016x'", prefix, x) },
		exact:   func(v []byte) string { return fmt.Sprintf("x'%x'", v) },
	}, nil
}

func commonPrefix(a, b []byte) []byte {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// leading is the first eight bytes of a key as a number.
func leading(key []byte) uint64 {
	var first [8]byte
	copy(first[:], key)
	return binary.BigEndian.Uint64(first[:])
}

// texts are ordered by the characters that follow what all values begin with, in an alphabet
// of ASCII in the order of the column's collation. Others stand somewhere between those.
func (p *keySplitter) texts(ctx context.Context, fixed bound, key string) (*keySpace, error) {
	collation, err := p.s.one(ctx, fmt.Sprintf("SELECT COLLATION_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s AND COLUMN_NAME = %s",
		quoteBytes(string(p.t.database.Name)), quoteBytes(string(p.t.table.Name)), quoteBytes(key)))
	if err != nil || collation == "" {
		return nil, err
	}
	charset, _, _ := strings.Cut(collation, "_")
	read := func(e string) string { return "CONVERT(" + e + " USING utf8mb4)" }
	exact := func(v []byte) string {
		return fmt.Sprintf("CONVERT(_utf8mb4 x'%x' USING %s) COLLATE %s", v, charset, collation)
	}
	low, high, ok, err := p.ends(ctx, fixed, read)
	if err != nil || !ok {
		return nil, err
	}
	letters, err := p.alphabet(ctx, exact)
	if err != nil || len(letters) < 2 {
		return nil, err
	}
	prefix := commonPrefix(low, high)
	for len(prefix) > 0 && !utf8.Valid(prefix) {
		prefix = prefix[:len(prefix)-1]
	}
	words := newWords(letters)
	return &keySpace{
		high: words.count - 1, lowest: low, read: read, exact: exact,
		literal: func(x uint64) string { return exact(append(prefix[:len(prefix):len(prefix)], words.word(x)...)) },
	}, nil
}

// alphabet lets the server sort the printable characters of ASCII.
func (p *keySplitter) alphabet(ctx context.Context, literal func([]byte) string) ([]byte, error) {
	var all []string
	for c := byte(' '); c <= '~'; c++ {
		all = append(all, fmt.Sprintf("SELECT %s AS c, %d AS n", literal([]byte{c}), c))
	}
	r, err := p.s.query(ctx, "SELECT MIN(n) AS n FROM ("+strings.Join(all, " UNION ALL ")+") AS letters GROUP BY c ORDER BY c")
	if err != nil {
		return nil, err
	}
	var letters []byte
	for _, row := range r.rows {
		letters = append(letters, byte(atoi(r.text(row, "n"))))
	}
	return letters, nil
}

// words are all texts of as many letters as a number can count.
type words struct {
	letters []byte
	length  int
	count   uint64
}

func newWords(letters []byte) words {
	w := words{letters: letters, count: 1}
	for base := uint64(len(letters)); w.count < 1<<62/base; w.length++ {
		w.count *= base
	}
	return w
}

func (w words) word(x uint64) []byte {
	out := make([]byte, w.length)
	for i := w.length - 1; i >= 0; i-- {
		out[i] = w.letters[x%uint64(len(w.letters))]
		x /= uint64(len(w.letters))
	}
	return out
}
