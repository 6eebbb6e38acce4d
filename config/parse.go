package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// parse turns a source into a syntax tree, as far as it goes. It refuses what could hurt the
// parser before the parser runs.
func parse(src *source, r *report) {
	if !checkText(src, r) {
		return
	}
	tokens, ok := lex(src, r)
	if !ok {
		return
	}
	findSecrets(src, tokens, r)
	file, diags := hclsyntax.ParseConfig(src.text, src.name, hcl.InitialPos)
	r.take(diags)
	src.body = file.Body.(*hclsyntax.Body)
}
