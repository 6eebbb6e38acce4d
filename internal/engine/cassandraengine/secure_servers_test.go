//go:build servers

package cassandraengine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gocql/gocql"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/testbed"
)

const (
	cqlPassword = "s3cr3t-of-cql"
	jmxPassword = "s3cr3t-of-jmx"
)

// A server that encrypts CQL, wants a certificate and a password of its clients, lets each
// role do only what it was granted, and wants a password over JMX.
func TestRealServerWithPasswordsAndTLS(t *testing.T) {
	a, valid := newAuthority(t), time.Now().Add(time.Hour)
	_, _, serverFile := a.issue("homer-1", valid)
	cert, key, _ := a.issue("cwb", valid)
	server := testbed.CassandraForTest(t, testbed.CassandraOptions{
		Settings: secureSettings(serverFile, a.file),
		JavaArgs: []string{
			"--add-exports=java.management/com.sun.jmx.remote.security=ALL-UNNAMED", // Cassandra asks for passwords with it
			"-Dcom.sun.management.jmxremote.authenticate=true",
			"-Dcom.sun.management.jmxremote.password.file=" + a.write("jmx.password", 0o600, []byte("cwb "+jmxPassword+"\n")),
			"-Dcom.sun.management.jmxremote.access.file=" + a.write("jmx.access", 0o600, []byte("cwb readwrite\n")),
		},
	})
	login := a.write("login", 0o600, []byte("[authentication]\nusername = cwb\npassword = "+cqlPassword+"\n"))
	n := config.Node{
		Addr: backup.NodeAddr{Kind: backup.Cassandra, Name: "homer"},
		Cassandra: &config.Cassandra{
			Address: server.Address(), Keyspaces: []string{"homer"}, DataDirs: server.DataDirs, CredentialsFile: login,
			Nodetool: append(server.Nodetool[:len(server.Nodetool):len(server.Nodetool)], "-u", "cwb", "-pwf", filepath.Join(a.dir, "jmx.password")),
			TLS:      &config.CassandraTLS{CAFile: a.file, CertFile: cert, KeyFile: key, ServerName: "homer-1"},
		},
	}
	grantRole(t, a, n)
	t.Run("take", func(t *testing.T) { takeSecurely(t, n) })
	t.Run("refusals", func(t *testing.T) { refusals(t, a, n) })
	t.Run("states", func(t *testing.T) { untoldStates(t, a, n) })
	t.Run("roles", func(t *testing.T) { testRoles(t, a, n) }) // the last: then nobody gets in
}

// secureSettings are cassandra.yaml's, of 4.1 on.
func secureSettings(serverFile, caFile string) map[string]string {
	return map[string]string{
		"authenticator": "PasswordAuthenticator", "authorizer": "CassandraAuthorizer", "role_manager": "CassandraRoleManager",
		"client_encryption_options": fmt.Sprintf("{enabled: true, optional: false, require_client_auth: true, keystore: %q, truststore: %q, "+
			"ssl_context_factory: {class_name: org.apache.cassandra.security.PEMBasedSslContextFactory}}", serverFile, caFile),
	}
}

