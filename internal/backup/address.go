package backup

import (
	"fmt"
	"regexp"
	"strings"
)

// Kind names a database product that cwb has an engine for.
type Kind string

// The kinds of node that a policy can declare.
const (
	MySQL     Kind = "mysql" // MySQL and MariaDB
	Cassandra Kind = "cassandra"
)

// NodeAddr names one node of a policy. It is comparable and never empty once parsed.
type NodeAddr struct {
	Kind Kind
	Name string // matches [a-z][a-z0-9_-]{0,31}
}

// String is the short form that JSON and lists print: "mysql.ellis".
func (a NodeAddr) String() string { return string(a.Kind) + "." + a.Name }

// Address is the form a policy writes: "node.mysql.ellis".
func (a NodeAddr) Address() string { return "node." + a.String() }

// MarshalText writes the short form.
func (a NodeAddr) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the short form, strictly.
func (a *NodeAddr) UnmarshalText(text []byte) error {
	parsed, err := ParseNodeAddr(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// ParseNodeAddr reads "mysql.ellis" or "node.mysql.ellis".
func ParseNodeAddr(s string) (NodeAddr, error) {
	kind, name, ok := strings.Cut(strings.TrimPrefix(s, "node."), ".")
	addr := NodeAddr{Kind: Kind(kind), Name: name}
	if !ok || !ValidLabel(name) || (addr.Kind != MySQL && addr.Kind != Cassandra) {
		return NodeAddr{}, fmt.Errorf("%q is no node address: write KIND.NAME, such as mysql.ellis or cassandra.homer", s)
	}
	return addr, nil
}

var label = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// ValidLabel reports whether s may name a block of a policy. Labels become parts of paths,
// snapshot tags and unit names, so nothing else may pass.
func ValidLabel(s string) bool { return label.MatchString(s) && s != "node" && s != "latest" }

// Place is where a backup lies: OnNode, or a target's short address such as "s3.offsite".
type Place string

// OnNode is the place of a backup under its node's snapshot_path.
const OnNode Place = "node"
