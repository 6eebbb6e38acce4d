package config

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxQuoted = 80 // bytes of a value that a message repeats

// quoted shows a name in a message: in quotes, shortened, and with whatever could act on a
// terminal or deceive the eye written as an escape.
func quoted(s string) string {
	return `"` + visible(shorten(s, maxQuoted)) + `"`
}

func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return s[:runeStart(s, limit)] + "…"
}

// visible replaces every character that is not plainly printable by an escape.
func visible(s string) string {
	if isVisible(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if printable(r, n) {
			b.WriteString(s[i : i+n])
		} else {
			b.WriteString(escaped(s[i:i+n], r))
		}
		i += n
	}
	return b.String()
}

func isVisible(s string) bool {
	for i, r := range s {
		if !printable(r, utf8.RuneLen(r)) || (r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD")) {
			return false
		}
	}
	return true
}

func printable(r rune, size int) bool {
	return (r != utf8.RuneError || size > 1) && unicode.IsPrint(r)
}

// escaped writes raw the way Go and HCL would: \n, \x1b, \u202e.
func escaped(raw string, r rune) string {
	if r == utf8.RuneError && len(raw) == 1 {
		return `\x` + hexByte(raw[0])
	}
	return strings.Trim(strconv.QuoteToASCII(string(r)), `"`)
}

func hexByte(b byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[b>>4], digits[b&15]})
}
