package cassandraengine

import (
	"slices"
	"strings"
	"syscall"
	"time"
)

// localSystem are keyspaces that each host has for itself: loaded by a running server they
// would make another server of it.
var localSystem = []string{"system", "system_schema", "system_cluster_metadata"}

// rolesKeyspace is looked at for every login (CassandraRoleManager, PasswordAuthenticator).
const rolesKeyspace = "system_auth"

// judgePlaces refuses keyspaces that nothing can be loaded into.
func (x *examining) judgePlaces() {
	for _, name := range x.src.targets() {
		if slices.Contains(localSystem, name) {
			x.refuse("", "the keyspace %s describes this very server, and cannot be loaded while it runs: it comes back only by putting the files of a snapshot into its folders while the server is stopped", name)
			continue
		}
		if name == rolesKeyspace {
			x.refuse("", "the keyspace %s is where the servers look up who may log in: emptied for the load, it would let nobody in, and neither cwb. Restore it beside itself (--keyspace %[1]s --as NAME), and copy the rows that are missing", name)
			continue
		}
		if x.o.As == "" && !slices.Contains(x.e.node.Keyspaces, name) {
			x.refuse("", "the keyspace %s is not among the node's keyspaces, so what is replaced in it would be in no safety backup: add it to keyspaces in the policy", name)
		}
	}
	if x.o.As != "" {
		x.judgeAs()
	}
}

// longestName is that of a keyspace (SchemaConstants.NAME_LENGTH).
const longestName = 48

func (x *examining) judgeAs() {
	from := map[string]bool{}
	for _, t := range x.src.tables {
		from[t.Keyspace] = true
	}
	switch {
	case !word.MatchString(x.o.As) || len(x.o.As) > longestName || isSystem(x.o.As):
		x.refuse("", "%q cannot be the name of a keyspace: letters, digits and _, at most %d", x.o.As, longestName)
	case len(from) > 1:
		x.refuse("", "several keyspaces cannot become the one keyspace %s: name one with --keyspace", x.o.As)
	case len(x.live[x.o.As].Tables) > 0 && slices.ContainsFunc(x.src.tables, func(t sourceTable) bool { return x.liveTable(t) != nil }):
		x.refuse("", "the keyspace %s has tables of these names already, and what is beside the live ones is in no safety backup: drop it, or choose another name", x.o.As)
	}
}

func (x *examining) judgeServer() {
	if text := x.local.outside(); text != "" {
		x.refuse("", "%s", text)
	}
	if !oneSchema(x.hosts) {
		x.refuse("", "the hosts of the ring do not have one schema at present, or one is down: see nodetool describecluster")
	}
	if err := x.e.checkTool(); err != nil {
		x.refuse("", "%s", err)
	}
	for _, dir := range x.e.node.DataDirs {
		if err := mayWrite(dir); err != nil {
			x.refuse("", "the data directory %q cannot be written, where files are staged: run cwb as root or as the server's user (%v)", dir, err)
		}
	}
}

// judgeRing refuses while rows are about to change hosts: what a host loads as its own may be
// another's a moment later, and TRUNCATE may not reach one that has just come.
func (x *examining) judgeRing() {
	for _, m := range x.members {
		if m.Settles != "" {
			x.refuse("", "the host %s of the ring is %s, and until that has ended nobody can say whose the rows are: %s, then restore again", m, m.State, m.Settles)
		}
	}
}

// mayWrite asks the kernel, for the user that runs cwb.
func mayWrite(dir string) error {
	const write, search = 2, 1
	return syscall.Access(dir, write|search)
}

func (x *examining) judgeVersion() {
	const flag = "--newer-server"
	if newerVersion(x.src.version, x.local.version) && !x.o.NewerServer {
		x.refuse(flag, "the backup is of Cassandra %s, the server is %s, and may not read the newer files", x.src.version, x.local.version)
		return
	}
	for _, t := range x.src.tables {
		tooNew, tooOld := unreadable(t.files, x.local.version)
		if tooNew != "" && !x.o.NewerServer {
			x.refuse(flag, "%s has files of the format %s, which Cassandra %s may not read", t, tooNew, x.local.version)
			return
		}
		if tooOld != "" {
			x.refuse("", "%s has files of the format %s, which Cassandra %s reads no more: load them on a version in between, and run nodetool upgradesstables there", t, tooOld, x.local.version)
			return
		}
	}
}

