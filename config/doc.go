// Package config turns the HCL text of a policy into a [Policy] in which everything is
// resolved, or into [Diagnostics] that stand on the offending lines, all of them at once.
//
// It is the only room that knows HCL and cty; none of their types leave it. It needs no
// network. Nothing in a policy, however hostile, makes it panic, hang or use more than
// 256 MB: sizes and nesting are limited before the parser runs. Secrets are named by their
// source and their values never read here. Start at [Load].
package config
