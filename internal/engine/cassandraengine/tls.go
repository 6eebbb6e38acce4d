package cassandraengine

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/secretfile"
)

// tlsConfig is how CQL is encrypted; nil: not at all. There is no way not to verify the server.
func tlsConfig(node config.Cassandra) (*tls.Config, error) {
	if node.TLS == nil {
		return nil, nil
	}
	host, _, err := net.SplitHostPort(node.Address)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12} // Cassandra 2.1 on Java 8 speaks 1.2
	if node.TLS.ServerName != "" {
		c.ServerName = node.TLS.ServerName
	}
	if err := trust(c, node.TLS.CAFile); err != nil {
		return nil, fmt.Errorf("%w: ca_file: %w", executor.ErrRefused, err)
	}
	if err := present(c, *node.TLS); err != nil {
		return nil, fmt.Errorf("%w: cert_file and key_file: %w", executor.ErrRefused, err)
	}
	return c, nil
}

func trust(c *tls.Config, file string) error {
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(text) {
		return fmt.Errorf("%q holds no certificate in PEM", file)
	}
	return nil
}

func present(c *tls.Config, t config.CassandraTLS) error {
	if t.CertFile == "" {
		return nil
	}
	cert, err := os.ReadFile(t.CertFile)
	if err != nil {
		return err
	}
	key, err := secretfile.Read(t.KeyFile)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("%q and %q: %w", t.CertFile, t.KeyFile, err)
	}
	c.Certificates = []tls.Certificate{pair}
	return nil
}

// tlsRemedy says what to do about a connection that TLS was the end of; empty when it was not.
func tlsRemedy(err error, name string) string {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var other x509.HostnameError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &unknown):
		return "nobody in ca_file vouches for the server's certificate: give tls the ca_file of whoever signed it"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "renew the server's certificate (or see whether this machine's clock is right)"
	case errors.As(err, &other):
		return fmt.Sprintf("the certificate is not for %q: set server_name in tls to a name that it is for, or correct address", name)
	case errors.As(err, &plain):
		return "the server does not speak TLS there: remove tls from the node, or see client_encryption_options and native_transport_port_ssl in its cassandra.yaml"
	}
	return ""
}