func (x *examining) judgeSchema() {
	for _, t := range x.src.tables {
		live, was := x.liveTable(t), x.src.definition(t.tableName)
		switch {
		case live == nil && was == nil:
			x.refuse("", "the table %s does not exist, and the backup does not have its definition: create it first, as it was", t.into())
		case live == nil && len(x.src.schema(t.Keyspace).Replication) == 0 && !x.exists(t.target):
			x.refuse("", "the keyspace %s does not exist, and the backup does not have its definition: create it first, as it was", t.target)
		case live == nil || was == nil:
		default:
			if text := mismatch(*was, *live); text != "" {
				x.mismatched("the definition of %s is not that of the backup: %s", t.into(), text)
			}
		}
	}
	for _, k := range x.src.keyspaces {
		if names := typeMismatch(k, x.live[k.Name]); len(names) > 0 && x.o.As == "" {
			x.mismatched("the types %s of keyspace %s are not those of the backup", strings.Join(names, ", "), k.Name)
		}
	}
}

// mismatched refuses, or says what the operator has waived.
func (x *examining) mismatched(format string, args ...any) {
	if x.o.SchemaMismatch {
		x.warn(format+" (--schema-mismatch lets it pass)", args...)
		return
	}
	x.refuse("--schema-mismatch", format, args...)
}

func (x *examining) exists(keyspace string) bool {
	_, ok := x.live[keyspace]
	return ok
}

// judgeViews refuses views in rings: one is filled by the host that makes it again from what
// each host has then, and no host knows when all others have loaded.
func (x *examining) judgeViews() {
	views := x.viewsOf()
	if len(views) == 0 {
		return
	}
	if len(x.hosts) > 1 {
		x.refuse("", "the tables have materialised views (%s), which loading files does not fill: drop them, restore, and create them again", strings.Join(views, ", "))
		return
	}
	x.warn("the materialised views %s are dropped, and created again from their tables afterwards", strings.Join(views, ", "))
}

func (x *examining) viewsOf() []string {
	var all []string
	for _, t := range x.src.tables {
		for _, v := range x.live[t.target].viewsOf(t.Table) {
			all = append(all, t.target+"."+v)
		}
	}
	for _, v := range x.src.views {
		all = append(all, targetOf(x.o, v.Keyspace)+"."+v.Table)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// viewsOf names the materialised views of a table.
func (k keyspaceSchema) viewsOf(table string) []string {
	var all []string
	for _, t := range k.Tables {
		if t.View && t.Base == table {
			all = append(all, t.Name)
		}
	}
	return all
}

// judgeAge warns of deletions that come undone: each host forgets its tombstones when they are
// older than gc_grace_seconds, also where another host never heard of the deletion.
func (x *examining) judgeAge() {
	if len(x.hosts) < 2 || x.src.captured.IsZero() {
		return
	}
	age := x.e.options.Now().Sub(x.src.captured)
	for _, t := range x.src.tables {
		grace, ok := x.grace(t)
		if ok && age > grace {
			x.warn("DELETED ROWS MAY COME BACK: the backup is %s old, and %s forgets deletions after %s (gc_grace_seconds): each host is repaired right after it has loaded, before it compacts; let no repair fail", age.Round(time.Minute), t.into(), grace)
			return
		}
	}
}

// soon is how long before a snapshot's end a plan warns of it: plans hold for a day, and people
// sleep on them.
const soon = 36 * time.Hour

// judgeExpiry warns of a snapshot that the server may have removed before the plan is carried
// out. From when its files are staged on, the restore has links of its own to them.
func (x *examining) judgeExpiry() {
	if ends := x.src.expires; !ends.IsZero() && ends.Sub(x.e.options.Now()) < soon {
		x.warn("CASSANDRA ITSELF REMOVES THIS SNAPSHOT at %s (it was made with a time to live): let the restore begin before that; a copy of its folders elsewhere, under legacy_paths, stays", ends.UTC().Format(time.RFC3339))
	}
}

func (x *examining) grace(t sourceTable) (time.Duration, bool) {
	if x.exists(t.target) {
		return graceOf(x.live[t.target], t.Table)
	}
	return graceOf(x.src.schema(t.Keyspace), t.Table)
}

// judgeDisk counts what is really written: hard links cost nothing.
func (x *examining) judgeDisk() {
	free := int64(-1)
	for _, dir := range x.e.node.DataDirs {
		var fs syscall.Statfs_t
		if err := syscall.Statfs(dir, &fs); err == nil && (free < 0 || int64(fs.Bavail)*fs.Bsize < free) {
			free = int64(fs.Bavail) * fs.Bsize
		}
	}
	x.found.FreeBytes = max(free, 0)
	for _, t := range x.src.tables {
		x.found.NeedBytes += x.e.copied(t.files)
	}
}
