package config

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// lex splits a source into tokens and refuses what the parser must not see: too many of
// them, too deep a nesting, numbers of absurd length, and the two forms of the language
// whose nesting cannot be counted on tokens (directives in templates, scoped names).
func lex(src *source, r *report) (hclsyntax.Tokens, bool) {
	// Invalid tokens are reported by the parser, which meets them again.
	tokens, _ := hclsyntax.LexConfig(src.text, src.name, hcl.InitialPos)
	if len(tokens) > maxTokens {
		r.errorf(tokens[maxTokens].Range, "File too large", "A file may have %d words and symbols. Divide the policy into several files.", maxTokens)
		return nil, false
	}
	depth := nesting{}
	for i, t := range tokens {
		switch {
		case depth.add(t) > maxNesting:
			r.errorf(t.Range, "Nesting too deep", "Brackets, templates and operators may stand %d deep in one another. Use locals for parts of a long expression.", maxNesting)
			return nil, false
		case t.Type == hclsyntax.TokenNumberLit && !sane(t.Bytes):
			r.errorf(t.Range, "Number out of range", "A number may have %d digits, and no exponent.", maxDigits)
			return nil, false
		case t.Type == hclsyntax.TokenTemplateControl:
			r.errorf(t.Range, "Expression not supported", "Templates may contain ${…} but no %%{…}. Write the text for each case, or use a condition such as ${var.x ? \"a\" : \"b\"}. A literal %%{ is written %%%%{.")
			return nil, false
		case t.Type == hclsyntax.TokenDoubleColon && i > 0:
			r.errorf(t.Range, "Expression not supported", "Functions have plain names without ::.")
			return nil, false
		}
	}
	return tokens, true
}

func sane(number []byte) bool {
	return len(number) <= maxDigits+1 && !bytes.ContainsAny(number, "eE")
}

// nesting follows how deep the parser's recursion can be at a token. Each open bracket, quote
// or template is a frame; inside a frame each operator of the expression under way counts
// one, since unary operators and conditions nest to the right and all others to the left.
type nesting struct {
	frames []frame
	ops    int // of all frames together
	bare   int // operators outside of any frame
	last   hclsyntax.TokenType
}

type frame struct {
	open hclsyntax.TokenType
	ops  int
}

// add takes in the next token and returns the depth there.
func (n *nesting) add(t hclsyntax.Token) int {
	switch t.Type {
	case hclsyntax.TokenOParen, hclsyntax.TokenOBrace, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp:
		n.push(t.Type)
	case hclsyntax.TokenOBrack:
		if endsTerm(n.last) { // an index: each one wraps what stands before it
			n.count()
		}
		n.push(t.Type)
	case hclsyntax.TokenCParen, hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		n.pop(t.Type)
	case hclsyntax.TokenComma:
		n.reset()
	case hclsyntax.TokenNewline:
		if n.newlineEnds() {
			n.reset()
		}
	default:
		if isOperator(t.Type) {
			n.count()
		}
	}
	n.last = t.Type
	return len(n.frames) + n.ops
}

func (n *nesting) push(open hclsyntax.TokenType) { n.frames = append(n.frames, frame{open: open}) }

// pop closes the innermost frame if the bracket fits. One that does not fit leaves the count
// too high rather than too low.
func (n *nesting) pop(closing hclsyntax.TokenType) {
	top := len(n.frames) - 1
	if top < 0 || closerOf(n.frames[top].open) != closing {
		return
	}
	n.reset()
	n.frames = n.frames[:top]
}

func (n *nesting) count() {
	n.ops++
	*n.current()++
}

func (n *nesting) reset() {
	n.ops -= *n.current()
	*n.current() = 0
}

func (n *nesting) current() *int {
	if len(n.frames) == 0 {
		return &n.bare
	}
	return &n.frames[len(n.frames)-1].ops
}

// newlineEnds reports whether a line end ends an expression here: in bodies and objects.
func (n *nesting) newlineEnds() bool {
	return len(n.frames) == 0 || n.frames[len(n.frames)-1].open == hclsyntax.TokenOBrace
}

func closerOf(open hclsyntax.TokenType) hclsyntax.TokenType {
	switch open {
	case hclsyntax.TokenOParen:
		return hclsyntax.TokenCParen
	case hclsyntax.TokenOBrace:
		return hclsyntax.TokenCBrace
	case hclsyntax.TokenOBrack:
		return hclsyntax.TokenCBrack
	case hclsyntax.TokenOQuote:
		return hclsyntax.TokenCQuote
	case hclsyntax.TokenOHeredoc:
		return hclsyntax.TokenCHeredoc
	}
	return hclsyntax.TokenTemplateSeqEnd
}

func endsTerm(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenIdent, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCBrace,
		hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenNumberLit, hclsyntax.TokenStar:
		return true
	}
	return false
}

func isOperator(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenPercent,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq, hclsyntax.TokenAnd, hclsyntax.TokenOr,
		hclsyntax.TokenBang, hclsyntax.TokenQuestion, hclsyntax.TokenColon:
		return true
	}
	return false
}
