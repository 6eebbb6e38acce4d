package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// decode sorts the blocks of all files into raw ones, files in their order.
func decode(bodies []*hclsyntax.Body, r *report) rawPolicy {
	var all rawPolicy
	for _, body := range bodies {
		prune(body, "", r)
		var raw rawPolicy
		r.take(gohcl.DecodeBody(body, nil, &raw))
		all.Cwb = append(all.Cwb, raw.Cwb...)
		all.Variables = append(all.Variables, raw.Variables...)
		all.Locals = append(all.Locals, raw.Locals...)
		all.Nodes = append(all.Nodes, raw.Nodes...)
		all.Retentions = append(all.Retentions, raw.Retentions...)
		all.Backups = append(all.Backups, raw.Backups...)
		all.Hooks = append(all.Hooks, raw.Hooks...)
		all.Removed = append(all.Removed, raw.Removed...)
	}
	return all
}

// prune takes out of a body, and reports, what deserves a better answer than "unsupported":
// names that a later version will know, look-alike letters, and secrets (which findSecrets
// has reported).
func prune(body *hclsyntax.Body, block string, r *report) {
	for name, attr := range body.Attributes {
		if prunes(name, attr.NameRange, block, r) {
			delete(body.Attributes, name)
		}
	}
	body.Blocks = slices.DeleteFunc(body.Blocks, func(b *hclsyntax.Block) bool {
		return prunes(b.Type, b.TypeRange, block, r)
	})
	for _, b := range body.Blocks {
		prune(b.Body, b.Type, r)
	}
}

func prunes(name string, at hcl.Range, block string, r *report) bool {
	switch {
	case block != "locals" && comesLater(block, name):
		r.errorf(at, "Not supported yet", "%q is not supported by this version of cwb yet. Remove it, or state the version that you need as required_version in the cwb block.", name)
	case block == "variable" && name == "sensitive":
		r.errorf(at, "Sensitive variable not supported", "No secret passes through a policy. Name the file that holds it where it is needed, as defaults_file does.")
	case !isASCII(name):
		r.errorf(at, "Look-alike letter", "%s in %s: names of blocks and arguments are plain ASCII.", lookAlike(name), quoted(name))
	default:
		return block != "" && secretName.MatchString(name)
	}
	return true
}

// comesLater knows the names of the design that this version does not have.
func comesLater(block, name string) bool {
	switch block {
	case "":
		return slices.Contains([]string{"target", "sync", "window", "notify"}, name)
	case "backup":
		return name == "copy"
	case "node":
		return name == "ssh"
	}
	return false
}
