package config

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkText refuses bytes that are no clean UTF-8 text: what follows may then trust columns,
// and no message can carry a terminal's control sequence.
func checkText(src *source, r *report) bool {
	if bytes.HasPrefix(src.text, []byte("\uFEFF")) {
		r.errorf(src.at(0, 3), "Byte order mark", "The file begins with a byte order mark. Save it as UTF-8 without one.")
		return false
	}
	for i := 0; i < len(src.text); {
		c, n := utf8.DecodeRune(src.text[i:])
		if c == utf8.RuneError && n == 1 {
			r.errorf(src.at(i, 1), "Invalid UTF-8", "The byte 0x%s is no UTF-8 text%s. Save the file as UTF-8.", hexByte(src.text[i]), encodingHint(src.text))
			return false
		}
		if isHidden(c) {
			r.errorf(src.at(i, n), "Invisible character", "The character %U stands here. Remove it; in a quoted string it could be written as an escape.", c)
			return false
		}
		i += n
	}
	if first := bytes.TrimLeft(src.text, " \t\r\n"); bytes.HasPrefix(first, []byte("{")) {
		refuseJSON(src.at(len(src.text)-len(first), 1), r)
		return false
	}
	return true
}

func encodingHint(text []byte) string {
	if bytes.HasPrefix(text, []byte{0xFF, 0xFE}) || bytes.HasPrefix(text, []byte{0xFE, 0xFF}) {
		return " (the file looks like UTF-16)"
	}
	return ""
}

// isHidden tells control characters, and those that only change how the text around them
// looks (direction marks, zero-width ones), from what a policy may contain.
func isHidden(c rune) bool {
	if c == '\t' || c == '\n' || c == '\r' {
		return false
	}
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// hasHidden reports whether a value holds a character that no name or path may hold.
func hasHidden(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) || isHidden(c) })
}

// utf8Clean reports whether a text from outside can become a value.
func utf8Clean(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }
