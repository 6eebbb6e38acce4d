//go:build servers

package cassandraengine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gocql/gocql"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
)

// Roles and their rights are backed up like anything else. In place they are not restored:
// while they are gone nobody gets in, as the server itself shows at the end. Beside themselves
// they come back, and a role that was dropped logs in again with its old password.
func testRoles(t *testing.T, a *authority, n config.Node) {
	super := *n.Cassandra
	super.Keyspaces = []string{rolesKeyspace}
	super.CredentialsFile = a.write("super", 0o600, []byte("[authentication]\nusername = cassandra\npassword = cassandra\n"))
	alice := super
	alice.CredentialsFile = a.write("alice", 0o600, []byte("[authentication]\nusername = alice\npassword = wonderland\n"))
	n.Cassandra = &super
	session := openSoon(t, super)
	t.Cleanup(session.Close)
	r := &real{t: t, keyspace: rolesKeyspace, session: session, engine: New(n, Options{CQLTimeout: time.Minute, ToolTimeout: 2 * time.Minute})}
	r.exec(`CREATE ROLE alice WITH PASSWORD = 'wonderland' AND LOGIN = true`, `GRANT SELECT ON KEYSPACE homer TO alice`)
	mayLogIn(t, alice, true)
	want := map[string][]string{
		"roles":            r.rows(`SELECT role, can_login, salted_hash, writetime(salted_hash) FROM system_auth.roles`),
		"role_permissions": r.rows(`SELECT role, resource, permissions FROM system_auth.role_permissions`),
	}
	k := r.take()
	if !slices.ContainsFunc(k.content.Tables, func(table backup.Table) bool { return table.Name == "roles" && table.Bytes > 0 }) {
		t.Fatalf("taken are %+v", k.content.Tables)
	}
	r.exec(`DROP ROLE alice`)
	mayLogIn(t, alice, false)

	o := r.order(k.source())
	if x, err := r.engine.Examine(t.Context(), o); err != nil || len(x.Replaces) > 0 || len(x.Warnings) != 1 || !strings.Contains(x.Warnings[0], "--keyspace system_auth --as NAME") {
		t.Errorf("without a name: %+v, %v", x, err)
	}
	o.Selection.Databases = []string{rolesKeyspace}
	x, err := r.engine.Examine(t.Context(), o)
	if err != nil || len(x.Refusals) != 1 || !strings.Contains(x.Refusals[0].Reason, "it would let nobody in") || x.Refusals[0].Flag != "" {
		t.Errorf("in place: %+v, %v", x.Refusals, err)
	}
	o.As = "old_roles"
	o = r.restore(o)
	got := map[string][]string{
		"roles":            r.rows(`SELECT role, can_login, salted_hash, writetime(salted_hash) FROM old_roles.roles`),
		"role_permissions": r.rows(`SELECT role, resource, permissions FROM old_roles.role_permissions`),
	}
	compare(t, want, got)
	var hash string
	if err := session.Query(`SELECT salted_hash FROM old_roles.roles WHERE role = 'alice'`).Scan(&hash); err != nil {
		t.Fatal(err)
	}
	r.exec(`INSERT INTO system_auth.roles (role, can_login, is_superuser, salted_hash) VALUES ('alice', true, false, '` + hash + `')`)
	mayLogIn(t, alice, true)
	r.phase(executor.PhaseConfirm, o)
	r.exec(`DROP KEYSPACE old_roles`)

	r.exec(`TRUNCATE system_auth.roles`)
	mayLogIn(t, super, false)
}

// mayLogIn waits until a login succeeds or is refused: the server remembers roles for a while.
func mayLogIn(t *testing.T, node config.Cassandra, want bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		s, err := connectCQL(t.Context(), node, time.Minute)
		if err == nil {
			s.close()
		}
		if (err == nil) == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("logging in: %v", err)
		}
	}
}

// Keyspaces that the servers share, and that nobody logs in by, come back when they are named.
func TestRealRestoreOfSystemKeyspace(t *testing.T) {
	r := newReal(t, "traced")
	r.keyspace = "system_traces"
	r.engine = New(r.node(), Options{})
	id := gocql.TimeUUID().String()
	r.exec(`INSERT INTO system_traces.sessions (session_id, client, request) VALUES (` + id + `, '127.0.0.1', 'kept')`)
	const all = `SELECT session_id, request, writetime(request) FROM system_traces.sessions`
	want, k := r.rows(all), r.take()
	r.exec(`DELETE FROM system_traces.sessions WHERE session_id = ` + id)
	if x, err := r.engine.Examine(t.Context(), r.order(k.source())); err != nil || len(x.Replaces) > 0 || len(x.Warnings) != 1 || !strings.Contains(x.Warnings[0], "(--keyspace system_traces)") {
		t.Errorf("without a name: %+v, %v", x, err)
	}
	o := r.order(k.source())
	o.Selection.Databases = []string{"system_traces"}
	o = r.restore(o)
	if got := r.rows(all); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	r.phase(executor.PhaseConfirm, o)
	r.checkClean()
}
