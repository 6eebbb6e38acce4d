package config

import "github.com/hashicorp/hcl/v2/hclsyntax"

// nesting follows how deep the parser's recursion can be at a token. Each open bracket, quote
// or template is a frame; inside a frame each operator of the expression under way counts
// one, since unary operators and conditions nest to the right and all others to the left.
type nesting struct {
	frames []frame
	ops    int // of all frames together
	bare   int // operators outside of any frame
	last   hclsyntax.TokenType
	broken *hclsyntax.Token // the first bracket that another kind of bracket or a line end met
}

type frame struct {
	open hclsyntax.Token
	ops  int
}

// add takes in the next token and returns the depth there.
func (n *nesting) add(t hclsyntax.Token) int {
	switch t.Type {
	case hclsyntax.TokenOParen, hclsyntax.TokenOBrace, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp:
		n.push(t)
	case hclsyntax.TokenOBrack:
		if endsTerm(n.last) { // an index: each one wraps what stands before it
			n.count()
		}
		n.push(t)
	case hclsyntax.TokenCParen, hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		n.pop(t.Type)
	case hclsyntax.TokenComma:
		n.reset()
	case hclsyntax.TokenNewline:
		if top := n.top(); top == nil || top.open.Type == hclsyntax.TokenOBrace {
			n.reset()
		}
	case hclsyntax.TokenQuotedNewline:
		n.breaks()
	default:
		if isOperator(t.Type) {
			n.count()
		}
	}
	n.last = t.Type
	return len(n.frames) + n.ops
}

func (n *nesting) top() *frame {
	if len(n.frames) == 0 {
		return nil
	}
	return &n.frames[len(n.frames)-1]
}

func (n *nesting) push(open hclsyntax.Token) { n.frames = append(n.frames, frame{open: open}) }

// pop closes the innermost frame if the bracket fits. One that does not fit leaves the count
// too high rather than too low.
func (n *nesting) pop(closing hclsyntax.TokenType) {
	top := n.top()
	if top == nil || closerOf(top.open.Type) != closing {
		n.breaks()
		return
	}
	n.reset()
	n.frames = n.frames[:len(n.frames)-1]
}

// breaks remembers the first place where something was not closed in time.
func (n *nesting) breaks() {
	if top := n.top(); top != nil && n.broken == nil {
		open := top.open
		n.broken = &open
	}
}

// unclosed is the token that is never closed, known at the end of a file.
func (n *nesting) unclosed() *hclsyntax.Token {
	n.breaks()
	return n.broken
}

func (n *nesting) count() {
	n.ops++
	*n.current()++
}

func (n *nesting) reset() {
	n.ops -= *n.current()
	*n.current() = 0
}

// current counts the operators of the innermost frame.
func (n *nesting) current() *int {
	if top := n.top(); top != nil {
		return &top.ops
	}
	return &n.bare
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
