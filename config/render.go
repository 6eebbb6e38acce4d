package config

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Write prints the diagnostics for people: place, the line with a mark below what is meant,
// and what to do, wrapped at width columns (0: not at all). Nothing of the policy's text
// reaches the terminal unescaped.
func (ds Diagnostics) Write(w io.Writer, color bool, width int) error {
	var b strings.Builder
	for _, d := range ds {
		d.render(&b, palette{color}, width)
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// palette colours text, or leaves it alone.
type palette struct{ on bool }

func (p palette) paint(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p palette) severity(s Severity) string {
	if s == Warning {
		return p.paint("1;33", "Warning:")
	}
	return p.paint("1;31", "Error:")
}

func (d Diagnostic) render(b *strings.Builder, p palette, width int) {
	fmt.Fprintf(b, "%s %s\n", p.severity(d.Severity), p.paint("1", visible(d.Summary)))
	if where := d.where(); where != "" {
		fmt.Fprintf(b, "  %s\n", where)
	}
	if d.Snippet != "" {
		d.renderSnippet(b, p)
	}
	for _, line := range wrap(visible(d.Detail), width-2) {
		fmt.Fprintf(b, "  %s\n", line)
	}
}

// where is "file:line:column", as far as it is known.
func (d Diagnostic) where() string {
	switch {
	case d.File == "":
		return ""
	case d.Line == 0:
		return visible(d.File)
	}
	return fmt.Sprintf("%s:%d:%d", visible(d.File), d.Line, d.Column)
}

// renderSnippet draws the source line and a mark below it. The mark is drawn in colourless
// output too: it must not take colour to see what is meant.
func (d Diagnostic) renderSnippet(b *strings.Builder, p palette) {
	mark := Span{clamp(d.Mark.Start, len(d.Snippet)), clamp(d.Mark.End, len(d.Snippet))}
	before, marked := screen(d.Snippet[:mark.Start]), screen(d.Snippet[mark.Start:max(mark.Start, mark.End)])
	after := screen(d.Snippet[max(mark.Start, mark.End):])
	number := fmt.Sprint(d.Line)
	gutter := strings.Repeat(" ", len(number))
	fmt.Fprintf(b, "  %s | %s%s%s\n", number, before, p.paint("4", marked), strings.TrimRight(after, " "))
	carets := strings.Repeat("^", max(1, columns(marked)))
	fmt.Fprintf(b, "  %s | %s%s\n", gutter, strings.Repeat(" ", columns(before)), p.paint("1;31", carets))
}

// screen is a source text as it may be printed: tabs as two spaces, the rest escaped.
func screen(s string) string { return visible(strings.ReplaceAll(s, "\t", "  ")) }

// columns is how wide a text stands on a terminal, near enough for a mark: combining marks
// take no column, East Asian wide characters two.
func columns(s string) int {
	n := 0
	for _, c := range s {
		switch {
		case unicode.In(c, unicode.Mn, unicode.Me):
		case unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), c >= 0x1F300 && c <= 0x1FAFF:
			n += 2
		default:
			n++
		}
	}
	return n
}

// wrap breaks a text at spaces. Words longer than a line, such as paths, stay whole so that
// they can be copied.
func wrap(s string, width int) []string {
	if s == "" {
		return nil
	}
	if width < 20 {
		return []string{s}
	}
	var lines []string
	line := ""
	for word := range strings.SplitSeq(s, " ") {
		if line != "" && columns(line)+1+columns(word) > width {
			lines, line = append(lines, line), word
			continue
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}
