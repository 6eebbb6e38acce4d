package config

import (
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// secretName matches arguments that could only hold a secret. What names a secret's source
// (password_file, key_file) is not among them.
var secretName = regexp.MustCompile(`(?i)^(.*_)?(password|passwd|passphrase|pass|pwd|secret|token|access_key|access_key_id|secret_key|secret_access_key|api_key|private_key|session_token)$`)

// userinfo matches user:password@host, with or without a scheme.
var userinfo = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*://)?[^/@\s:]*:[^/@\s]+@`)

// findSecrets reports every secret that stands in a source, and marks the lines around it as
// not to be shown, whatever else may be wrong on them. It works on tokens, so that it also
// sees files that do not parse and blocks that this version does not know.
func findSecrets(src *source, tokens hclsyntax.Tokens, r *report) {
	var found []hclsyntax.Token
	inside := 0 // how many braces are open in a block whose header names a secret
	for _, s := range statements(tokens) {
		secrets, doubtful := s.secrets()
		if doubtful || len(secrets) > 0 || inside > 0 {
			src.hide(s)
		}
		if doubtful || inside > 0 {
			inside = max(0, inside+s.opens())
		}
		found = append(found, secrets...)
	}
	for _, t := range found { // after all lines are hidden
		r.errorf(t.Range, "Literal secret", "Secrets never stand in a policy: name the file that holds them instead. User and password of a MySQL node stand in its defaults_file, those of a Cassandra node in its credentials_file, those for nodetool in the file named by -pwf.")
	}
}

// statement is the tokens of one argument or block header, with all lines it spans.
type statement hclsyntax.Tokens

// statements splits tokens where a line ends outside of an expression's brackets.
func statements(tokens hclsyntax.Tokens) []statement {
	var all []statement
	var braces []bool // those open: whether of an object, not of a block
	depth, from := 0, 0
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp:
			depth++
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			depth = max(0, depth-1)
		case hclsyntax.TokenOBrace:
			object := i > 0 && tokens[i-1].Type != hclsyntax.TokenIdent && tokens[i-1].Type != hclsyntax.TokenCQuote
			braces = append(braces, object)
			if object {
				depth++
			}
		case hclsyntax.TokenCBrace:
			if n := len(braces); n > 0 {
				if braces[n-1] {
					depth = max(0, depth-1)
				}
				braces = braces[:n-1]
			}
		}
		if depth == 0 && endsLine(t) {
			all = append(all, statement(tokens[from:i+1]))
			from = i + 1
		}
	}
	if from < len(tokens) {
		all = append(all, statement(tokens[from:]))
	}
	return all
}

// endsLine knows that the token of a # comment takes in the line end.
func endsLine(t hclsyntax.Token) bool {
	return t.Type == hclsyntax.TokenNewline || (t.Type == hclsyntax.TokenComment && strings.HasSuffix(string(t.Bytes), "\n"))
}

// secrets are the tokens that give a secret away; doubtful is a statement that names one
// without being plainly an assignment.
func (s statement) secrets() (found hclsyntax.Tokens, doubtful bool) {
	for i, t := range s {
		switch {
		case t.Type == hclsyntax.TokenComment && strings.ContainsFunc(string(t.Bytes), isColon):
			doubtful = doubtful || mentionsSecret(string(t.Bytes))
		case isText(t) && literalSecret(string(t.Bytes)):
			found = append(found, t)
		case isKey(t) && secretName.Match(t.Bytes):
			doubtful = true
			if s.assigns(i + 1) {
				found = append(found, t)
			}
		}
	}
	return found, doubtful
}

// opens is how many more braces a statement opens than it closes.
func (s statement) opens() int {
	n := 0
	for _, t := range s {
		switch t.Type {
		case hclsyntax.TokenOBrace:
			n++
		case hclsyntax.TokenCBrace:
			n--
		}
	}
	return n
}

func isText(t hclsyntax.Token) bool {
	return t.Type == hclsyntax.TokenQuotedLit || t.Type == hclsyntax.TokenStringLit
}

func isKey(t hclsyntax.Token) bool {
	return t.Type == hclsyntax.TokenIdent || t.Type == hclsyntax.TokenQuotedLit
}

// assigns reports whether what begins at i gives a value to the name before it.
func (s statement) assigns(i int) bool {
	for ; i < len(s); i++ {
		switch s[i].Type {
		case hclsyntax.TokenEqual, hclsyntax.TokenColon:
			return true
		case hclsyntax.TokenCQuote, hclsyntax.TokenCParen, hclsyntax.TokenComment:
		default:
			return false
		}
	}
	return false
}

// literalSecret recognises user:password@host and the arguments of nodetool that are
// followed by a password, also in a line meant for a shell.
func literalSecret(s string) bool {
	if userinfo.MatchString(s) {
		return true
	}
	for _, word := range strings.Fields(s) {
		if option, _, _ := strings.Cut(word, "="); option == "-pw" || option == "--password" {
			return true
		}
	}
	return false
}

func mentionsSecret(comment string) bool {
	for _, word := range strings.FieldsFunc(comment, func(c rune) bool { return c == ' ' || c == '"' || isColon(c) }) {
		if secretName.MatchString(word) {
			return true
		}
	}
	return false
}

func isColon(c rune) bool { return c == ':' || c == '=' }

// hide marks all lines of a statement.
func (src *source) hide(s statement) {
	first, last := s[0].Range.Start.Line, s[len(s)-1].Range.End.Line
	for line := first; line <= last; line++ {
		src.hidden[line] = true
	}
}
