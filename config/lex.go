package config

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// lex splits a source into tokens, hides the lines with secrets, and refuses what the parser
// must not see. open is what is never closed, if anything: all that the parser finds behind
// it is noise.
func lex(src *source, r *report) (open *hclsyntax.Token, ok bool) {
	// Invalid tokens are reported by the parser, which meets them again.
	tokens, _ := hclsyntax.LexConfig(src.text, src.name, hcl.InitialPos)
	findSecrets(src, tokens, r)
	if len(tokens) > maxTokens {
		r.errorf(tokens[maxTokens].Range, "File too large", "A file may have %d words and symbols. Divide the policy into several files.", maxTokens)
		return nil, false
	}
	depth, good := nesting{}, true
	for _, t := range tokens {
		if depth.add(t) > maxNesting {
			r.errorf(t.Range, "Nesting too deep", "Brackets, templates and operators may stand %d deep in one another. Use locals for parts of a long expression.", maxNesting)
			return nil, false
		}
		good = checkToken(t, r) && good
	}
	return depth.unclosed(), good
}

// checkToken refuses numbers of absurd length, and the two forms of the language whose
// nesting cannot be counted on tokens.
func checkToken(t hclsyntax.Token, r *report) bool {
	switch {
	case t.Type == hclsyntax.TokenNumberLit && !sane(t.Bytes):
		r.errorf(t.Range, "Number out of range", "A number may have %d digits, and no exponent.", maxDigits)
	case t.Type == hclsyntax.TokenTemplateControl:
		r.errorf(t.Range, "Expression not supported", "Templates may contain ${…} but no %%{…}. Use a condition such as ${var.x ? \"a\" : \"b\"}. A literal %%{ is written %%%%{.")
	case t.Type == hclsyntax.TokenDoubleColon:
		r.errorf(t.Range, "Expression not supported", "Functions have plain names without ::.")
	default:
		return true
	}
	return false
}

func sane(number []byte) bool {
	return len(number) <= maxDigits+1 && !bytes.ContainsAny(number, "eE")
}