// grantRole makes the role with as little as a take needs, and a table with a row.
func grantRole(t *testing.T, a *authority, n config.Node) {
	t.Helper()
	asSuper(t, a, n,
		`CREATE KEYSPACE homer WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
		`CREATE TABLE homer.simservs (k text PRIMARY KEY, v text)`,
		`INSERT INTO homer.simservs (k, v) VALUES ('a', 'b')`,
		`CREATE ROLE cwb WITH PASSWORD = '`+cqlPassword+`' AND LOGIN = true`,
		`GRANT SELECT ON KEYSPACE system_views TO cwb`,
	)
}

func asSuper(t *testing.T, a *authority, n config.Node, statements ...string) {
	t.Helper()
	super := *n.Cassandra
	super.CredentialsFile = a.write("super", 0o600, []byte("[authentication]\nusername = cassandra\npassword = cassandra\n"))
	session := openSoon(t, super)
	defer session.Close()
	for _, cql := range statements {
		if err := session.Query(cql).Exec(); err != nil {
			t.Fatalf("%s: %v", cql, err)
		}
	}
}

// openSoon waits for the first role, which the server makes a moment after it listens.
func openSoon(t *testing.T, node config.Cassandra) *gocql.Session {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(500 * time.Millisecond) {
		s, err := connectCQL(t.Context(), node, time.Minute)
		if err == nil {
			return s.(*cqlServer).session
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// takeSecurely takes, and looks for the passwords in all that a backup keeps.
func takeSecurely(t *testing.T, n config.Node) {
	e := New(n, Options{CQLTimeout: time.Minute, ToolTimeout: 2 * time.Minute, Env: os.Environ()})
	s, err := e.Inspect(t.Context())
	if err != nil || s.Down != "" || len(s.Refusals) > 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	p, err := e.Prepare(t.Context(), ringSpec(e, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Capture(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := memDir{}
	content, err := p.ReadOut(t.Context(), dir, nil)
	if err != nil || len(content.Tables) != 1 || content.Totals.Bytes == 0 {
		t.Fatalf("%+v, %v", content.Totals, err)
	}
	kept := fmt.Sprintf("%+v", content)
	for _, data := range dir {
		kept += string(data)
	}
	for _, secret := range []string{cqlPassword, jmxPassword, "PRIVATE KEY"} {
		if strings.Contains(kept, secret) {
			t.Errorf("%q is in the backup", secret)
		}
	}
}

// untoldStates: a role that may read no more than a take needs goes on taking.
func untoldStates(t *testing.T, a *authority, n config.Node) {
	asSuper(t, a, n, `REVOKE SELECT ON KEYSPACE system_views FROM cwb`, `GRANT SELECT ON system_views.settings TO cwb`)
	e := New(n, Options{CQLTimeout: time.Minute, ToolTimeout: 2 * time.Minute})
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) { // the server remembers rights for a while
		s, err := e.Inspect(t.Context())
		if err == nil && s.Down == "" && len(s.Refusals) == 0 && len(s.Ring) == 1 && s.Ring[0].State == "" && len(s.Notes) == 1 && strings.Contains(s.Notes[0], "GRANT SELECT ON KEYSPACE system_views") {
			t.Log(s.Notes[0])
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v, %v", s, err)
		}
	}
}

// refusals changes one thing at a time.
func refusals(t *testing.T, a *authority, n config.Node) {
	stranger := newAuthority(t)
	for name, c := range map[string]struct {
		change func(*config.Cassandra)
		is     error
		says   string
	}{
		"wrong password": {func(c *config.Cassandra) {
			c.CredentialsFile = a.write("wrong", 0o600, []byte("[authentication]\nusername = cwb\npassword = "+jmxPassword+"\n"))
		}, executor.ErrCredentials, "or the password in credentials_file"},
		"no password":    {func(c *config.Cassandra) { c.CredentialsFile = "" }, executor.ErrCredentials, "name a file with one as credentials_file"},
		"another ca":     {func(c *config.Cassandra) { c.TLS.CAFile = stranger.file }, executor.ErrUnreachable, "ca_file of whoever signed it"},
		"another name":   {func(c *config.Cassandra) { c.TLS.ServerName = "homer-2" }, executor.ErrUnreachable, "set server_name"},
		"no certificate": {func(c *config.Cassandra) { c.TLS.CertFile, c.TLS.KeyFile = "", "" }, executor.ErrCredentials, "set cert_file and key_file"},
		"clear text":     {func(c *config.Cassandra) { c.TLS = nil }, executor.ErrUnreachable, "add tls { ca_file"},
		"no JMX password": {func(c *config.Cassandra) {
			c.Nodetool = c.Nodetool[:len(c.Nodetool)-4]
		}, executor.ErrCredentials, "-u USER -pwf FILE"},
		"wrong JMX password": {func(c *config.Cassandra) {
			c.Nodetool = append(c.Nodetool[:len(c.Nodetool)-1:len(c.Nodetool)-1], a.write("jmx.wrong", 0o600, []byte("cwb "+cqlPassword+"\n")))
		}, executor.ErrCredentials, "-u USER -pwf FILE"},
	} {
		t.Run(name, func(t *testing.T) {
			changed, part := n, *n.Cassandra
			encryption := *part.TLS
			part.TLS = &encryption
			c.change(&part)
			changed.Cassandra = &part
			e := New(changed, Options{CQLTimeout: time.Minute, ToolTimeout: 2 * time.Minute})
			_, err := e.Prepare(t.Context(), ringSpec(e, 2))
			if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %q", err, c.says)
			}
			if err != nil && (strings.Contains(err.Error(), cqlPassword) || strings.Contains(err.Error(), jmxPassword)) {
				t.Errorf("a password is in the error: %v", err)
			}
		})
	}
}
