package config

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// source is one file of a policy.
type source struct {
	name    string
	text    []byte
	starts  []int        // offset of each line
	hidden  map[int]bool // lines that no message may show: a secret stands there
	private bool         // no line may be shown: values of variables stand there
	body    *hclsyntax.Body
}

func newSource(name string, text []byte) *source {
	s := &source{name: name, text: text, starts: []int{0}, hidden: map[int]bool{}}
	for i, b := range text {
		if b == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	return s
}

// line is the text of a line, counted from 1, without its end.
func (s *source) line(n int) []byte {
	if n < 1 || n > len(s.starts) {
		return nil
	}
	end := len(s.text)
	if n < len(s.starts) {
		end = s.starts[n] - 1
	}
	return bytes.TrimSuffix(s.text[s.starts[n-1]:end], []byte("\r"))
}

// at is the range of n bytes from an offset on; columns count characters.
func (s *source) at(offset, n int) hcl.Range {
	return hcl.Range{Filename: s.name, Start: s.pos(offset), End: s.pos(offset + n)}
}

func (s *source) pos(offset int) hcl.Pos {
	line := sort.SearchInts(s.starts, offset+1)
	start := s.starts[line-1]
	return hcl.Pos{Line: line, Column: 1 + utf8.RuneCount(s.text[start:offset]), Byte: offset}
}

// snippet is the first line of a range, and what of it the range covers. A long line is cut
// to what stands around the mark.
func (s *source) snippet(r hcl.Range) (string, Span) {
	if s.private || s.hidden[r.Start.Line] {
		return "", Span{}
	}
	line := s.line(r.Start.Line)
	if line == nil {
		return "", Span{}
	}
	start := s.starts[r.Start.Line-1]
	mark := Span{clamp(r.Start.Byte-start, len(line)), len(line)}
	if r.End.Line == r.Start.Line {
		mark.End = max(clamp(r.End.Byte-start, len(line)), mark.Start)
	}
	return cut(string(line), mark)
}

func clamp(n, limit int) int { return max(0, min(n, limit)) }

// cut shortens a line to maxSnippet bytes from a little before the mark on.
func cut(line string, mark Span) (string, Span) {
	if len(line) <= maxSnippet {
		return line, mark
	}
	from := runeStart(line, max(0, mark.Start-maxSnippet/4))
	to := runeStart(line, min(len(line), from+maxSnippet))
	return line[from:to], Span{mark.Start - from, max(mark.Start, min(mark.End, to)) - from}
}

// runeStart moves an offset back to where a character begins.
func runeStart(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}
