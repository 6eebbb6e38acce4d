package cassandraengine

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority signs certificates of tests.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // ca.pem
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	a.key, a.cert = newKey(t), cert // signs itself
	der := a.sign(cert, a.key)
	a.file = a.write("ca.pem", 0o644, pemBlock("CERTIFICATE", der))
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *authority) sign(cert *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	a.t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, cert, a.cert, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func (a *authority) write(name string, mode os.FileMode, data ...[]byte) string {
	a.t.Helper()
	path := filepath.Join(a.dir, name)
	var all []byte
	for _, d := range data {
		all = append(all, d...)
	}
	if err := os.WriteFile(path, all, mode); err != nil {
		a.t.Fatal(err)
	}
	return path
}

// issue makes a certificate of a host that lasts until then, as files: certificate, key, and
// both in one, as Cassandra wants them.
func (a *authority) issue(name string, until time.Time) (cert, key, both string) {
	a.t.Helper()
	private := newKey(a.t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: until, DNSNames: []string{name},
	}
	der := a.sign(template, private)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		a.t.Fatal(err)
	}
	certificate, secret := pemBlock("CERTIFICATE", der), pemBlock("PRIVATE KEY", pkcs8)
	return a.write(name+".pem", 0o644, certificate), a.write(name+".key", 0o600, secret), a.write(name+"-both.pem", 0o600, secret, certificate)
}

// listenTLS serves the native protocol, encrypted, with a certificate of that name.
func (a *authority) listenTLS(name string, until time.Time, wants tls.ClientAuthType, handle func(net.Conn)) string {
	a.t.Helper()
	cert, key, _ := a.issue(name, until)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		a.t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AddCert(a.cert)
	c := &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: wants, ClientCAs: clients}
	return listen(a.t, func(conn net.Conn) { handle(tls.Server(conn, c)) })
}
