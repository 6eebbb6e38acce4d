package cassandraengine

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/gocql/gocql"
)

// dialer connects for gocql and keeps why the last attempt failed, since gocql hands on no
// more than its text.
type dialer struct {
	address string
	tls     *tls.Config // nil: clear text
	limit   time.Duration

	mu     sync.Mutex
	failed error
}

var _ gocql.HostDialer = (*dialer)(nil)

// DialHost dials the one address there is, whatever host it is asked for.
func (d *dialer) DialHost(ctx context.Context, _ *gocql.HostInfo) (*gocql.DialedHost, error) {
	ctx, cancel := context.WithTimeout(ctx, d.limit)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", d.address)
	if err == nil && d.tls != nil {
		conn, err = encrypt(ctx, conn, d.tls)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed = err; err != nil {
		return nil, err
	}
	return &gocql.DialedHost{Conn: conn, DisableCoalesce: d.tls != nil}, nil
}

func encrypt(ctx context.Context, conn net.Conn, c *tls.Config) (net.Conn, error) {
	encrypted := tls.Client(conn, c)
	if err := encrypted.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // what matters has happened
		return nil, err
	}
	return encrypted, nil
}

func (d *dialer) failure() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failed
}

// probeLimit is how long it may take to find out whether a server speaks TLS.
const probeLimit = 3 * time.Second

// speaksTLS finds out whether a server that gave no sense in clear text wants TLS instead.
func speaksTLS(ctx context.Context, address string, limit time.Duration) bool {
	// Nothing is sent or believed: whether there is a handshake at all is what is asked.
	probe := &dialer{address: address, limit: min(limit, probeLimit), tls: &tls.Config{InsecureSkipVerify: true}}
	host, err := probe.DialHost(ctx, nil)
	if err != nil {
		return false
	}
	_ = host.Conn.Close()
	return true
}

// refusesCertificate finds out whether the server ends the connection over the client's
// certificate, or the lack of one. In TLS 1.3 it says so only after the client's handshake is
// done (RFC 8446, 4.4.2.4), and a client that writes meanwhile may see no more than a
// connection that was reset: so this one only listens.
func refusesCertificate(ctx context.Context, d *dialer) bool {
	probe := &dialer{address: d.address, limit: min(d.limit, probeLimit), tls: d.tls}
	host, err := probe.DialHost(ctx, nil)
	if err == nil {
		defer func() { _ = host.Conn.Close() }()
		_ = host.Conn.SetReadDeadline(time.Now().Add(probe.limit)) // a deadline that fails shows in the read
		_, err = host.Conn.Read(make([]byte, 1))
	}
	return err != nil && aboutCertificate(strings.ToLower(err.Error()))
}

// aboutCertificate recognizes the alerts of TLS by the text, all that gocql hands on.
func aboutCertificate(text string) bool {
	return strings.Contains(text, "remote error: tls:") || strings.Contains(text, "certificate required")
}
