package mysqlengine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/go-sql-driver/mysql"

	"cwb/executor"
)

// connect opens a session with the settings that exact reading needs.
func (e *Engine) connect(ctx context.Context) (*session, error) {
	l, err := readLogin(e.node.MySQL.DefaultsFile)
	if err != nil {
		return nil, err
	}
	cfg, err := e.driverConfig(l)
	if err != nil {
		return nil, err
	}
	under := tapInto(cfg)
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", e.where(), err)
	}
	var conn driver.Conn
	if err := believable(func() error { conn, err = connector.Connect(ctx); return err }); err != nil {
		under.drop()
		return nil, e.connectError(err, l.user)
	}
	s := &session{conn: conn, line: under.line, where: e.where()}
	if plain := cfg.TLSConfig == "" && cfg.TLS == nil; plain {
		under.loggedIn = true
		if !e.opts.DriverRows {
			s.wire = newWire(under)
		}
	}
	if err := s.settle(ctx, e.node.MySQL.LockWait); err != nil {
		s.close()
		return nil, fmt.Errorf("prepare the session: %w", err)
	}
	return s, nil
}

// tapInto lets the driver dial through a connection that [newWire] can use later.
func tapInto(cfg *mysql.Config) *tap {
	t := &tap{}
	cfg.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		t.line = &line{Conn: conn}
		t.Conn = t.line
		return t, nil
	}
	return t
}

// driverConfig is how the driver is to connect; nothing comes from a DSN string, so no name
// or password can be read as an option.
func (e *Engine) driverConfig(l login) (*mysql.Config, error) {
	cfg := mysql.NewConfig()
	cfg.User, cfg.Passwd = l.user, l.password
	cfg.Timeout = e.opts.DialTimeout
	cfg.Logger = &mysql.NopLogger{} // errors are returned, and stderr is not ours
	if socket := e.node.MySQL.Socket; socket != "" {
		cfg.Net, cfg.Addr = "unix", socket
		return cfg, nil
	}
	cfg.Net, cfg.Addr = "tcp", e.node.MySQL.Address
	return cfg, l.tls.apply(cfg, loopback(cfg.Addr))
}

// apply chooses TLS. Over the network it is used where the server offers it, unless the
// option file asks for more or for none; over loopback only on demand.
func (t tlsOptions) apply(cfg *mysql.Config, local bool) error {
	asked := t.ca != "" || t.cert != "" || t.verify
	switch t.mode {
	case "disabled":
		return nil
	case "", "preferred":
		if !asked {
			if !local || t.mode != "" {
				cfg.TLSConfig = "preferred"
			}
			return nil
		}
	case "required", "verify_ca", "verify_identity":
	default:
		return fmt.Errorf("%w: ssl-mode %q is unknown; use disabled, preferred, required, verify_ca or verify_identity", executor.ErrRefused, t.mode)
	}
	return t.require(cfg)
}

// require makes TLS a condition. With a CA the certificate is verified; its host name too,
// unless only the CA was asked for.
func (t tlsOptions) require(cfg *mysql.Config) error {
	host, _, err := net.SplitHostPort(cfg.Addr)
	if err != nil {
		return fmt.Errorf("%w: address %q: %v", executor.ErrRefused, cfg.Addr, err)
	}
	verify := t.ca != "" || t.verify || t.mode == "verify_ca" || t.mode == "verify_identity"
	conf := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: !verify}
	if t.ca != "" {
		pem, err := os.ReadFile(t.ca)
		if err != nil {
			return fmt.Errorf("%w: read ssl-ca: %v", executor.ErrRefused, err)
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("%w: ssl-ca %q holds no certificate", executor.ErrRefused, t.ca)
		}
	}
	if t.mode == "verify_ca" {
		verifyChainOnly(conf)
	}
	if t.cert != "" {
		pair, err := tls.LoadX509KeyPair(t.cert, t.key)
		if err != nil {
			return fmt.Errorf("%w: read ssl-cert and ssl-key: %v", executor.ErrRefused, err)
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	cfg.TLS = conf
	return nil
}

// verifyChainOnly checks the server's certificate against the CA but not its host name:
// what ssl-mode=VERIFY_CA means.
func verifyChainOnly(conf *tls.Config) {
	conf.InsecureSkipVerify = true
	roots := conf.RootCAs
	conf.VerifyConnection = func(state tls.ConnectionState) error {
		opts := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
		for _, cert := range state.PeerCertificates[1:] {
			opts.Intermediates.AddCert(cert)
		}
		_, err := state.PeerCertificates[0].Verify(opts)
		return err
	}
}

// loopback reports whether host:port is this machine.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// local reports whether the server runs on the machine this code runs on.
func (e *Engine) local() bool {
	return e.node.MySQL.Socket != "" || loopback(e.node.MySQL.Address)
}

// connectError says what could not be reached or who was refused. The server's own text
// names user and host and whether a password was used, never the password.
func (e *Engine) connectError(err error, user string) error {
	var server *mysql.MySQLError
	switch {
	case errors.As(err, &server) && refusedLogin[server.Number]:
		return fmt.Errorf("log in to %s as %q: %w: %v; check user and password in %s", e.where(), user, executor.ErrCredentials, err, e.credentialsSource())
	case errors.As(err, &server):
		return fmt.Errorf("connect to %s: %w: %w", e.where(), executor.ErrUnreachable, err)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("connect to %s: %w", e.where(), err)
	}
	return fmt.Errorf("connect to %s: %w: %w; is the server running?", e.where(), executor.ErrUnreachable, plainNetError(err))
}

func (e *Engine) credentialsSource() string {
	if e.node.MySQL.DefaultsFile == "" {
		return "a defaults_file (the policy names none, so it was root without a password)"
	}
	return fmt.Sprintf("%q", e.node.MySQL.DefaultsFile)
}

// plainNetError puts words to the driver's two bare errors for a connection that ended.
func plainNetError(err error) error {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) {
		return fmt.Errorf("the connection was cut: %w", err)
	}
	return err
}

// waitForOthers lets a session be idle for long: other nodes can take their time to get ready.
const waitForOthers = "SET SESSION wait_timeout = 86400"

// settle gives a new session the settings of exact reading (mysql.md 4.2 in short: bytes as
// they are stored, one time zone, no mode that changes what SHOW CREATE prints, no limit of
// the server's that would cut a long read).
func (s *session) settle(ctx context.Context, lockWait time.Duration) error {
	seconds := max(1, int64((lockWait+time.Second-1)/time.Second))
	for _, statement := range []string{
		"SET NAMES binary",
		"SET SESSION time_zone = '+00:00'",
		"SET SESSION sql_mode = ''",
		"SET SESSION sql_quote_show_create = 1",
		"SET SESSION net_write_timeout = 1800",
		"SET SESSION net_read_timeout = 1800",
		waitForOthers,
		"SET SESSION sql_select_limit = 18446744073709551615",
		"SET SESSION sql_big_selects = 1",
		"SET SESSION autocommit = 1",
		fmt.Sprintf("SET SESSION lock_wait_timeout = %d", seconds),
		"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
	} {
		if err := s.exec(ctx, statement); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		"SET SESSION max_statement_time = 0", // MariaDB
		"SET SESSION max_execution_time = 0", // MySQL
		"SET SESSION wsrep_sync_wait = 0",    // Galera
		"SET SESSION information_schema_stats_expiry = 0",
	} {
		if err := s.exec(ctx, statement); err != nil && !isServerError(err, errUnknownVariable) {
			return err
		}
	}
	return nil
}
