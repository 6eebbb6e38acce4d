// Package config turns the HCL text of a policy into a [Policy] in which everything is
// resolved, or into [Diagnostics] that stand on the offending lines, all of them at once.
//
// It is the only room that knows HCL and cty; none of their types leave it. It needs no
// network. Nothing in a policy, however hostile, makes it panic, hang or use more than
// 256 MB: sizes and nesting are limited before the parser runs (limits.go). Secrets are named
// by their source and their values never read here; a line on which one stands nevertheless
// is reported and never shown (secrets.go).
//
// Start at [Load], which walks four phases: parse (read.go, text.go, lex.go, parse.go), sniff
// (version.go), decode into raw blocks (raw.go, decode.go), and resolve (resolve.go and a
// file for each block). A new argument is a field in raw.go and [Policy], a line in its
// block's file, and a case in testdata/bad.
package config
