package cassandraengine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/gocql/gocql"

	"cwb/config"
	"cwb/executor"
)

// cqlServer is a server reached with gocql: one connection to one host, no discovery.
type cqlServer struct {
	session *gocql.Session
	version int    // major version of the server, once local has told it
	release string // all of it
}

// connectCQL connects with protocol 4, or with 3, which is all that Cassandra 2.1 speaks.
func connectCQL(ctx context.Context, node config.Cassandra, limit time.Duration) (server, error) {
	l, err := newLine(node, limit)
	if err != nil {
		return nil, err
	}
	session, err := l.open(ctx, 4)
	if err != nil && ctx.Err() == nil && wrongProtocol(err) {
		session, err = l.open(ctx, 3)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	return &cqlServer{session: session}, nil
}

// line is how one node is connected to.
type line struct {
	node   config.Cassandra
	login  credentials
	dialer *dialer
	limit  time.Duration
}

func newLine(node config.Cassandra, limit time.Duration) (*line, error) {
	login, err := readCredentials(node.CredentialsFile)
	if err != nil {
		return nil, err
	}
	encryption, err := tlsConfig(node)
	if err != nil {
		return nil, err
	}
	return &line{node, login, &dialer{address: node.Address, tls: encryption, limit: limit}, limit}, nil
}

// wrongProtocol recognizes the two ways in which gocql tells that a server answered in another
// version, or with an error frame, to the first request.
func wrongProtocol(err error) bool {
	return strings.Contains(err.Error(), "protocol version") || strings.Contains(err.Error(), "Unknown type of response to startup frame")
}

// open returns when ctx ends, although gocql's own connecting cannot be cancelled: a
// session that opens too late is closed.
func (l *line) open(ctx context.Context, protocol int) (*gocql.Session, error) {
	cluster, err := l.cluster(protocol)
	if err != nil {
		return nil, err
	}
	type opened struct {
		session *gocql.Session
		err     error
	}
	done := make(chan opened, 1)
	go func() {
		var o opened
		o.err = guard(func() (err error) { o.session, err = cluster.CreateSession(); return err })
		done <- o
	}()
	select {
	case o := <-done:
		return o.session, o.err
	case <-ctx.Done():
		go func() {
			if o := <-done; o.session != nil {
				o.session.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

func (l *line) cluster(protocol int) (*gocql.ClusterConfig, error) {
	host, port, err := net.SplitHostPort(l.node.Address)
	if err != nil {
		return nil, err
	}
	cluster := gocql.NewCluster(host)
	cluster.Port, err = strconv.Atoi(port)
	cluster.ProtoVersion = protocol // never 5: gocql 1 lacks its framing
	cluster.DisableInitialHostLookup = true
	cluster.NumConns = 1
	cluster.Consistency = gocql.One
	cluster.Timeout = l.limit
	cluster.ConnectTimeout = l.limit
	cluster.HostDialer = l.dialer
	if l.login.user != "" {
		cluster.Authenticator = saslPlain(l.login)
	}
	cluster.ReconnectInterval = 0
	cluster.ReconnectionPolicy = &gocql.ConstantReconnectionPolicy{MaxRetries: 1}
	cluster.Events.DisableNodeStatusEvents = true
	cluster.Events.DisableTopologyEvents = true
	cluster.Events.DisableSchemaEvents = true
	cluster.Logger = log.New(io.Discard, "", 0) // what matters comes back as errors
	return cluster, err
}

// explain tells refused credentials from a server that cannot be reached, and says what to do.
// gocql wraps neither, so its text must do.
func (l *line) explain(ctx context.Context, err error) error {
	text := strings.ToLower(err.Error())
	kind, remedy := executor.ErrUnreachable, tlsRemedy(l.dialer.failure(), l.serverName())
	switch {
	case remedy != "":
	case strings.Contains(text, wantsMore):
		kind, remedy = executor.ErrCredentials, "cwb logs in with user and password only: let the server have an authenticator that takes them, such as PasswordAuthenticator"
	case aboutCertificate(text):
		kind, remedy = executor.ErrCredentials, l.certificateRemedy()
	case strings.Contains(text, "authentication") || strings.Contains(text, "and/or password") || strings.Contains(text, "bad credentials"):
		kind, remedy = executor.ErrCredentials, l.passwordRemedy()
	case l.dialer.tls != nil && l.dialer.failure() == nil && refusesCertificate(ctx, l.dialer):
		kind, remedy = executor.ErrCredentials, l.certificateRemedy()
	case l.dialer.tls == nil && l.dialer.failure() == nil && speaksTLS(ctx, l.node.Address, l.limit):
		remedy = "the server speaks TLS there: add tls { ca_file = … } to the node in the policy"
	}
	if remedy == "" {
		return fmt.Errorf("connect to Cassandra at %s: %w: %w", l.node.Address, kind, err)
	}
	return explained{fmt.Errorf("connect to Cassandra at %s: %w: %w: %s", l.node.Address, kind, err, remedy)}
}

// explained is an error whose text says what to do about it.
type explained struct{ error }

func (e explained) Unwrap() error { return e.error }

func (l *line) serverName() string {
	if l.dialer.tls == nil {
		return ""
	}
	return l.dialer.tls.ServerName
}

func (l *line) certificateRemedy() string {
	if l.node.TLS != nil && l.node.TLS.CertFile != "" {
		return fmt.Sprintf("the server does not accept the certificate in cert_file %q: see whether it has expired, and whether the server's truststore has its signer", l.node.TLS.CertFile)
	}
	return "the server wants a certificate of its clients: set cert_file and key_file in tls"
}

func (l *line) passwordRemedy() string {
	if l.login.user == "" {
		return "the server asks for a password: name a file with one as credentials_file of the node"
	}
	return fmt.Sprintf("correct the user %q or the password in credentials_file %q", l.login.user, l.node.CredentialsFile)
}

func (c *cqlServer) close() { c.session.Close() }

func (c *cqlServer) local(ctx context.Context) (local, error) {
	var l local
	var id, schema gocql.UUID
	var address net.IP
	err := c.session.Query(`SELECT cluster_name, host_id, broadcast_address, release_version, partitioner,
		data_center, rack, tokens, schema_version, bootstrapped FROM system.local WHERE key = 'local'`).WithContext(ctx).
		Scan(&l.cluster, &id, &address, &l.version, &l.partitioner, &l.datacenter, &l.rack, &l.tokens, &schema, &l.bootstrapped)
	if err != nil {
		return local{}, queryError("system.local", err)
	}
	l.hostID, l.address, l.schemaVersion = id.String(), address.String(), schema.String()
	c.version, c.release = majorVersion(l.version), l.version
	return l, nil
}

// peers leaves out rows without a host id or tokens: remains of hosts that are gone, which
// drivers leave out as well.
func (c *cqlServer) peers(ctx context.Context) ([]peer, error) {
	table := "system.peers_v2" // two hosts on one address differ only there (CASSANDRA-7544)
	if c.version < 4 {
		table = "system.peers"
	}
	rows := c.session.Query("SELECT peer, host_id, data_center, rack, tokens, schema_version FROM " + table).WithContext(ctx).Iter()
	var all []peer
	var id, schema gocql.UUID
	var address net.IP
	var p peer
	for rows.Scan(&address, &id, &p.datacenter, &p.rack, &p.tokens, &schema) {
		if id != (gocql.UUID{}) && len(p.tokens) > 0 {
			p.hostID, p.address, p.schemaVersion = id.String(), address.String(), schema.String()
			all = append(all, p)
		}
		p, address = peer{}, nil
	}
	return all, queryError(table, rows.Close())
}

// gossip reads a table that came with 4.1 (CASSANDRA-17002). The status with a port is that of
// 4.0 on; the other is still told for older hosts, and what the server itself reads when there
// is no newer one (EndpointState.getStatus).
func (c *cqlServer) gossip(ctx context.Context) ([]gossiped, error) {
	const table = "system_views.gossip_info"
	if newerVersion("4.1", c.release) {
		return nil, nil
	}
	rows := c.session.Query("SELECT address, host_id, dc, rack, status_with_port, status FROM " + table).WithContext(ctx).Iter()
	var all []gossiped
	var g gossiped
	var address net.IP
	var status string
	for rows.Scan(&address, &g.hostID, &g.datacenter, &g.rack, &g.status, &status) {
		g.address, g.status = address.String(), cmp.Or(g.status, status)
		all = append(all, g)
		g, address, status = gossiped{}, nil, ""
	}
	return all, queryError(table, rows.Close())
}

func (c *cqlServer) dataDirs(ctx context.Context) ([]string, bool, error) {
	if c.version < 4 {
		return nil, false, nil
	}
	var value string
	err := c.session.Query("SELECT value FROM system_views.settings WHERE name = 'data_file_directories'").WithContext(ctx).Scan(&value)
	if errors.Is(err, gocql.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, queryError("system_views.settings", err)
	}
	dirs, err := parseJavaList(value)
	return dirs, err == nil, err
}

// parseJavaList reads "[/a, /b]", as Java's Arrays.toString writes it.
func parseJavaList(s string) ([]string, error) {
	inner, ok := strings.CutPrefix(s, "[")
	inner, ok2 := strings.CutSuffix(inner, "]")
	if !ok || !ok2 || inner == "" {
		return nil, fmt.Errorf("the server's data_file_directories %q is no list", s)
	}
	return strings.Split(inner, ", "), nil
}

func majorVersion(version string) int {
	major, _, _ := strings.Cut(version, ".")
	n, _ := strconv.Atoi(major)
	return n
}

// queryError is nil for nil.
func queryError(what string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, gocql.ErrTimeoutNoResponse) || errors.Is(err, gocql.ErrConnectionClosed) || errors.Is(err, gocql.ErrNoConnections) {
		return fmt.Errorf("read %s: %w: %w", what, executor.ErrUnreachable, err)
	}
	return fmt.Errorf("read %s: %w", what, err)
}
