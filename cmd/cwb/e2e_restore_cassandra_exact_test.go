//go:build servers

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/testbed/cqlcorpus"
)

// restoreCassandraExactly takes a keyspace with all that a Cassandra table can have, meets what
// keeps a restore from running, loses the keyspace, and brings it back.
func restoreCassandraExactly(t *testing.T, s *servers) {
	c := newCorpusLab(t, s)
	c.takesSet()
	good, definitions := c.content(), c.definitions()
	c.part(t, "the disk is too small", c.refusesFullDisk)
	c.part(t, "system keyspaces", c.refusesSystem)
	c.part(t, "the keyspace is dropped", func() {
		cql(c.t, s.homestead, `DROP KEYSPACE "Exact"`)
		c.restores()
		c.is("after the restore", good)
		c.indexed()
		if diff := cmp.Diff(definitions, c.definitions()); diff != "" {
			c.t.Errorf("definitions differ (-want +got):\n%s", diff)
		}
		c.restores("--confirm")
		c.is("after it was confirmed", good)
	})
	c.part(t, "another definition", func() { c.mismatched(good) })
	c.quiet()
}

// corpusLab is the corpus as a keyspace of Homestead.
type corpusLab struct {
	*lab
	keyspace cqlcorpus.Keyspace
}

func newCorpusLab(t *testing.T, s *servers) *corpusLab {
	t.Helper()
	l := newLab(t, s, func(l *lab) {
		node := l.cassandra("homestead", s.homestead)
		node.Keyspaces = []string{"Exact"}
		l.policy.Ellis, l.policy.Cassandra = nil, []*nodeText{node}
	})
	session, err := s.homestead.Session("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		session.Close()
		s.dropKeyspace(t, s.homestead, `"Exact"`)
	})
	cql(t, s.homestead, `CREATE KEYSPACE "Exact" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`)
	c := &corpusLab{lab: l, keyspace: cqlcorpus.Keyspace{Session: session, Name: "Exact", Version: 5}}
	err = c.keyspace.Fill(t.Context(), func() error {
		_, err := s.homestead.RunNodetool(t.Context(), "flush", "Exact")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// content is every value with its write time and time to live.
func (c *corpusLab) content() map[string][]string {
	c.t.Helper()
	all, err := c.keyspace.Content(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	if len(all) != cqlcorpus.Tables || len(all["Mixed"]) == 0 {
		c.t.Fatalf("there are %d tables and views", len(all))
	}
	return all
}

func (c *corpusLab) is(when string, want map[string][]string) {
	c.t.Helper()
	if diff := cmp.Diff(want, c.content()); diff != "" {
		c.t.Fatalf("%s the keyspace does not hold what it should (-want +got):\n%.3000s", when, diff)
	}
}

// definitions are the statements that the server describes the keyspace with.
func (c *corpusLab) definitions() []string {
	c.t.Helper()
	var all []string
	rows := c.keyspace.Session.Query(`DESCRIBE KEYSPACE "Exact"`).WithContext(c.t.Context()).Iter()
	for row := map[string]any{}; rows.MapScan(row); row = map[string]any{} {
		all = append(all, fmt.Sprint(row["create_statement"]))
	}
	if err := rows.Close(); err != nil || len(all) == 0 {
		c.t.Fatalf("%d statements: %v", len(all), err)
	}
	slices.Sort(all)
	return all
}

// indexed asks each index, and the view, for a row.
func (c *corpusLab) indexed() {
	c.t.Helper()
	for _, from := range []string{"indexed WHERE a = 'a20'", "indexed WHERE b = 'b20'", "indexed WHERE c = 'c20'", "seen WHERE a = 'a20'"} {
		rows, err := c.keyspace.Rows(c.t.Context(), `SELECT k FROM "Exact".`+from)
		if err != nil || !slices.Equal(rows, []string{"k=20"}) {
			c.t.Errorf("%s: %v, %v", from, rows, err)
		}
	}
}

// refused demands that a restore is refused with these words, and that nothing was touched.
func (c *corpusLab) refused(code exitCode, words []string, args ...string) {
	c.t.Helper()
	before, begun := c.content(), c.list()
	o := c.cwb(code, append([]string{"restore", "--auto-approve"}, args...)...)
	for _, w := range words {
		if !strings.Contains(o.stdout+o.stderr, w) {
			c.t.Errorf("restore %v does not say %q:\n%s%s", args, w, o.stdout, o.stderr)
		}
	}
	c.is("after a restore that was refused", before)
	list := c.list()
	if len(list.Restores) != len(begun.Restores) || len(list.Sets) != len(begun.Sets) {
		c.t.Errorf("something was begun:\n%s", text(list))
	}
}

// refusesFullDisk asks for more free room than any disk has.
func (c *corpusLab) refusesFullDisk() {
	c.policy.Cassandra[0].MinFree = "1000TiB"
	c.writePolicy()
	c.refused(exitError, []string{"cassandra.homestead", "bytes of disk", "min_free", "free some room"})
	c.policy.Cassandra[0].MinFree = ""
	c.writePolicy()
}

// refusesSystem: Cassandra's own keyspaces are taken and restored only where the policy and the
// operator name them; what is of the node alone never is, and roles come back beside themselves.
func (c *corpusLab) refusesSystem() {
	cql(c.t, c.s.homestead, `INSERT INTO system_auth.roles (role, can_login) VALUES ('alice', true)`)
	if out, err := c.s.homestead.RunNodetool(c.t.Context(), "snapshot", "-t", "of-everything"); err != nil {
		c.t.Fatal(out, err)
	}
	plan := c.cwb(exitUsage, "restore", "homestead/of-everything") // not approved
	if !strings.Contains(plan.stdout, "9 tables: Exact.") || strings.Contains(plan.stdout, "system_") {
		c.t.Errorf("it would restore:\n%s", plan.stdout)
	}
	c.refused(exitError, []string{"nothing of what is asked for (system_auth)"}, "homestead/of-everything", "--keyspace", "system_auth")
	c.refused(exitUsage, []string{"no node that is asked for has system_auth"}, "--keyspace", "system_auth")
	c.keeps("Exact", "system")
	o := c.cwb(exitError, "restore", "--auto-approve", "--keyspace", "system")
	if !strings.Contains(o.stderr, "System keyspace") || !strings.Contains(o.stderr, "system_auth, system_distributed,") {
		c.t.Errorf("it does not say that a policy cannot name it:\n%s", o.stderr)
	}
	c.keeps("Exact", "system_auth")
	c.restoresRoles()
	c.keeps("Exact")
	if out, err := c.s.homestead.RunNodetool(c.t.Context(), "clearsnapshot", "-t", "of-everything"); err != nil {
		c.t.Fatal(out, err)
	}
}

// restoresRoles takes a set with a role that is dropped then. A restore of all leaves the roles
// as they are; Cassandra's own snapshot lacks the definitions of its own tables.
func (c *corpusLab) restoresRoles() {
	const roles = `SELECT role, can_login, writetime(can_login) FROM %s.roles WHERE role = 'alice'`
	want := c.rows(fmt.Sprintf(roles, "system_auth"))
	c.cwb(exitDone, "backup")
	cql(c.t, c.s.homestead, `DELETE FROM system_auth.roles WHERE role = 'alice'`)
	plan := c.cwb(exitUsage, "restore", "homestead/of-everything") // not approved
	if !strings.Contains(plan.stdout, "9 tables: Exact.") || !strings.Contains(plan.stdout, "(--keyspace system_auth --as NAME)") {
		c.t.Errorf("it would restore:\n%s", plan.stdout)
	}
	c.refused(exitError, []string{"the table roles_then.roles does not exist"}, "homestead/of-everything", "--keyspace", "system_auth", "--as", "roles_then")
	c.refused(exitError, []string{"it would let nobody in", "--as NAME"}, "--keyspace", "system_auth")
	c.restores("--keyspace", "system_auth", "--as", "roles_then")
	if got := c.rows(fmt.Sprintf(roles, "roles_then")); len(want) != 1 || !slices.Equal(got, want) {
		c.t.Errorf("roles %q, want %q", got, want)
	}
	c.restores("--confirm")
	c.s.dropKeyspace(c.t, c.s.homestead, "roles_then")
}

// keeps writes a policy with these keyspaces.
func (c *corpusLab) keeps(keyspaces ...string) {
	c.policy.Cassandra[0].Keyspaces = keyspaces
	c.writePolicy()
}

func (c *corpusLab) rows(cql string) []string {
	c.t.Helper()
	rows, err := c.keyspace.Rows(c.t.Context(), cql)
	if err != nil {
		c.t.Fatal(err)
	}
	return rows
}

// mismatched restores a table that has a column more than the backup knows.
func (c *corpusLab) mismatched(good map[string][]string) {
	cql(c.t, c.s.homestead, `ALTER TABLE "Exact".levels ADD later text`, `DELETE FROM "Exact".levels WHERE k = 3`,
		`INSERT INTO "Exact".levels (k, v, later) VALUES (1000, 'new', 'new')`)
	lost := c.content()
	c.refused(exitError, []string{"Exact.levels", "column later", "--schema-mismatch"}, "--table", "levels")
	c.is("after it was refused", lost)
	o := c.cwb(exitDone, "restore", "--auto-approve", "--table", "levels", "--schema-mismatch")
	if !strings.Contains(o.stdout+o.stderr, "column later") || !strings.Contains(o.stdout+o.stderr, "--schema-mismatch lets it pass") {
		c.t.Errorf("it does not say what is waived:\n%s%s", o.stdout, o.stderr)
	}
	want, got := good["levels"], c.levels()
	if diff := cmp.Diff(want[len(want)/2:], got); diff != "" {
		c.t.Errorf("the rows differ (-want +got):\n%.2000s", diff)
	}
	later, err := c.keyspace.Rows(c.t.Context(), `SELECT later FROM "Exact".levels WHERE k = 5`)
	if err != nil || !slices.Equal(later, []string{"later="}) {
		c.t.Errorf("the newer column is %q, %v", later, err)
	}
	c.restores("--undo")
	c.is("after the undo", lost)
}

// levels are the rows of that table, by the columns that the backup has.
func (c *corpusLab) levels() []string {
	c.t.Helper()
	rows, err := c.keyspace.Rows(c.t.Context(), `SELECT k, v, writetime(v), ttl(v) FROM "Exact".levels`)
	if err != nil {
		c.t.Fatal(err)
	}
	return rows
}
