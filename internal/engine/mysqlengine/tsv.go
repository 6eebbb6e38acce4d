package mysqlengine

import (
	"bytes"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
)

// The form of a chunk is what LOAD DATA reads by default: fields end with a tab, rows with a
// newline, \ escapes, and \N is NULL. Only four bytes need escaping, so every raw newline
// ends a row, and counting them counts rows.
// https://mariadb.com/kb/en/load-data-infile/

// tsvEscape gives the letter after the backslash, or 0 for bytes that stand for themselves.
func tsvEscape(c byte) byte {
	switch c {
	case 0:
		return '0'
	case '\t':
		return 't'
	case '\n':
		return 'n'
	case '\\':
		return '\\'
	}
	return 0
}

// appendField appends one value.
func appendField(dst []byte, v driver.Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, '\\', 'N')
	case []byte:
		return appendEscaped(dst, v)
	}
	return appendValue(dst, v) // digits, signs and letters: nothing to escape
}

// appendEscaped appends bytes, escaped; runs without special bytes are copied whole.
func appendEscaped(dst, src []byte) []byte {
	start, i := 0, 0
	for i < len(src) {
		if i+8 <= len(src) && !maySpecial(binary.LittleEndian.Uint64(src[i:])) {
			i += 8
			continue
		}
		for end := min(i+8, len(src)); i < end; i++ {
			if e := tsvEscape(src[i]); e != 0 {
				dst = append(append(dst, src[start:i]...), '\\', e)
				start = i + 1
			}
		}
	}
	return append(dst, src[start:]...)
}

// maySpecial looks at eight bytes at once: it is false only when none is a backslash or
// below 11. https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
func maySpecial(v uint64) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	backslash := v ^ ones*'\\'
	return ((v-ones*('\n'+1))&^v|(backslash-ones)&^backslash)&highs != 0
}

// errTSV is the root of what can be wrong with a row of a chunk.
var errTSV = errors.New("not a row of a chunk")

// splitRow splits a row, without its newline, into want fields in memory of the row itself,
// which it overwrites. A nil field is NULL; an empty one is not nil.
func splitRow(row []byte, fields [][]byte, want int) ([][]byte, error) {
	fields = fields[:0]
	for {
		field, rest, more := bytes.Cut(row, []byte{'\t'})
		value, err := unescapeField(field)
		if err != nil {
			return nil, err
		}
		fields = append(fields, value)
		if !more {
			break
		}
		row = rest
	}
	if len(fields) != want {
		return nil, fmt.Errorf("%w: %d fields instead of %d", errTSV, len(fields), want)
	}
	return fields, nil
}

// unescapeField undoes appendField in place. It takes only what appendField writes.
func unescapeField(field []byte) ([]byte, error) {
	if len(field) == 2 && field[0] == '\\' && field[1] == 'N' {
		return nil, nil
	}
	at := bytes.IndexByte(field, '\\')
	if at < 0 {
		return field[:len(field):len(field)], nil
	}
	out := field[:at]
	for i := at; i < len(field); i++ {
		c := field[i]
		if c == '\\' {
			i++
			if i == len(field) {
				return nil, fmt.Errorf("%w: it ends with a backslash", errTSV)
			}
			switch field[i] {
			case '0':
				c = 0
			case 't':
				c = '\t'
			case 'n':
				c = '\n'
			case '\\':
			default:
				return nil, fmt.Errorf("%w: unknown escape \\%q", errTSV, field[i])
			}
		}
		out = append(out, c)
	}
	return out, nil
}
