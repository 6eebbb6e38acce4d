package planner

import (
	"fmt"
	"slices"
	"strings"

	"cwb/internal/backup"
)

// choice is the backups that a restore brings back, and where each goes.
type choice struct {
	set     *Set // nil for a foreign backup
	older   *Set // what could be restored instead, should set be damaged; nil: nothing
	why     string
	targets []target
	passed  []Finding // newer sets that were passed over
}

// target is one backup on its way to a server.
type target struct {
	backup.Restoring
	to, from *place
	backup   *Backup         // nil for a foreign one
	foreign  *backup.Foreign // nil for one of ours
}

// chooseBackups finds what a request means. Names that mean nothing are errors wrapping
// [ErrRequest]; what is there but cannot be restored comes as a [RefusedError].
func (w *world) chooseBackups(r RestoreRequest) (*choice, error) {
	c := &choice{}
	var err error
	if r.Foreign != nil {
		err = w.chooseForeign(c, r)
	} else {
		err = w.chooseSet(c, r)
	}
	if err != nil {
		return nil, err
	}
	return c, w.direct(c, r)
}

func (w *world) chooseForeign(c *choice, r RestoreRequest) error {
	pl, ok := w.places[r.Foreign.Node]
	if !ok {
		return unknownError("the policy has no node %s", r.Foreign.Node)
	}
	if len(r.Nodes) > 0 && !slices.Equal(r.Nodes, []backup.NodeAddr{pl.addr()}) {
		return requestError("%s is a backup of %s alone; leave --node out", r.Foreign.Name, pl.addr())
	}
	at := slices.IndexFunc(pl.state.Foreign, func(f backup.Foreign) bool { return f.Name == r.Foreign.Name })
	if at < 0 {
		return w.notFound("%s has no foreign backup %q; cwb list shows what there is", pl.addr(), r.Foreign.Name)
	}
	f := &pl.state.Foreign[at]
	if !f.Restorable {
		var refused refusals
		refused.add(pl.addr(), "", "%s cannot be restored: %s", f.Name, f.Reason)
		return refused.orNil()
	}
	c.why = fmt.Sprintf("asked for by name; %s, of %s", origin(f.Kind), w.local(f.Time))
	c.targets = []target{{from: pl, foreign: f, Restoring: backup.Restoring{Foreign: f.Name}}}
	return nil
}

func (w *world) chooseSet(c *choice, r RestoreRequest) error {
	wanted, err := w.wantedNodes(r)
	if err != nil {
		return err
	}
	if r.Set != "" {
		err = w.chooseNamed(c, r, wanted)
	} else {
		err = w.chooseLatest(c, wanted)
	}
	if err != nil {
		return err
	}
	return w.takeParts(c, wanted)
}

// wantedNodes are the nodes that a request narrows to; nil when it does not.
func (w *world) wantedNodes(r RestoreRequest) ([]backup.NodeAddr, error) {
	for _, n := range r.Nodes {
		if _, ok := w.places[n]; !ok {
			return nil, unknownError("the policy has no node %s", n)
		}
	}
	if len(r.Databases)+len(r.Keyspaces) == 0 {
		return r.Nodes, nil
	}
	var wanted []backup.NodeAddr
	w.eachPlace(func(pl *place) {
		if len(pl.selected(r)) > 0 && (len(r.Nodes) == 0 || slices.Contains(r.Nodes, pl.addr())) {
			wanted = append(wanted, pl.addr())
		}
	})
	if len(wanted) == 0 {
		return nil, unknownError("no node that is asked for has %s", strings.Join(slices.Concat(r.Databases, r.Keyspaces), ", "))
	}
	return wanted, nil
}

// selected are the databases or keyspaces of a place that a request names.
func (pl *place) selected(r RestoreRequest) []string {
	named := r.Databases
	if pl.addr().Kind == backup.Cassandra {
		named = r.Keyspaces
	}
	return slices.DeleteFunc(slices.Clone(named), func(name string) bool { return !slices.Contains(pl.databases(), name) })
}

// databases are the databases or keyspaces that the policy declares at a place.
func (pl *place) databases() []string {
	switch {
	case pl.node.MySQL != nil:
		return pl.node.MySQL.Databases
	case pl.node.Cassandra != nil:
		return pl.node.Cassandra.Keyspaces
	}
	return nil
}

