package config

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// resolveCassandra reads the body of node "cassandra".
func (v *resolver) resolveCassandra(block rawNode, n *declaredNode) {
	var raw rawCassandra
	v.decodeNode(block.Body, &raw)
	v.resolveCommon(common{raw.Formerly, raw.SnapshotPath, raw.LegacyPaths, raw.MinFree}, n)
	c := &Cassandra{
		Address: "127.0.0.1:9042", Nodetool: []string{"nodetool"},
		DataDirs: []string{"/var/lib/cassandra/data"}, Keyspaces: []string{},
	}
	n.Cassandra = c
	if raw.Address != nil {
		c.Address = v.address(raw.Address, "127.0.0.1:9042")
	}
	if raw.Nodetool != nil {
		c.Nodetool = v.command(raw.Nodetool, vector{program: "nodetool", example: `["nodetool", "-p", "7199"]`, secret: "Use -pwf and a file."})
	}
	n.data = []text{{c.DataDirs[0], quoted(c.DataDirs[0]), n.def, true}}
	if raw.DataDirs != nil {
		n.data = v.paths(raw.DataDirs, "/var/lib/cassandra/data")
		c.DataDirs = values(n.data)
	}
	if v.required(raw.Keyspaces, "keyspaces", n.def, `["homestead"]`) {
		n.contents = v.keyspaces(raw.Keyspaces)
		c.Keyspaces = values(n.contents)
	}
	c.CredentialsFile = v.file(raw.Credentials, "/etc/cwb/"+n.Addr.Name+".cqlshrc")
	c.TLS = v.tls(raw.TLS)
}

// keyspaceName is Cassandra's own rule.
var keyspaceName = regexp.MustCompile(`^[A-Za-z0-9_]{1,48}$`)

// sharedSystem are those of Cassandra's own keyspaces that are of the ring: replicated, with
// ordinary tables (SchemaConstants.REPLICATED_SYSTEM_KEYSPACE_NAMES).
var sharedSystem = []string{"system_auth", "system_distributed", "system_traces"}

// nodesOwn recognizes the others, in whatever case: a name in capitals is hardly meant.
func nodesOwn(keyspace string) bool {
	lower := strings.ToLower(keyspace)
	return !slices.Contains(sharedSystem, keyspace) && (lower == "system" || strings.HasPrefix(lower, "system_"))
}

func (v *resolver) keyspaces(attr *hcl.Attribute) []text {
	names, ok := v.eval.strs(attr, "homestead")
	if !ok {
		return nil
	}
	v.eval.distinct(attr.Name, names)
	for _, t := range names {
		switch {
		case !keyspaceName.MatchString(t.value):
			v.r.errorf(t.at, "Invalid keyspace name", "No keyspace can have the name %s: letters, digits and _ only, 48 at most.", t.shown)
		case nodesOwn(t.value):
			v.r.errorf(t.at, "System keyspace", "%s is what a Cassandra node keeps of itself, or only shows and has no files of: it cannot be brought back by copying. Remove it from %q. Of Cassandra's own keyspaces these can be named: %s.", upperFirst(t.shown), attr.Name, strings.Join(sharedSystem, ", "))
		}
	}
	return names
}

// programName is what may stand in front of a command without a directory.
var programName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._+-]*$`)

// vector is what messages about an argument vector propose.
type vector struct{ program, example, secret string }

// command reads an argument vector. No shell ever sees it, so a line meant for one is refused.
func (v *resolver) command(attr *hcl.Attribute, proposed vector) []string {
	hint := "Write the program and each argument as an element of its own: " + proposed.example + "."
	if line, ok := literal(attr.Expr); ok {
		v.r.errorf(attr.Expr.Range(), "Wrong type", "%q is a list, not one command line (%s). %s", attr.Name, v.eval.named(line, attr.Expr).shown, hint)
		return nil
	}
	words, ok := v.eval.strs(attr, proposed.program)
	if !ok {
		return nil
	}
	program := words[0]
	switch {
	case filepath.IsAbs(program.value):
		v.checkPath(program)
	case !programName.MatchString(program.value):
		v.r.errorf(program.at, "Invalid command", "The program %s is neither an absolute path nor the plain name of a program. %s", program.shown, hint)
	}
	for _, word := range words[1:] {
		if literalSecret(word.value) && !word.literal && !v.r.hides(word.at) { // those are reported already
			v.r.errorf(word.at, "Literal secret", "An argument %s holds a password, which every user of the machine could see. %s", word.shown, proposed.secret)
		}
	}
	return values(words)
}
