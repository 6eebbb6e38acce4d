package survey

import (
	"fmt"
	"slices"
	"strings"
)

// Policy writes a policy for what was found: valid as it stands, with a comment wherever
// the operator has to look.
func (m Machine) Policy() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# A first policy for %s. Read it, change it, keep it under version control;\n# then: cwb validate, cwb plan, cwb apply.\n\n", printableHost(m.Host))
	b.WriteString("cwb {\n  deployment = \"site1\" # part of every record: choose it once\n  timezone   = \"UTC\"   # for schedules and calendar buckets\n  scheduler  = \"none\"  # or \"systemd\", \"cron\": cwb apply then writes the units or the cron file\n}\n\n")
	nodes := m.nodes(&b)
	fmt.Fprintf(&b, "retention \"nightly\" {\n  keep_last = 4\n}\n\nbackup \"subscribers\" {\n  nodes     = [%s]\n  schedule  = \"0 0 * * *\"\n  retention = retention.nightly\n}\n", strings.Join(nodes, ", "))
	return b.String()
}

// nodes writes the node blocks and returns their addresses.
func (m Machine) nodes(b *strings.Builder) []string {
	var addresses []string
	my, c := m.MySQL, m.Cassandra
	if my == nil && c == nil {
		b.WriteString("# Neither a MySQL socket nor Cassandra's data directory was found on this machine:\n# what follows is an example.\n\n")
		my = &MySQL{Socket: "/run/mysqld/mysqld.sock", Databases: []string{"ellis"}}
	}
	if my != nil {
		addresses = append(addresses, my.node(b))
	}
	if c != nil {
		addresses = append(addresses, c.node(b))
	}
	return addresses
}

func (m MySQL) node(b *strings.Builder) string {
	name, databases := "ellis", m.Databases
	fmt.Fprintf(b, "node \"mysql\" %q {\n", name)
	fmt.Fprintf(b, "  socket        = %q\n", m.Socket)
	if m.Defaults != "" {
		fmt.Fprintf(b, "  defaults_file = %q # user and password\n", m.Defaults)
	} else {
		b.WriteString("  # defaults_file = \"/etc/cwb/ellis.cnf\" # user and password; without it: root, no password\n")
	}
	if len(databases) == 0 {
		databases = []string{"ellis"}
		b.WriteString("  # Its data directory could not be read: the name below is a guess.\n")
	}
	fmt.Fprintf(b, "  databases     = [%s]\n  snapshot_path = \"/var/backups/cwb/%s\"\n", quoted(databases), name)
	if len(m.Legacy) > 0 {
		fmt.Fprintf(b, "  legacy_paths  = [%s] # the old scripts' backups: only read\n", quoted(m.Legacy))
	}
	b.WriteString("}\n\n")
	return "node.mysql." + name
}

func (c Cassandra) node(b *strings.Builder) string {
	name, keyspaces := cassandraName(c.Keyspaces), c.Keyspaces
	fmt.Fprintf(b, "node \"cassandra\" %q {\n", name)
	b.WriteString("  address       = \"127.0.0.1:9042\"\n  nodetool      = [\"nodetool\"]\n")
	fmt.Fprintf(b, "  data_dirs     = [%s]\n", quoted(c.DataDirs))
	if len(keyspaces) == 0 {
		keyspaces = []string{"homestead"}
		b.WriteString("  # No keyspace was found: the name below is a guess.\n")
	}
	fmt.Fprintf(b, "  keyspaces     = [%s]\n  snapshot_path = \"/var/backups/cwb/%s\"\n", quoted(keyspaces), name)
	if len(c.Legacy) > 0 {
		fmt.Fprintf(b, "  legacy_paths  = [%s] # the old scripts' backups: only read\n", quoted(c.Legacy))
	}
	b.WriteString("}\n\n")
	return "node.cassandra." + name
}

// cassandraName is the Clearwater role that holds these keyspaces.
func cassandraName(keyspaces []string) string {
	role := func(prefix string) bool {
		return len(keyspaces) > 0 && !slices.ContainsFunc(keyspaces, func(ks string) bool { return !strings.HasPrefix(ks, prefix) })
	}
	switch {
	case role("homer"):
		return "homer"
	case role("homestead"), len(keyspaces) == 0:
		return "homestead"
	}
	return "vellum" // the node that holds all of them
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.NewReplacer("${", "$${", "%{", "%%{").Replace(fmt.Sprintf("%q", s))
	}
	return strings.Join(out, ", ")
}

func printableHost(host string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, host)
}
