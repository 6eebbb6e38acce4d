package mysqlengine

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// appendTuple appends "\n(…)": one row of an INSERT for a binary connection in the sql_mode
// of [export.plainMode].
func appendTuple(dst []byte, columns []column, fields [][]byte) ([]byte, error) {
	dst = append(dst, '\n', '(')
	for i, c := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if len(fields[i]) > largeValue {
			dst = c.appendVariable(dst, i)
		} else if dst, err = c.appendLiteral(dst, fields[i]); err != nil {
			return dst, fmt.Errorf("column %s: %w", quoteName(string(c.Name)), err)
		}
	}
	return append(dst, ')'), nil
}

// appendLiteral appends a value so that the server stores exactly it.
func (c column) appendLiteral(dst, v []byte) ([]byte, error) {
	if v == nil {
		return append(dst, "NULL"...), nil
	}
	switch c.Encoding {
	case asNumber, asIndex:
		if !isNumber(v, "0123456789.-+") {
			return dst, fmt.Errorf("%q is no number", v)
		}
		return append(dst, v...), nil
	case asReal:
		return appendReal(dst, v)
	case asTemporal:
		return appendQuoted(dst, v), nil
	case asParsed:
		return appendQuoted(append(dst, "_utf8mb4"...), v), nil
	case asText:
		return c.appendText(dst, v), nil
	case asBytes:
		return appendHex(dst, v), nil
	}
	return dst, fmt.Errorf("encoding %q is unknown to this version of cwb", c.Encoding)
}

// appendReal writes a double with an exponent: without one, the server would read a DECIMAL
// and lose the sign of -0.
func appendReal(dst, v []byte) ([]byte, error) {
	if !isNumber(v, "0123456789.-+eE") {
		return dst, fmt.Errorf("%q is no number", v)
	}
	dst = append(dst, v...)
	if bytes.IndexByte(v, 'e') < 0 && bytes.IndexByte(v, 'E') < 0 {
		dst = append(dst, 'e', '0')
	}
	return dst, nil
}

// appendText writes text readably where every byte is sure to arrive, else in hex.
func (c column) appendText(dst, v []byte) []byte {
	switch {
	case wideCharset(c.Charset):
	case isPlain(v), strings.HasPrefix(c.Charset, "utf8") && utf8.Valid(v) && !hasControl(v):
		return appendQuoted(dst, v)
	}
	return appendHex(dst, v)
}

// wideCharset reports character sets of two and four bytes, in which even ASCII is not ASCII.
func wideCharset(charset string) bool {
	return charset == "ucs2" || strings.HasPrefix(charset, "utf16") || charset == "utf32"
}

func isNumber(v []byte, allowed string) bool {
	digits := false
	for _, b := range v {
		if strings.IndexByte(allowed, b) < 0 {
			return false
		}
		digits = digits || b >= '0' && b <= '9'
	}
	return digits
}

func isPlain(v []byte) bool {
	for _, b := range v {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return !hasControl(v)
}

// hasControl reports bytes that a client could change or choke on; newlines and tabs are
// written as escapes.
func hasControl(v []byte) bool {
	for _, b := range v {
		if b < ' ' && b != '\n' && b != '\t' && b != '\r' || b == 0x7f {
			return true
		}
	}
	return false
}

func appendHex(dst, v []byte) []byte {
	if len(v) == 0 {
		return append(dst, "''"...)
	}
	return hex.AppendEncode(append(dst, '0', 'x'), v)
}

// appendQuoted writes a string literal on one line.
func appendQuoted(dst, v []byte) []byte {
	dst = append(dst, '\'')
	start := 0
	for i, b := range v {
		e := literalEscape(b)
		if e == 0 {
			continue
		}
		dst = append(append(dst, v[start:i]...), '\\', e)
		start = i + 1
	}
	return append(append(dst, v[start:]...), '\'')
}

func literalEscape(b byte) byte {
	switch b {
	case 0:
		return '0'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	case 0x1a:
		return 'Z'
	case '\\', '\'':
		return b
	}
	return 0
}
