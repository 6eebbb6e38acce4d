package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// parse turns a source into a syntax tree, as far as it goes. It refuses what could hurt the
// parser before the parser runs.
func parse(src *source, r *report) {
	wasPrivate := src.private
	src.private = true // until somebody has looked for secrets in it
	if !checkText(src, r) {
		return
	}
	src.private = wasPrivate
	open, ok := lex(src, r)
	if !ok {
		return
	}
	file, diags := hclsyntax.ParseConfig(src.text, src.name, hcl.InitialPos)
	r.take(telling(diags, open))
	if open != nil {
		r.errorf(open.Range, "Unclosed "+nameOf(open.Type), "What is opened here is not closed before something else ends: add the closing %s.", closerText(open))
	}
	src.body = file.Body.(*hclsyntax.Body)
}

// telling leaves out what only follows from an error before it: a second one at the same
// place, and everything behind what is never closed.
func telling(diags hcl.Diagnostics, open *hclsyntax.Token) hcl.Diagnostics {
	var kept hcl.Diagnostics
	seen := map[int]bool{}
	for _, d := range diags {
		if d.Subject == nil {
			continue // the parser always knows where it is
		}
		at := d.Subject.Start.Byte
		if seen[at] || (open != nil && d.Subject.End.Byte > open.Range.Start.Byte) {
			continue
		}
		seen[at] = true
		kept = append(kept, d)
	}
	return kept
}

func nameOf(open hclsyntax.TokenType) string {
	switch open {
	case hclsyntax.TokenOQuote:
		return "quote"
	case hclsyntax.TokenOHeredoc:
		return "heredoc"
	}
	return "bracket"
}

// closerText is what to write to close a token.
func closerText(open *hclsyntax.Token) string {
	switch open.Type {
	case hclsyntax.TokenOQuote:
		return `"`
	case hclsyntax.TokenOHeredoc:
		return "word on a line of its own"
	case hclsyntax.TokenOParen:
		return ")"
	case hclsyntax.TokenOBrack:
		return "]"
	}
	return "}"
}