// takeParts makes a target of each backup of the set that is wanted.
func (w *world) takeParts(c *choice, wanted []backup.NodeAddr) error {
	var refused refusals
	for _, m := range c.set.Members {
		if len(wanted) > 0 && !slices.Contains(wanted, m) {
			continue
		}
		p, ok := c.set.part(m)
		pl, declared := w.places[m]
		switch {
		case !declared:
			refused.add(m, "--node with the others", "it is a member of %s, and the policy has no such node", c.set.ID)
		case pl.unreachable():
			refused.add(m, "--node with the others", "its backup cannot be read, since it cannot be reached: %s", pl.state.Error)
		case !ok || p.Backup.Status != Good:
			refused.add(m, "--node with the others", "set %s has no good backup of it%s%s", c.set.ID, reasonOf(p.Backup), olderHint(c.older))
		default:
			c.targets = append(c.targets, target{from: pl, backup: p.Backup, Restoring: backup.Restoring{Set: c.set.ID, Record: p.Backup.Record}})
		}
	}
	return refused.orNil()
}

func reasonOf(b *Backup) string {
	if b == nil {
		return ""
	}
	return fmt.Sprintf(" (%s: %s)", b.Status, because(b, "no reason is known"))
}

func olderHint(older *Set) string {
	if older == nil {
		return ""
	}
	return fmt.Sprintf("; the next older complete set is %s", older.ID)
}

// direct says onto which server each backup goes, and what of it.
func (w *world) direct(c *choice, r RestoreRequest) error {
	if r.To != nil && len(c.targets) != 1 {
		return requestError("--to needs one backup, and this would restore %d; narrow it with --node", len(c.targets))
	}
	for i := range c.targets {
		t := &c.targets[i]
		t.to = t.from
		if r.To != nil {
			t.to = w.places[*r.To]
		}
		if t.to == nil || t.to.addr().Kind != t.from.addr().Kind {
			return requestError("--to %s is no node of the policy, or of another product than %s", r.To, t.from.addr())
		}
		t.Node, t.From = t.to.addr(), t.from.addr()
		t.Tables, t.As, t.RestoreOptions = r.Tables, r.As, r.RestoreOptions
		t.Databases = t.chooseDatabases(r)
		if err := t.checkAs(len(c.targets)); err != nil {
			return err
		}
	}
	id := w.freeRestore()
	for i := range c.targets {
		c.targets[i].ID = id
	}
	return nil
}

// chooseDatabases are what is selected of a backup: a foreign one may hold what the policy
// does not know.
func (t target) chooseDatabases(r RestoreRequest) []string {
	if t.foreign == nil {
		return t.from.selected(r)
	}
	if t.from.addr().Kind == backup.Cassandra {
		return r.Keyspaces
	}
	return r.Databases
}

// checkAs makes sure that one database is meant by --as.
func (t *target) checkAs(targets int) error {
	if t.As == "" || len(t.Databases) == 1 {
		return nil
	}
	held := t.from.databases()
	if t.foreign != nil {
		held = nil
		for _, ref := range t.foreign.Tables {
			held = append(held, ref.Database)
		}
		slices.Sort(held)
		held = slices.Compact(held)
	}
	if targets != 1 || len(t.Databases) > 0 || len(held) != 1 {
		return requestError("--as needs exactly one database or keyspace; name it with --database or --keyspace")
	}
	t.Databases = held
	return nil
}

// freeRestore is an id that no restore on any node has.
func (w *world) freeRestore() backup.SetID {
	used := map[backup.SetID]bool{}
	w.eachPlace(func(pl *place) {
		for _, r := range pl.state.Restores {
			used[r.ID] = true
		}
	})
	id := backup.NewSetID(w.now)
	for used[id] {
		id = id.Next()
	}
	return id
}

// origin says what made a foreign backup.
func origin(k backup.ForeignKind) string {
	switch k {
	case backup.ForeignDump:
		return "a dump that cwb did not make"
	case backup.ForeignSnapshot:
		return "a snapshot that somebody took by hand"
	case backup.ForeignTruncated:
		return "the snapshot that Cassandra took by itself before a TRUNCATE"
	case backup.ForeignDropped:
		return "the snapshot that Cassandra took by itself before a DROP"
	case backup.ForeignScript:
		return "an old script's backup"
	}
	return "a backup that cwb did not make"
}
