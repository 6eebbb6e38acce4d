package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// FormatVersion is the version of every JSON output. Within one version fields are only
// added, and never change their meaning.
const FormatVersion = 1

// ErrorDoc is the JSON form of an error of any verb.
type ErrorDoc struct {
	Error ErrorBody `json:"error"`
}

// ErrorBody says what happened, to what, and what to do next.
type ErrorBody struct {
	Code    int    `json:"code"` // the exit status
	Summary string `json:"summary"`
	Detail  string `json:"detail"`
	Remedy  string `json:"remedy"`
}

// ErrorJSON writes an error on one line, which also ends a stream well.
func ErrorJSON(w io.Writer, e ErrorBody) error { return writeLine(w, ErrorDoc{e}) }

// writeJSON writes v indented.
func writeJSON(w io.Writer, v any) error { return write(w, v, "  ") }

// writeLine writes v on a line of its own.
func writeLine(w io.Writer, v any) error { return write(w, v, "") }

func write(w io.Writer, v any, indent string) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, harmless(text.String()))
	return err
}

// harmless escapes what JSON lets through and a terminal obeys, or shows in another order:
// DEL, the controls from U+0080 on, bidirectional overrides. They stand in strings only.
func harmless(text string) string {
	if strings.IndexFunc(text, obeyed) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if obeyed(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func obeyed(r rune) bool {
	return r >= 0x7f && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
}
